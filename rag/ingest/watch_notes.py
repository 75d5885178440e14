"""What is known of a watched folder's files: a restart neither tries what has failed again nor forgets a disk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from rag.storage.database import Database


class Seen(NamedTuple):
    """A file as it was when it was last looked at, and whether it lies on another disk than the folder."""

    mark: str
    elsewhere: bool


class WatchNotes:
    """Kept in the catalog, by collection and name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, collection: str) -> dict[str, Seen]:
        """All files of this collection's folder, by name."""
        query = "SELECT name, mark, elsewhere FROM watched WHERE collection = ?"
        with self._database.read() as db:
            return {row["name"]: Seen(row["mark"], bool(row["elsewhere"])) for row in db.execute(query, (collection,))}

    def note(self, collection: str, seen: Mapping[str, Seen], gone: Collection[str]) -> None:
        """Keeps what was seen anew, and forgets what is gone."""
        if seen or gone:
            with self._database.write() as db:
                query = "DELETE FROM watched WHERE collection = ? AND name = ?"
                db.executemany(query, [(collection, name) for name in (*seen, *gone)])
                rows = [(collection, name, *one) for name, one in seen.items()]
                db.executemany("INSERT INTO watched VALUES (?, ?, ?, ?)", rows)
