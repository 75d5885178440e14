"""The generations: ways of chunking and embedding the whole library, of which one answers questions."""

from __future__ import annotations

from time import sleep
from typing import Literal

from rag.storage import records
from rag.storage.committed import Committed, Generation
from rag.storage.database import Database

_SWEPT_AT_ONCE = 5000  # chunks: a large generation in one transaction would hold every writer up for a minute
_PAUSE_S = 0.11  # SQLite has who waits look every 0.1 s


class Generations:
    """Which there are, what is in them, and which is the active one; each write is one transaction."""

    def __init__(self, database: Database, committed: Committed) -> None:
        self._database = database
        self._committed = committed

    def active(self) -> Generation | None:
        """The generation that answers questions; None in a store that was never written."""
        return self._committed.now().generations.get("active")

    def building(self) -> Generation | None:
        """The generation that a reindex is building, if any."""
        return self._committed.now().generations.get("building")

    def previous(self) -> Generation | None:
        """The generation that was active before, if it is kept."""
        return self._committed.now().generations.get("previous")

    def start(self, fingerprint: str, state: Literal["active", "building"]) -> Generation:
        """Makes a generation, or gives the one of this state if it has this fingerprint."""
        with self._database.write() as db:
            row = db.execute("SELECT id, fingerprint FROM generations WHERE state = ?", (state,)).fetchone()
            if row and (state == "active" or row["fingerprint"] == fingerprint):
                return Generation(row["id"], row["fingerprint"])
            if row:
                records.drop_generation(db, row["id"])
            query = "INSERT INTO generations (fingerprint, state) VALUES (?, ?)"
            return Generation(db.execute(query, (fingerprint, state)).lastrowid or 0, fingerprint)

    def activate(self, generation: int) -> bool:
        """Switches to the generation being built, or to the previous one; False if documents are missing in it.

        The one that was active becomes the previous one, unless both were made in the same way. Raises StoreError
        where there is no such generation any more.
        """
        with self._database.write() as db:
            records.refuse_dropped(db, generation)
            if records.first_missing(db, generation) is None:
                records.activate(db, generation)
                return True
            return False

    def drop(self, state: Literal["building", "previous"]) -> int:
        """Drops the generation in this state, if there is one; gives how many chunks went with it."""
        with self._database.write() as db:
            row = db.execute("SELECT id FROM generations WHERE state = ?", (state,)).fetchone()
            if row:
                records.drop_generation(db, row["id"])
        return self.sweep()

    def sweep(self) -> int:
        """Deletes what is left of generations that were dropped; gives how many chunks."""
        chunks = 0
        while swept := self.sweep_some():
            chunks += swept
            sleep(_PAUSE_S)
        return chunks

    def sweep_some(self) -> int:
        """Deletes some of what is left of generations that were dropped, in one short transaction; 0 when all is."""
        if "dropped" not in self._committed.now().generations:
            return 0
        with self._database.write() as db:
            return records.sweep(db, _SWEPT_AT_ONCE)

    def first_document_missing_in(self, generation: int) -> str | None:
        """The id of a document without chunks in this generation, None when it is complete."""
        with self._database.read() as db:
            return records.first_missing(db, generation)

    def count_chunks_in(self, generation: int) -> int:
        """How many chunks this generation has."""
        with self._database.read() as db:
            return db.execute("SELECT count(*) FROM chunks WHERE generation = ?", (generation,)).fetchone()[0]

    def count_vectors_in(self, generation: int) -> int:
        """How many chunks of this generation have a vector."""
        query = "SELECT count(*) FROM chunks c JOIN embeddings e ON e.key = c.embedding_key WHERE c.generation = ?"
        with self._database.read() as db:
            return db.execute(query, (generation,)).fetchone()[0]

    def count_documents_in(self, generation: int) -> int:
        """How many documents have chunks in this generation."""
        query = "SELECT count(DISTINCT document_id) FROM chunks WHERE generation = ?"
        with self._database.read() as db:
            return db.execute(query, (generation,)).fetchone()[0]
