"""Documents as sentences that can be cited: each once, although passages overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from loaders import BlockKind
from rag.citations.citing import Quote, citation
from rag.storage.catalog import Catalog
from rag.text.languages import analyze, sentences
from rag.types import Chunk, Citation, DocumentInfo, Hit

_PROSE: frozenset[BlockKind] = frozenset(["paragraph", "list"])
_CELLS = " | "


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or a table's row: characters `start:end` of hit number `number` (from 1).

    `place` grows in reading order; `kind` is that of the block; `terms` are its words (and bigrams of scripts
    without spaces), with repetitions.
    """

    number: int
    start: int
    end: int
    text: str
    place: int
    kind: BlockKind
    terms: tuple[str, ...]
    words: int

    @property
    def is_prose(self) -> bool:
        """Whether it is a sentence of running text, as far as the document says."""
        return self.kind in _PROSE and _CELLS not in self.text


class Material:
    """The passages of one document, as hits, and their sentences."""

    def __init__(self, catalog: Catalog, document: DocumentInfo) -> None:
        active = catalog.generations.active()
        self.document = document
        self.chunks: list[Chunk] = catalog.chunks_of(document.id, active.id) if active else []
        self.hits = tuple(Hit(chunk, document, 0.0) for chunk in self.chunks)
        self._catalog = catalog

    def statements(self) -> list[Statement]:
        """All sentences in reading order."""
        return list(self._statements())

    def cite(self, statement: Statement, support: float = 1.0) -> Citation:
        """The citation of a sentence, numbered within this document."""
        quote = Quote(statement.number, statement.start, statement.end, support)
        return citation(quote, self.hits, self._catalog.blocks)

    def _statements(self) -> Iterator[Statement]:
        kinds: dict[int, BlockKind] = {
            ordinal: block.kind for ordinal, block in self._catalog.blocks(self.document.id).items()
        }
        seen: set[tuple[int, int]] = set()
        for number, chunk in enumerate(self.chunks, 1):
            for start, end in sentences(chunk.text):
                at = _source_of(chunk, start)
                if at in seen:
                    continue
                seen.add(at)
                text = chunk.text[start:end]
                found = analyze(text)
                kind = kinds.get(at[0], "paragraph")
                terms = (*found.words, *found.bigrams)
                yield Statement(number, start, end, text, len(seen), kind, terms, len(found.words))


def _source_of(chunk: Chunk, start: int) -> tuple[int, int]:
    """The block and the place in it where a character of a chunk stands: the same for a sentence in two chunks."""
    for span in chunk.spans:
        if span.start <= start < span.end:
            return span.block, start - span.start + span.offset
    return -chunk.id, start
