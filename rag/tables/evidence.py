"""Rows of a table as citations: the row's own words, in the passage that they stand in."""

from __future__ import annotations

from collections.abc import Sequence

from rag.citations.citing import Quote, citation
from rag.storage.catalog import Catalog
from rag.tables.cells import Column
from rag.tables.rows import cell_start
from rag.types import Citation, DocumentInfo, Hit


class Evidence:
    """Cites rows of one document. `hits` are those of the search; a passage that it did not find is added to them."""

    def __init__(self, catalog: Catalog, document: DocumentInfo, hits: Sequence[Hit]) -> None:
        self._catalog = catalog
        self._document = document
        self.hits = list(hits)

    def cite(self, blocks: Sequence[int], column: Column | None = None) -> tuple[Citation, ...]:
        """A citation for each of these rows, of the part of it that the column's cell stands in."""
        found = (self._cite(block, column) for block in blocks)
        return tuple(one for one in found if one)

    def _cite(self, block: int, column: Column | None) -> Citation | None:
        """None where the document was deleted meanwhile."""
        active = self._catalog.generations.active()
        row = self._catalog.blocks(self._document.id, [block]).get(block)
        if active is None or row is None:
            return None
        start = cell_start(row.text, column.name) if column else 0
        chunk = self._catalog.chunk_with(self._document.id, active.id, block, start)
        if chunk is None:
            return None
        number = next((n for n, hit in enumerate(self.hits, 1) if hit.chunk.id == chunk.id), None)
        if number is None:
            self.hits.append(Hit(chunk, self._document, self.hits[-1].score if self.hits else 0.0))
            number = len(self.hits)
        span = next(s for s in chunk.spans if s.block == block and s.offset <= start < s.offset + s.end - s.start)
        return citation(Quote(number, span.start, span.end, 1.0), self.hits, self._catalog.blocks)
