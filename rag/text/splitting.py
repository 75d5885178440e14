"""Documents are split into chunks along their structure, sized in the embedding model's tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from loaders import Block, Location
from rag.protocols import Embedder
from rag.text.languages import sentences
from rag.types import Chunk, Span

SPECIAL_TOKENS = 2  # [CLS] and [SEP], or <s> and </s>
MAX_HEADER_TOKENS = 64
_BATCH = 2000
_SHORT = 64  # tokens
_LEADERS = re.compile(r"([^\w\s])(?:\s*\1){3,}")
_CLAUSE_END = re.compile(r"[、，,;；:：)）」』]\s*$|\s$")


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not divided: a sentence, a table's row or a line of code; `start:end` of block `block`."""

    block: int
    start: int
    end: int
    tokens: int


def in_its_place(title: str, headings: Sequence[str], text: str) -> str:
    """A chunk as a reader meets it: where it stands, then what it says."""
    return "\n".join(part for part in (title, " > ".join(headings), text) if part)


def embedding_text(title: str, chunk: Chunk) -> str:
    """What the embedding model reads of a chunk: its text; of a short one the heading above it, too.

    Each token costs time. Where a text is long, its title and headings made vectors no better; a short one ("From nine
    to five.") may be an answer to its heading only. Dots that lead to a page number are many tokens and say nothing.
    """
    nearest = (chunk.headings or (title,))[-1] if chunk.token_count < _SHORT else ""
    return in_its_place(nearest, (), _LEADERS.sub(r"\1", chunk.text))


def split(
    title: str, blocks: Sequence[Block], embedder: Embedder, chunk_tokens: int, overlap_tokens: int
) -> Iterator[Chunk]:
    """A document's chunks in reading order (their ids are 0 and their document id empty: the catalog gives both).

    A chunk never crosses a heading; it divides a sentence only when that alone is too long; a table is divided
    by rows with its header repeated; neighbours overlap by whole sentences. Title, headings and text of a chunk
    never exceed together what the model reads, so nothing is cut off unseen.
    """
    ordinal = 0
    title = fitting_title(title, embedder)
    for path, ordinals in _sections(blocks):
        headings = _fitting_headings(title, path, embedder)
        header = in_its_place(title, headings, "")
        room = embedder.max_tokens - SPECIAL_TOKENS - sum(embedder.count_tokens([header]))
        packer = _Packer(blocks, embedder, min(chunk_tokens, room), overlap_tokens)
        for chunk in packer.pack(ordinals):
            yield replace(chunk, ordinal=ordinal, headings=headings)
            ordinal += 1


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """Heading paths with the ordinals of the blocks under them; a heading with nothing under it stands for itself."""
    path: list[tuple[int, str]] = []
    body: list[int] = []
    heading: int | None = None
    for n, block in enumerate(blocks):
        if block.kind != "heading":
            body.append(n)
            continue
        if body:
            yield tuple(text for _, text in path), body
        elif heading is not None and block.level <= blocks[heading].level:
            yield tuple(text for _, text in path[:-1]), [heading]
        path = [(level, text) for level, text in path if level < block.level] + [(block.level, block.text)]
        body, heading = [], n
    if body:
        yield tuple(text for _, text in path), body
    elif heading is not None:
        yield tuple(text for _, text in path[:-1]), [heading]


def _fitting_headings(title: str, path: tuple[str, ...], embedder: Embedder) -> tuple[str, ...]:
    """The path without what the title says already, and without its upper part where it is too long."""
    path = tuple(" ".join(heading.split()) for heading in path)
    if path and path[0] == title:
        path = path[1:]
    while path and sum(embedder.count_tokens([in_its_place(title, path, "")])) > MAX_HEADER_TOKENS:
        path = path[1:]
    return path


def fitting_title(title: str, embedder: Embedder) -> str:
    """The title, cut where it alone would leave too little room for the text."""
    spans = embedder.token_spans(title)
    return title if len(spans) <= MAX_HEADER_TOKENS else title[: spans[MAX_HEADER_TOKENS - 1][1]]


class _Packer:
    """Fills chunks with units of one section."""

    def __init__(self, blocks: Sequence[Block], embedder: Embedder, room: int, overlap: int) -> None:
        self._blocks = blocks
        self._embedder = embedder
        self._room = room
        self._overlap = overlap

    def pack(self, ordinals: Sequence[int]) -> Iterator[Chunk]:
        """Chunks that hold these blocks, each within the room."""
        current: list[_Unit] = []
        used = 0
        for unit in self._units(ordinals):
            header = self._header(unit) if not _continues(current, unit) else None
            cost = unit.tokens + (header.tokens if header else 0)
            if current and used + cost > self._room:
                yield from self._chunks(current)
                current = self._tail(current, unit)
                header = self._header(unit)
            if header:
                current.append(header)
            current.append(unit)
            used = sum(u.tokens for u in current)
        if current:
            yield from self._chunks(current)

    def _units(self, ordinals: Sequence[int]) -> Iterator[_Unit]:
        for start in range(0, len(ordinals), _BATCH):
            pieces = [
                (n, begin, end) for n in ordinals[start : start + _BATCH] for begin, end in _pieces(self._blocks[n])
            ]
            counts = self._embedder.count_tokens([self._blocks[n].text[begin:end] for n, begin, end in pieces])
            for (n, begin, end), tokens in zip(pieces, counts, strict=True):
                if tokens <= self._room:
                    yield _Unit(n, begin, end, tokens)
                else:
                    yield from self._divided(n, begin, end)

    def _divided(self, block: int, begin: int, end: int) -> Iterator[_Unit]:
        """A sentence that alone is too long, cut between tokens; at a clause's end where there is one near."""
        text = self._blocks[block].text[begin:end]
        spans = self._embedder.token_spans(text)
        first = 0
        while first < len(spans):
            last = min(first + self._room, len(spans))
            if last < len(spans):
                halfway = first + self._room // 2
                ends = (n for n in range(last, halfway, -1) if _CLAUSE_END.search(text[: spans[n][0]][-3:]))
                last = next(ends, last)
            stop = spans[last][0] if last < len(spans) else len(text)
            begins = spans[first][0] if first else 0
            yield _Unit(block, begin + begins, begin + stop, last - first)
            first = last

    def _header(self, unit: _Unit) -> _Unit | None:
        """The header row to repeat before a row of a table that is cut before it."""
        block = self._blocks[unit.block]
        if block.kind != "table" or unit.start == 0 or "\n" not in block.text:
            return None
        end = block.text.index("\n")
        tokens = sum(self._embedder.count_tokens([block.text[:end]]))
        return _Unit(unit.block, 0, end, tokens) if tokens + unit.tokens <= self._room else None

    def _tail(self, units: Sequence[_Unit], following: _Unit) -> list[_Unit]:
        """The last sentences of a chunk that is full, to be repeated in the next one."""
        if self._blocks[following.block].kind in ("table", "code"):
            return []
        room = min(self._overlap, self._room - following.tokens)
        tail: list[_Unit] = []
        for unit in reversed(units[1:]):
            room -= unit.tokens
            if room < 0 or self._blocks[unit.block].kind in ("table", "code"):
                break
            tail.insert(0, unit)
        return tail

    def _chunks(self, units: Sequence[_Unit]) -> Iterator[Chunk]:
        """One chunk of these units; two where they have more tokens together than the sum of each alone."""
        text, spans = self._joined(units)
        tokens = sum(self._embedder.count_tokens([text]))
        if tokens <= self._room or len(text) == 1:
            yield Chunk(0, "", 0, text, (), self._location(units[0]), spans, tokens)
            return
        halves = units if len(units) > 1 else _halves(units[0])
        yield from self._chunks(halves[: len(halves) // 2])
        yield from self._chunks(halves[len(halves) // 2 :])

    def _joined(self, units: Sequence[_Unit]) -> tuple[str, tuple[Span, ...]]:
        text = ""
        spans: list[Span] = []
        for block, start, end in self._runs(units):
            text += "\n" if text else ""
            spans.append(Span(len(text), len(text) + end - start, block, start))
            text += self._blocks[block].text[start:end]
        return text, tuple(spans)

    def _runs(self, units: Sequence[_Unit]) -> Iterator[tuple[int, int, int]]:
        """Units that follow one another in a block, joined: the white space between them is kept as it is."""
        block, start, end = units[0].block, units[0].start, units[0].end
        for unit in units[1:]:
            if unit.block != block or self._blocks[block].text[end : unit.start].strip() or unit.start < end:
                yield block, start, end
                block, start = unit.block, unit.start
            end = unit.end
        yield block, start, end

    def _location(self, unit: _Unit) -> Location:
        block = self._blocks[unit.block]
        page = next((box.page for box in block.location.boxes if box.end > unit.start), block.location.page)
        return replace(block.location, page=page, boxes=())


def _continues(units: Sequence[_Unit], unit: _Unit) -> bool:
    return bool(units) and units[-1].block == unit.block


def _halves(unit: _Unit) -> tuple[_Unit, _Unit]:
    middle = (unit.start + unit.end) // 2
    return replace(unit, end=middle), replace(unit, start=middle)


def _pieces(block: Block) -> list[tuple[int, int]]:
    """What of a block is not divided: rows of a table, lines of code, sentences of the rest."""
    if block.kind in ("table", "code"):
        return [(m.start(), m.end()) for m in re.finditer(r"[^\n]*\S[^\n]*", block.text)]
    return sentences(block.text)
