"""A table of a document, as it was read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rag.tables.cells import Column


@dataclass(frozen=True, eq=False)
class Table:
    """One table: its name in queries, its columns, and which block of the document each row is.

    `summaries` rows at its end ("Total") are left out. `names` are those of the file, the document and the sheet.
    """

    name: str
    sheet: str
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    blocks: tuple[int, ...]
    summaries: int

    @cached_property
    def row_of(self) -> dict[int, int]:
        """The row's place in the columns, by its block."""
        return {block: row for row, block in enumerate(self.blocks)}

    @cached_property
    def label(self) -> Column | None:
        """The column that says what a row is about: the first of text whose values differ most."""
        texts = [column for column in self.columns if column.kind == "text" and column.variety >= 0.5 and column.worded]
        return max(texts, key=lambda column: column.variety, default=None)

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)
