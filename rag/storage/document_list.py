"""The list of all documents with their counts, kept in memory and brought up to date by what has changed."""

from __future__ import annotations

import sqlite3
import threading

from rag.storage import records
from rag.storage.database import Database
from rag.types import DocumentInfo

_CHANGED = {
    "chunks": "SELECT DISTINCT document_id FROM chunks WHERE id BETWEEN ? AND ?",
    "vectors": """SELECT DISTINCT c.document_id FROM embeddings e JOIN chunks c ON c.embedding_key = e.key
                  WHERE e.id BETWEEN ? AND ?""",
}
_AT_ONCE = 500


class DocumentList:
    """Counting the passages of a million takes seconds, so only documents that changed are counted again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._state = (-1, -1)
        self._infos: dict[str, DocumentInfo] = {}

    def current(self) -> dict[str, DocumentInfo]:
        """All documents by id, oldest first, as of the last commit; a new dict whenever something changed."""
        with self._lock, self._database.read() as db:
            state = records.revision(db), records.active_generation(db)
            if state[1] != self._state[1]:
                self._infos = {info.id: info for info in records.document_infos(db)}
            elif state != self._state:
                self._infos = self._followed(db)
            self._state = state
            return self._infos

    def _followed(self, db: sqlite3.Connection) -> dict[str, DocumentInfo]:
        order = [row["id"] for row in db.execute("SELECT id FROM documents ORDER BY added_at, rowid")]
        changed = sorted({*self._changed(db), *(id_ for id_ in order if id_ not in self._infos)})
        infos = dict(self._infos)
        for start in range(0, len(changed), _AT_ONCE):
            page = changed[start : start + _AT_ONCE]
            found = records.document_infos(db, f"d.id IN ({','.join('?' * len(page))})", page)
            infos.update((info.id, info) for info in found)
        return {id_: infos[id_] for id_ in order}

    def _changed(self, db: sqlite3.Connection) -> set[str]:
        query = "SELECT kind, first, last FROM changes WHERE revision > ? AND kind != 'removed'"
        changes = db.execute(query, (self._state[0],)).fetchall()
        return {
            row["document_id"] for kind, first, last in changes for row in db.execute(_CHANGED[kind], (first, last))
        }
