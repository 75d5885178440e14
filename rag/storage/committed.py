"""What every question asks the catalog for, kept in memory for as long as nothing is committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rag.storage import records
from rag.storage.database import Database
from rag.storage.reading import loaded


class Generation(NamedTuple):
    """One way of chunking and embedding the whole library."""

    id: int
    fingerprint: str


class State(NamedTuple):
    """The number of the last change that the indexes must follow, and the generations by state."""

    revision: int
    generations: Mapping[str, Generation]


class Committed:
    """The state as of the last commit of whichever process. Safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: tuple[int, State] | None = None

    def now(self) -> State:
        """Looks whether something was committed, and reads anew only then."""
        version, held = self._database.version(), self._held  # a commit after this is seen the next time
        if held is None or held[0] != version:
            held = self._held = version, self._read()
        return held[1]

    def _read(self) -> State:
        with self._database.read() as db:
            rows = db.execute("SELECT state, id, fingerprint FROM generations").fetchall()
            for row in rows:
                loaded(row["fingerprint"], dict)  # raises where it is damaged
            return State(
                records.revision(db), {row["state"]: Generation(row["id"], row["fingerprint"]) for row in rows}
            )
