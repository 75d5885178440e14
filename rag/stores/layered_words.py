"""Word search at any pace: an index on the disk, and in memory beside it what has come since."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rag.stores.fresh_words import Entry, FreshWords
from rag.stores.tantivy_words import FIELDS, TantivyWordStore
from rag.text import readings
from rag.text.languages import Terms
from rag.text.readings import Reading
from rag.types import Chunk

_WORDS = ("title", "headings", "words")


class Analysed(NamedTuple):
    """What analysis makes of a chunk: its reading, and the terms of each field."""

    reading: Reading
    terms: Mapping[str, Sequence[str]]


def analysed(title: str, language: str, chunk: Chunk) -> Analysed:
    """Analyses a chunk of a document with this title, in this language."""
    reading = readings.read(title, chunk.headings, chunk.text, language)
    lines = (reading.title, reading.headings, *reading.sentences)
    words = [word for line in reading.sentences for word in line.words]
    bigrams = [bigram for line in lines for bigram in line.bigrams()]
    terms = (reading.title.words, reading.headings.words, words, bigrams)
    return Analysed(reading, dict(zip(FIELDS, terms, strict=True)))


def entry_of(chunk: Chunk, title: str, language: str = "en", known: Analysed | None = None) -> Entry:
    """A chunk of a document with this title, in this language, analysed now unless that is known."""
    return Entry(chunk.id, chunk.document_id, *(known or analysed(title, language, chunk)))


class LayeredWordStore:
    """BM25 summed over title, headings, words and bigrams; both layers are scored by how rare a term is in both.

    A commit of the index on the disk takes a hundred milliseconds, so chunks wait in memory until there are many.
    A chunk may be in both layers for a moment, and counts once where it is found.
    """

    def __init__(self, folder: Path) -> None:
        self.disk = TantivyWordStore(folder)
        self.fresh = FreshWords()

    def __len__(self) -> int:
        return len(self.disk) + len(self.fresh)

    def settle(self, kept: Sequence[tuple[int, int]] = ()) -> None:
        """Forgets what is in memory: it is on the disk, but for the chunks in the ranges that are kept."""
        fresh = FreshWords()
        fresh.add(self.fresh.within(kept))
        self.disk.reload()
        self.fresh = fresh

    def add(self, entries: Iterable[Entry]) -> None:
        """Adds chunks in memory."""
        self.fresh.add(entries)

    def holds(self, first: int, last: int) -> bool:
        """Whether a chunk of this range (both ends included) is here."""
        return self.disk.holds(first, last) or any(first <= id_ <= last for id_ in self.fresh.ids())

    def ids(self, first: int, last: int) -> list[int]:
        """The chunk id of every entry in this range (both ends included), in ascending order."""
        return sorted([*self.disk.ids(first, last), *(id_ for id_ in self.fresh.ids() if first <= id_ <= last)])

    def count_of(self, documents: Sequence[str]) -> int:
        """How many entries are chunks of these documents."""
        return self.disk.count_of(documents) + self.fresh.count_of(documents)

    def search(self, terms: Terms, k: int, documents: Collection[str] | None = None) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25), best first, of these documents if given."""
        weights = _weights(terms)
        fresh, disk = self.fresh, self.disk  # in this order: what leaves the memory is on the disk before
        if not len(fresh):
            return disk.search(weights, k, documents)
        written, size = disk.frequencies(weights), len(disk)
        rarity = {key: _rarity(n + fresh.frequency(*key), size + len(fresh)) for key, n in written.items()}
        scaled = {key: weight * rarity[key] / _rarity(written[key], size) for key, weight in weights.items()}
        found = dict(disk.search(scaled, k, documents))
        found |= dict(fresh.search(weights, k, documents, lambda field, term: rarity[field, term]))
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:k]

    def readings(self, ids: Sequence[int]) -> dict[int, Reading]:
        """How these chunks were analysed; one that is not here is left out."""
        fresh = {id_: entry.reading for id_, entry in self.fresh.find(ids).items()}
        return {**self.disk.readings([id_ for id_ in ids if id_ not in fresh]), **fresh}

    def frequencies(self, terms: Terms) -> dict[str, int]:
        """In how many chunks each word (of the title, the headings or the text) and each bigram occurs."""
        fresh = self.fresh
        keys = [(field, word) for word in terms.words for field in _WORDS] + [("bigrams", one) for one in terms.bigrams]
        found: dict[str, int] = {}
        for key, count in self.disk.frequencies(keys).items():
            found[key[1]] = max(found.get(key[1], 0), count + fresh.frequency(*key))
        return found


def _weights(terms: Terms) -> Mapping[tuple[str, str], float]:
    """What each term counts in each field: repetitions of the question, times the field's weight."""
    return {
        (field, term): weight * count
        for field, weight in FIELDS.items()
        for term, count in Counter(terms.bigrams if field == "bigrams" else terms.words).items()
    }


def _rarity(frequency: int, total: int) -> float:
    """BM25's inverse document frequency, as tantivy has it."""
    return math.log(1 + (max(total - frequency, 0) + 0.5) / (frequency + 0.5))
