"""Results of chains that are kept as long as every document that they were made from is there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from rag.storage.database import Database

Made = TypeVar("Made")


class ResultCache:
    """Texts by a key that says all they depend on; deleting a document deletes what was made from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def key(self, *parts: object) -> str:
        """A name for what is made from these."""
        text = "\0".join(map(str, parts))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def get(self, key: str) -> str | None:
        """What is kept under the key; None where that is no text: it is made anew."""
        with self._database.read() as db:
            row = db.execute("SELECT CAST(value AS BLOB) FROM chain_results WHERE key = ?", (key,)).fetchone()
        try:
            return row[0].decode() if row else None
        except UnicodeDecodeError:
            return None

    def load(self, key: str, schema: TypeAdapter[Made]) -> Made | None:
        """The same, where it is kept as JSON; None where it is not as the schema says."""
        try:
            return None if (kept := self.get(key)) is None else schema.validate_json(kept)
        except ValidationError:
            return None

    def put(self, key: str, value: str, documents: Sequence[str]) -> None:
        """Keeps it; not where one of the documents has been deleted meanwhile."""
        ids = sorted(set(documents))
        marks = ",".join("?" * len(ids))
        with self._database.write() as db:
            query = f"SELECT count(*) FROM documents WHERE id IN ({marks})"  # noqa: S608 - only marks
            if db.execute(query, ids).fetchone()[0] < len(ids):
                return
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            db.execute("INSERT OR REPLACE INTO chain_results VALUES (?, ?, ?)", (key, value, made_at))
            db.executemany("INSERT OR IGNORE INTO chain_sources VALUES (?, ?)", [(key, id_) for id_ in ids])
