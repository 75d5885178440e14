"""The list of all documents with their counts, kept in memory and brought up to date by what has changed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

from rag.storage import records
from rag.storage.database import Database
from rag.types import DocumentInfo

_CHANGED = {
    "chunks": "SELECT DISTINCT document_id FROM chunks WHERE id BETWEEN ? AND ?",
    "vectors": """SELECT DISTINCT c.document_id FROM embeddings e JOIN chunks c ON c.embedding_key = e.key
                  WHERE e.id BETWEEN ? AND ?""",
}
_AT_ONCE = 500
_State = tuple[int, int]
"""The revision of the catalog, and its active generation."""


class DocumentList:
    """Counting the passages of a million takes seconds, so only documents that changed are counted again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: tuple[_State, dict[str, DocumentInfo]] = ((-1, -1), {})

    def current(self) -> dict[str, DocumentInfo]:
        """All documents by id, oldest first, as of the last commit; a new dict whenever something changed."""
        with self._lock, self._database.read() as db:
            state, (before, infos) = _state(db), self._held
            if state[1] != before[1]:
                infos = {info.id: info for info in records.document_infos(db)}
            elif state != before:
                infos = _followed(db, before, infos)
            self._held = state, infos
            return infos

    def some(self, ids: Sequence[str]) -> dict[str, DocumentInfo]:
        """Those of these that are there: out of the list where it is up to date, else counted by themselves."""
        with self._database.read() as db:
            state, infos = self._held  # without the lock: who brings the list up to date may take long
            if state == _state(db):
                return {id_: infos[id_] for id_ in ids if id_ in infos}
            found = records.document_infos(db, f"d.id IN ({','.join('?' * len(ids))})", ids)
            return {info.id: info for info in found}


def _state(db: sqlite3.Connection) -> _State:
    return records.revision(db), records.active_generation(db)


def _followed(db: sqlite3.Connection, before: _State, infos: dict[str, DocumentInfo]) -> dict[str, DocumentInfo]:
    order = [row["id"] for row in db.execute("SELECT id FROM documents ORDER BY added_at, rowid")]
    changed = sorted({*_changed(db, before[0]), *(id_ for id_ in order if id_ not in infos)})
    infos = dict(infos)
    for start in range(0, len(changed), _AT_ONCE):
        page = changed[start : start + _AT_ONCE]
        found = records.document_infos(db, f"d.id IN ({','.join('?' * len(page))})", page)
        infos.update((info.id, info) for info in found)
    return {id_: infos[id_] for id_ in order}


def _changed(db: sqlite3.Connection, revision: int) -> set[str]:
    query = "SELECT kind, first, last FROM changes WHERE revision > ? AND kind != 'removed'"
    changes = db.execute(query, (revision,)).fetchall()
    return {row["document_id"] for kind, first, last in changes for row in db.execute(_CHANGED[kind], (first, last))}
