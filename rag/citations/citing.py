"""Every sentence of an answer is tied to the exact words in a passage that it rests on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from loaders import Block, Box, Location
from rag.citations.verification import Verdict, verify
from rag.text.languages import analyze, sentences
from rag.types import Chunk, Citation, Hit, Sentence

_MARKS = re.compile(r"\s*[\[［【](?:passage\s*)?(\d{1,2}(?:\s*[,、，]\s*\d{1,2})*)[\]］】]", re.IGNORECASE)

BlocksOf = Callable[[str, Sequence[int]], dict[int, Block]]
"""Reads blocks of a document by ordinal."""
Check = Callable[[str, Sequence[str]], Verdict]
"""Checks a sentence against passages."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters `start:end` of the text of hit number `number` (from 1), and the share of words they hold."""

    number: int
    start: int
    end: int
    support: float


def cite(answer: str, hits: Sequence[Hit], blocks_of: BlocksOf, check: Check = verify) -> tuple[Sentence, ...]:
    """Splits a model's answer into sentences, resolves the marks in it, as [1] or [2, 3], and checks each sentence.

    A mark is tied to the sentence of its passage that supports it best. Where the marked passages do not support the
    sentence (or nothing is marked) and another one does, that is cited instead; where none does, the sentence keeps
    the marks whose passage holds some of its words, and its problem. The texts together are the answer without marks.
    """
    found: list[Sentence] = []
    for text, numbers in _marked_sentences(answer):
        wanted = _terms(text)
        marked = [n for n in numbers if 0 < n <= len(hits)]
        verdict = check(text, [_read(hits[n - 1]) for n in marked]) if wanted else Verdict(1.0, "")
        problem = verdict.problem
        if problem and (better := _supporting(text, hits, check, 0.0 if problem == "words" else verdict.share)):
            marked, problem = [better], ""
        quotes = [q for n in marked if (q := best_quote(wanted, n, hits[n - 1].chunk)).support]
        found.append(Sentence(text, tuple(citation(quote, hits, blocks_of) for quote in quotes), problem))
    return tuple(found)


def _supporting(text: str, hits: Sequence[Hit], check: Check, least: float) -> int | None:
    """The number of the passage that supports a sentence best, None where none does.

    It must hold more than `least` of its words, and no fewer than another passage of its document that has other
    numbers: one that only has the number does not outdo one that says otherwise.
    """
    verdicts = {n: check(text, [_read(hit)]) for n, hit in enumerate(hits, 1)}
    supported = {n: verdict.share for n, verdict in verdicts.items() if verdict.supported and verdict.share > least}
    best = max(supported, key=lambda n: supported[n], default=None)
    if best is None:
        return None
    document = hits[best - 1].document.id
    others = (one for n, one in verdicts.items() if one.problem == "number" and hits[n - 1].document.id == document)
    return None if any(other.share > supported[best] for other in others) else best


def _read(hit: Hit) -> str:
    """The passage as a reader sees it: under its title and headings."""
    return "\n".join((hit.document.title, *hit.chunk.headings, hit.chunk.text))


def best_quote(wanted: set[str], number: int, chunk: Chunk) -> Quote:
    """The sentence of a chunk that holds the largest share of these terms; the first one among equals."""
    quotes = [Quote(number, start, end, _share(wanted, chunk.text[start:end])) for start, end in sentences(chunk.text)]
    return max(quotes, key=lambda quote: quote.support, default=Quote(number, 0, len(chunk.text), 0.0))


def citation(quote: Quote, hits: Sequence[Hit], blocks_of: BlocksOf) -> Citation:
    """The citation of a quote, with the place where exactly it stands."""
    hit = hits[quote.number - 1]
    return Citation(
        quote.number,
        hit.chunk.id,
        hit.document.id,
        hit.document.name,
        hit.chunk.text[quote.start : quote.end],
        quote.start,
        quote.end,
        locate(hit.chunk, quote.start, quote.end, blocks_of),
        quote.support,
    )


def locate(chunk: Chunk, start: int, end: int, blocks_of: BlocksOf) -> Location:
    """Where characters `start:end` of a chunk stand in the document, with the boxes that they touch."""
    touched = [span for span in chunk.spans if span.start < end and start < span.end]
    blocks = blocks_of(chunk.document_id, [span.block for span in touched])
    places: list[Location] = []
    for span in touched:
        if block := blocks.get(span.block):
            begin = max(start, span.start) - span.start + span.offset
            stop = min(end, span.end) - span.start + span.offset
            places.append(_within(block, begin, stop))
    if not places:
        return chunk.location
    return replace(places[0], boxes=tuple(box for place in places for box in place.boxes))


def _within(block: Block, start: int, end: int) -> Location:
    boxes = tuple(_cut(box, start, end) for box in block.location.boxes if box.start < end and start < box.end)
    page = boxes[0].page if boxes else block.location.page
    line = block.location.line
    if line is not None:
        line += block.text.count("\n", 0, start) + bisect_right(block.location.breaks, start)
    return replace(block.location, page=page, line=line, boxes=boxes, breaks=())


def _cut(box: Box, start: int, end: int) -> Box:
    """The part of a line's box that these characters take, as if all were equally wide."""
    width = (box.right - box.left) / max(1, box.end - box.start)
    first, last = max(start, box.start), min(end, box.end)
    left = box.left + width * (first - box.start)
    return box._replace(left=left, right=left + width * (last - first), start=first, end=last)


def _marked_sentences(answer: str) -> list[tuple[str, list[int]]]:
    """Sentences without their marks, each with the numbers marked in it or right after it."""
    marks: list[tuple[int, list[int]]] = []
    plain = ""
    at = 0
    for match in _MARKS.finditer(answer):
        plain += answer[at : match.start()]
        marks.append((len(plain), [int(n) for n in re.findall(r"\d+", match.group(1))]))
        at = match.end()
    plain += answer[at:]
    spans = sentences(plain)
    pieces: list[tuple[str, list[int]]] = []
    for n, (start, end) in enumerate(spans):
        following = spans[n + 1][0] if n + 1 < len(spans) else len(plain)
        begin = start if n else 0
        # A mark belongs to the sentence that it stands in or after, never to the one that begins behind it.
        numbers = [m for position, group in marks if begin < position <= max(end, following - 1) for m in group]
        pieces.append((plain[begin:following], list(dict.fromkeys(numbers))))
    return pieces


def without_marks(text: str) -> str:
    """The text without citation marks."""
    return _MARKS.sub("", text)


def _terms(text: str) -> set[str]:
    terms = analyze(text)
    return {*terms.words, *terms.bigrams}


def _share(wanted: set[str], text: str) -> float:
    return len(wanted & _terms(text)) / len(wanted) if wanted else 0.0
