"""Exact vector search with FAISS; all vectors in memory."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

import faiss
import numpy as np

from rag.protocols import Ids, Vectors
from rag.stores._single_query import one_thread


class FaissFlatStore:
    """Brute force over inner products of unit vectors, which is the cosine; never misses a neighbour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: faiss.IndexIDMap2 | None = None  # made with the first vector, which tells the dimension
        self._ids: set[int] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id_: int) -> bool:
        return id_ in self._ids

    @property
    def dimension(self) -> int:
        """Length of the vectors, 0 before the first."""
        return self._index.d if self._index is not None else 0

    def ids(self, first: int, last: int) -> list[int]:
        """Every id in this range (both ends included), in ascending order."""
        with self._lock:
            return sorted(id_ for id_ in self._ids if first <= id_ <= last)

    def count_of(self, ids: Collection[int]) -> int:
        """How many of these ids have a vector."""
        with self._lock:
            return len(self._ids.intersection(ids))

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """The vectors (n, dimension) held under these ids, which must be there."""
        with self._lock:
            assert self._index is not None
            return np.stack([self._index.reconstruct(id_) for id_ in ids])

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Adds unit vectors (n, dimension) under these ids; an id already there is replaced."""
        if not len(ids):
            return
        self.remove([id_ for id_ in ids if id_ in self._ids])
        with self._lock:
            if self._index is None:
                self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
            self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64))
            self._ids.update(ids)

    def remove(self, ids: Sequence[int]) -> None:
        """Takes ids out; unknown ones are passed over."""
        with self._lock:
            known = self._ids.intersection(ids)
            if self._index is not None and known:
                self._index.remove_ids(faiss.IDSelectorBatch(np.fromiter(known, np.int64, len(known))))
                self._ids -= known

    def search(self, query: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        """The k best (id, cosine), best first, among `within` (ascending) if given."""
        with self._lock:
            if self._index is None or k < 1:
                return []
            parameters = None
            if within is not None:
                held = np.fromiter(self._ids, np.int64, len(self._ids))
                chosen = np.intersect1d(held, within, assume_unique=True) if len(held) < len(within) else within
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(chosen))  # pyright: ignore[reportCallIssue]
            with one_thread():
                scores, ids = self._index.search(query[None, :].astype(np.float32), k, params=parameters)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def scores(self, query: Vectors, ids: Sequence[int]) -> list[float | None]:
        """The cosine of each id with the query, None for one without a vector."""
        with self._lock:
            index = self._index
            return [
                float(index.reconstruct(id_) @ query) if index is not None and id_ in self._ids else None for id_ in ids
            ]
