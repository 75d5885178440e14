"""Moves documents to another collection, whole, in one transaction: nothing is read, split or embedded again."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.errors import MoveRefused
from rag.storage import records
from rag.storage.database import Database
from rag.storage.records import document_id
from rag.types import DocumentInfo

_ID = re.compile(r"\b[0-9a-f]{32}\b")


def move(database: Database, family: Sequence[DocumentInfo], collection: str) -> None:
    """Gives documents, those inside them included, a new collection, and with it new ids.

    Their blocks, chunks and vectors stay as they are, and saved answers go on pointing at them. Raises MoveRefused,
    and moves none, where the collection has a document of the same name already.
    """
    ids = {one.id: document_id(collection, one.name, one.sha256) for one in family}
    with database.write() as db:
        db.execute("PRAGMA defer_foreign_keys = ON")  # until the commit, rows point at ids that are half changed
        _refuse_taken(db, [one.name for one in family], collection)
        for one in family:
            query = "UPDATE documents SET id = ?, collection = ? WHERE id = ?"
            db.execute(query, (ids[one.id], collection, one.id))
        for table, column in _references(db):
            query = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - the schema's own names
            db.executemany(query, [(new, old) for old, new in ids.items()])
        for new in ids.values():
            _log_moved(db, new)
        _repoint_answers(db, ids)


def _refuse_taken(db: sqlite3.Connection, names: Sequence[str], collection: str) -> None:
    query = "SELECT 1 FROM documents WHERE collection = ? AND name = ?"
    for name, count in Counter(names).items():
        if count > 1 or db.execute(query, (collection, name)).fetchone():
            hint = "Rename one of the two files, or delete the one that is there."
            raise MoveRefused("The collection has a document of this name already.", hint, name)


def _references(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every column that points at a document's id, whatever tables there are."""
    query = """SELECT t.name, f."from" FROM sqlite_master t, pragma_foreign_key_list(t.name) f
               WHERE t.type = 'table' AND f."table" = 'documents' AND f."to" = 'id'"""
    return [(row[0], row[1]) for row in db.execute(query)]


def _log_moved(db: sqlite3.Connection, id_: str) -> None:
    """The word index knows passages by their document, so it looks at them again; the vector index need not."""
    query = "SELECT min(id), max(id) FROM chunks WHERE document_id = ? GROUP BY generation"
    for first, last in db.execute(query, (id_,)).fetchall():
        records.log_change(db, "chunks", first, last)


def _repoint_answers(db: sqlite3.Connection, ids: Mapping[str, str]) -> None:
    query = "SELECT conversation_id, ordinal, answer FROM turns WHERE typeof(answer) = 'text'"  # else it is damaged
    for row in db.execute(query).fetchall():
        answer = _ID.sub(lambda found: ids.get(found[0], found[0]), row["answer"])
        if answer != row["answer"]:
            change = "UPDATE turns SET answer = ? WHERE conversation_id = ? AND ordinal = ?"
            db.execute(change, (answer, row["conversation_id"], row["ordinal"]))
