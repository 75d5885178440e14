"""Word search in memory over the chunks that came last, until they are on the disk with the others."""

from __future__ import annotations

import threading
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.text.readings import Reading

K1, B = 1.2, 0.75  # tantivy's
Rarity = Callable[[str, str], float]
"""The inverse document frequency of a term in a field."""


class Entry(NamedTuple):
    """A chunk as it is searched: its document, what analysis made of it, and the terms of each field."""

    id: int
    document: str
    reading: Reading
    terms: Mapping[str, Sequence[str]]


class FreshWords:
    """BM25 per field, as tantivy scores; adding costs no commit and no flush. Safe from any thread.

    Each term has an array of places, those in the order of adding, and how often it stands there, by turns.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._ids = array("q")
        self._postings = defaultdict[tuple[str, str], "array[int]"](lambda: array("I"))
        self._lengths = defaultdict[str, "array[float]"](lambda: array("d"))

    def __len__(self) -> int:
        return len(self._entries)

    def ids(self) -> list[int]:
        """The chunk id of every entry."""
        with self._lock:
            return [*self._entries]

    def count_of(self, documents: Collection[str]) -> int:
        """How many entries are chunks of these documents."""
        with self._lock:
            return sum(entry.document in documents for entry in self._entries.values())

    def add(self, entries: Iterable[Entry]) -> None:
        """Adds chunks; one that is here already stays."""
        for entry in entries:
            counts = {field: Counter(terms) for field, terms in entry.terms.items()}
            with self._lock:
                if entry.id not in self._entries:
                    self._add(entry, counts)

    def _add(self, entry: Entry, counts: Mapping[str, Counter[str]]) -> None:
        place = len(self._ids)
        self._ids.append(entry.id)
        self._entries[entry.id] = entry
        for field, count in counts.items():
            self._lengths[field].append(len(entry.terms[field]))
            for term, often in count.items():
                self._postings[field, term].extend((place, often))

    def find(self, ids: Collection[int]) -> dict[int, Entry]:
        """The entries of those of these chunks that are here."""
        with self._lock:
            return {id_: self._entries[id_] for id_ in ids if id_ in self._entries}

    def within(self, ranges: Sequence[tuple[int, int]]) -> list[Entry]:
        """The entries of chunks in these ranges of ids (both ends included), in the order of adding."""
        with self._lock:
            entries = [*self._entries.values()]
        return [one for one in entries if any(first <= one.id <= last for first, last in ranges)]

    def frequency(self, field: str, term: str) -> int:
        """In how many chunks the term occurs in this field."""
        return len(self._postings.get((field, term), ())) // 2

    def search(
        self, weights: Mapping[tuple[str, str], float], k: int, documents: Collection[str] | None, rarity: Rarity
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25), best first, of these documents if given; `weights` of (field, term)."""
        with self._lock:
            ids = np.array(self._ids)
            lengths = {field: np.array(each) for field, each in self._lengths.items()}
            found = {key: np.array(self._postings[key]) for key in weights if key in self._postings}
        relative = {field: each / (each.mean() or 1.0) for field, each in lengths.items()}
        scores = np.zeros(len(ids))
        for (field, term), posting in found.items():
            places, often = posting[::2], posting[1::2]
            whole = weights[field, term] * rarity(field, term) * (1 + K1)
            scores[places] += whole * often / (often + K1 * (1 - B + B * relative[field][places]))
        chosen: NDArray[np.int64] = np.flatnonzero(scores)
        if documents is not None:
            chosen = np.array([n for n in chosen if self._entries[int(ids[n])].document in documents], np.int64)
        best = chosen[np.lexsort((ids[chosen], -scores[chosen]))[:k]]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))
