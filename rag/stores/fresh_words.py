"""Word search in memory over the chunks that came last, until they are on the disk with the others."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

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
    """BM25 per field, as tantivy scores; adding costs no commit and no flush. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._postings = defaultdict[tuple[str, str], dict[int, int]](dict)
        self._lengths = Counter[str]()

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
            with self._lock:
                if entry.id in self._entries:
                    continue
                self._entries[entry.id] = entry
                for field, terms in entry.terms.items():
                    self._lengths[field] += len(terms)
                    for term, count in Counter(terms).items():
                        self._postings[field, term][entry.id] = count

    def find(self, ids: Collection[int]) -> dict[int, Entry]:
        """The entries of those of these chunks that are here."""
        with self._lock:
            return {id_: self._entries[id_] for id_ in ids if id_ in self._entries}

    def frequency(self, field: str, term: str) -> int:
        """In how many chunks the term occurs in this field."""
        with self._lock:
            return len(self._postings.get((field, term), ()))

    def search(
        self, weights: Mapping[tuple[str, str], float], k: int, documents: Collection[str] | None, rarity: Rarity
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25), best first, of these documents if given; `weights` of (field, term)."""
        scores = defaultdict[int, float](float)
        with self._lock:
            for (field, term), weight in weights.items():
                found = self._postings.get((field, term))
                if found:
                    usual = self._lengths[field] / len(self._entries)
                    whole = weight * rarity(field, term) * (1 + K1)
                    for id_, count in found.items():
                        length = len(self._entries[id_].terms[field]) / usual
                        scores[id_] += whole * count / (count + K1 * (1 - B + B * length))
            chosen = {i: s for i, s in scores.items() if documents is None or self._entries[i].document in documents}
        return sorted(chosen.items(), key=lambda item: (-item[1], item[0]))[:k]
