"""The vectors that the catalog keeps, by the text and the model that they are of; and the chunks that wait for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from rag.protocols import Vectors
from rag.storage import records
from rag.storage.database import Database
from rag.storage.reading import read_chunk
from rag.storage.records import STORED_DTYPE
from rag.types import Chunk

_AT_ONCE = 10_000
"""Vectors in a page."""


class StoredVectors:
    """Reads and writes vectors; each write is one transaction.

    NOT INDEXED and CROSS JOIN make SQLite walk a range of ids, where it would take all of a generation for less.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._embedded_up_to: dict[int, int] = {}

    def pages(self, generation: int) -> Iterator[tuple[list[int], Vectors]]:
        """Every chunk that has a vector, as `of_chunks` gives them, page by page so that memory stays flat."""
        with self._database.read() as db:
            last = db.execute("SELECT max(id) FROM chunks WHERE generation = ?", (generation,)).fetchone()[0] or 0
            first = db.execute("SELECT min(id) FROM chunks WHERE generation = ?", (generation,)).fetchone()[0] or 1
        for start in range(first, last + 1, _AT_ONCE):
            page = self.of_chunks(generation, start, min(last, start + _AT_ONCE - 1))
            if page[0]:
                yield page

    def of_chunks(self, generation: int, first: int, last: int) -> tuple[list[int], Vectors]:
        """Chunk ids and their vectors (n, dimension), for the chunks in this range that have one."""
        query = """SELECT c.id, e.vector FROM chunks c NOT INDEXED JOIN embeddings e ON e.key = c.embedding_key
                   WHERE c.generation = ? AND c.id BETWEEN ? AND ? ORDER BY c.id"""
        return self._read(query, (generation, first, last))

    def of_embeddings(self, generation: int, first: int, last: int) -> tuple[list[int], Vectors]:
        """Chunk ids and their vectors (n, dimension), for the embeddings in this range."""
        query = """SELECT c.id, e.vector FROM embeddings e CROSS JOIN chunks c ON c.embedding_key = e.key
                   WHERE c.generation = ? AND e.id BETWEEN ? AND ? ORDER BY c.id"""
        return self._read(query, (generation, first, last))

    def pending(self, generation: int, limit: int, after: int = 0) -> list[tuple[bytes, Chunk]]:
        """Chunks that wait for a vector, one per embedding key, oldest first; those behind the chunk `after`."""
        query = """SELECT * FROM chunks NOT INDEXED WHERE generation = ? AND id > ? AND typeof(embedding_key) = 'blob'
                   AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.key = chunks.embedding_key)
                   ORDER BY id LIMIT ?"""
        # A key that is no bytes is damaged: `verify` names its document, and reads it again.
        # Ids grow, and a vector goes only with its last chunk: what was passed once need not be looked at again.
        with self._database.read() as db:
            rows = list(db.execute(query, (generation, after or self._embedded_up_to.get(generation, 0), limit)))
            last = rows[0]["id"] - 1 if rows else db.execute("SELECT coalesce(max(id), 0) FROM chunks").fetchone()[0]
            found = {row["embedding_key"]: (row["embedding_key"], read_chunk(row)) for row in rows}
        if not after:
            self._embedded_up_to[generation] = last
        return list(found.values())

    def count_pending(self, generation: int) -> int:
        """How many chunks wait for a vector; looks at every chunk."""
        return self._count_pending(generation, 0)

    def count_upcoming(self, generation: int) -> int:
        """How many chunks `pending` has still to give, quickly."""
        return self._count_pending(generation, self._embedded_up_to.get(generation, 0))

    def _count_pending(self, generation: int, after: int) -> int:
        query = """SELECT count(*) FROM chunks NOT INDEXED
                   WHERE generation = ? AND id > ? AND typeof(embedding_key) = 'blob'
                   AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.key = chunks.embedding_key)"""
        with self._database.read() as db:
            return db.execute(query, (generation, after)).fetchone()[0]

    def known_keys(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of these embedding keys that have a vector."""
        query = "SELECT key FROM embeddings WHERE key = ?"
        with self._database.read() as db:
            return {row["key"] for key in keys for row in db.execute(query, (key,))}

    def put(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Stores unit vectors (n, dimension) under their keys; keys already there are left as they are."""
        with self._database.write() as db:
            records.insert_vectors(db, keys, vectors)

    def drop(self, ids: Sequence[int]) -> None:
        """Deletes vectors by id of embedding; chunks that had them wait for new ones."""
        with self._database.write() as db:
            records.delete_vectors(db, ids)
        self._embedded_up_to.clear()

    def _read(self, query: str, arguments: tuple[int, ...]) -> tuple[list[int], Vectors]:
        with self._database.read() as db:
            found = db.execute(query, arguments).fetchall()
        rows = [row for row in found if isinstance(row["vector"], bytes)]
        sizes = Counter(len(row["vector"]) for row in rows)
        if len(sizes) > 1:  # damaged ones, which `verify` names
            rows = [row for row in rows if len(row["vector"]) == sizes.most_common(1)[0][0]]
        stored = np.frombuffer(b"".join(row["vector"] for row in rows), STORED_DTYPE)
        vectors = stored.reshape(len(rows), -1).astype(np.float32) if rows else np.empty((0, 0), np.float32)
        return [row["id"] for row in rows], vectors
