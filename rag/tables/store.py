"""A document's tables, ready to be queried; the ones used last are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from rag.storage.catalog import Catalog
from rag.tables.cells import fold, is_summary, read_column
from rag.tables.mentions import Vocabulary
from rag.tables.rows import RawTable, read_tables
from rag.tables.sql import TableDatabase
from rag.tables.table import Table
from rag.types import DocumentInfo

MOST_ROWS = 100_000
"""A longer table is not read: its questions get the ordinary answer."""
_KEPT = 4


@dataclass(frozen=True)
class DocumentTables:
    """The tables of a document and the database that holds them."""

    document: DocumentInfo
    tables: tuple[Table, ...]
    database: TableDatabase

    @cached_property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """The words of each table."""
        return tuple(Vocabulary(table) for table in self.tables)


class TableStore:
    """Reads tables from the catalog; a document's id names its content, so that what is kept stays true."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept: OrderedDict[str, DocumentTables | None] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, document: DocumentInfo) -> DocumentTables | None:
        """The document's tables; None where it has none that can be queried, or a longer one than MOST_ROWS."""
        if not 0 < document.report.tables <= MOST_ROWS:
            return None
        with self._lock:
            if document.id not in self._kept:
                self._kept[document.id] = self._read(document)
            self._kept.move_to_end(document.id)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[document.id]

    def _read(self, document: DocumentInfo) -> DocumentTables | None:
        raw = list(read_tables(self._catalog.blocks(document.id).items()))
        if not raw:
            return None
        database = TableDatabase()
        tables: list[Table] = []
        for one in raw:
            tables.append(_table(document, one, {fold(table.name) for table in tables}))
            database.put(tables[-1].name, tables[-1].blocks, tables[-1].columns)
        database.lock()
        return DocumentTables(document, tuple(tables), database)


def _table(document: DocumentInfo, raw: RawTable, taken: set[str]) -> Table:
    rows = list(raw.rows)
    ends = 0
    while len(rows) > 1 and is_summary([rows[-1].cells.get(name, "") for name in raw.columns]):
        rows.pop()
        ends += 1
    columns = tuple(read_column(name, [row.cells.get(name, "") for row in rows]) for name in raw.columns)
    stem = PurePath(document.name).stem or document.name
    wanted = raw.sheet or stem
    name, number = wanted, 1
    while fold(name) in taken:
        number += 1
        name = f"{wanted} {number}"
    names = tuple(dict.fromkeys(filter(None, (stem, document.title, raw.sheet))))
    return Table(name, raw.sheet, names, columns, tuple(row.block for row in rows), ends)
