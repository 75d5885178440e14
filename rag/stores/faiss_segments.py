"""Vector search with FAISS at any size: exact while there are few, an inverted file on the disk beside it once many."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

import numpy as np

from rag.protocols import Ids, Vectors
from rag.stores._ivf_segment import IvfSegment
from rag.stores.faiss_flat import FaissFlatStore

SEALED_FROM = 20_000
"""Brute force over so many takes 3 ms in one thread; from there on they are worth a segment."""
_MOST_GROWING = 50_000
_GROWTH = 20
"""A large segment is made anew when one vector in so many is new, or the most above: its making takes long."""
_LARGEST_ID = 2**63 - 1
_DEAD = 4
"""A segment of which one vector in so many was removed is worth another."""


def are_many(count: int) -> bool:
    """Whether so many vectors are worth a segment."""
    return count >= SEALED_FROM


class FaissSegmentStore:
    """A sealed segment, if there is one, and in memory what has been added since."""

    def __init__(self, sealed: IvfSegment | None = None) -> None:
        self._lock = threading.Lock()
        self._sealed = sealed
        self._growing = FaissFlatStore()

    def __len__(self) -> int:
        return len(self._growing) + (len(self._sealed) if self._sealed else 0)

    def __contains__(self, id_: int) -> bool:
        return id_ in self._growing or (self._sealed is not None and self._sealed.position(id_) is not None)

    @property
    def dimension(self) -> int:
        """Length of the vectors, 0 before the first."""
        return self._sealed.dimension if self._sealed else self._growing.dimension

    @property
    def wants_sealing(self) -> bool:
        """Whether a new segment of all that is here would pay."""
        dead = self._sealed is not None and self._sealed.removed * _DEAD > len(self)
        most = max(SEALED_FROM, min(_MOST_GROWING, len(self) // _GROWTH))
        return are_many(len(self)) and (dead or len(self._growing) >= most)

    def ids(self, first: int = 0, last: int = _LARGEST_ID) -> list[int]:
        """Every id in this range (both ends included), in ascending order."""
        sealed = self._sealed.ids(first, last) if self._sealed else ()
        return sorted([*sealed, *self._growing.ids(first, last)])

    def count_of(self, ids: Collection[int]) -> int:
        """How many of these ids have a vector."""
        return self._growing.count_of(ids) + (len(self._sealed.positions(_ascending(ids))) if self._sealed else 0)

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """The vectors (n, dimension) held under these ids, which must be there."""
        return np.stack([self._vector(id_) for id_ in ids])

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Adds unit vectors (n, dimension) under these ids; an id already there is replaced."""
        with self._lock:
            self._growing.add(ids, vectors)
            self._remove_sealed(ids)

    def remove(self, ids: Sequence[int]) -> None:
        """Takes ids out; unknown ones are passed over."""
        with self._lock:
            self._growing.remove(ids)
            self._remove_sealed(ids)

    def search(self, query: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        """The k best (id, cosine), best first, among `within` (ascending) if given; a segment may miss a few."""
        if k < 1:
            return []
        found = dict(self._growing.search(query, k, within))
        if self._sealed is not None:
            chosen = None if within is None else self._sealed.positions(within)
            found = {**dict(self._sealed.search(query, k, chosen)), **found}
        return sorted(found.items(), key=lambda item: -item[1])[:k]

    def scores(self, query: Vectors, ids: Sequence[int]) -> list[float | None]:
        """The cosine of each id with the query, None for one without a vector."""
        scores = self._growing.scores(query, ids)
        for n, id_ in enumerate(ids):
            if scores[n] is None and self._sealed is not None:
                position = self._sealed.position(id_)
                scores[n] = None if position is None else float(self._sealed.vector(position) @ query)
        return scores

    def damaged_files(self) -> list[str]:
        """The files of the segment whose bytes are not those that were written."""
        return self._sealed.damaged_files() if self._sealed else []

    def _vector(self, id_: int) -> Vectors:
        if self._sealed is not None and (position := self._sealed.position(id_)) is not None:
            return self._sealed.vector(position)
        return self._growing.vectors([id_])[0]

    def _remove_sealed(self, ids: Sequence[int]) -> None:
        if self._sealed is not None and len(positions := self._sealed.positions(_ascending(ids))):
            self._sealed.remove(positions)


def _ascending(ids: Collection[int]) -> Ids:
    return np.unique(np.fromiter(ids, np.int64, len(ids)))
