"""What a passage's words say about a question: seven numbers, each a share of what the question asks for.

All are divided by the weight of the whole question, so that they mean the same for every question and every library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.confidence import inverse_document_frequency
from rag.text.languages import Terms
from rag.text.readings import Line, Reading

FEATURES: tuple[str, ...] = ("bm25", "title", "bigrams", "coverage", "sentence", "phrase", "trigrams")
_T = TypeVar("_T")
_K1, _B = 0.6, 0.5
_HEADING = 0.5
"""What a word in the headings counts, beside 1 for one in the title or one occurrence in the text."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as weights: of its words and bigrams (repetitions and rarity), of neighbours among them.

    Each mapping's sum to 1, so that the sum of some is their share.
    """

    words: Mapping[str, float]
    rarity: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]
    bigrams: Mapping[str, float]
    trigrams: Mapping[str, float]


def wanted(terms: Terms, frequencies: Mapping[str, int], total: int) -> Wanted:
    """`frequencies` in how many of `total` passages each word and bigram occurs."""
    rarity = {t: inverse_document_frequency(frequencies.get(t, 0), total) for t in {*terms.words, *terms.bigrams}}
    return Wanted(
        _shares({word: rarity[word] * n for word, n in Counter(terms.words).items()}),
        _shares({word: rarity[word] for word in terms.words}),
        _shares({(one, two): rarity[one] + rarity[two] for one, two in pairwise(terms.words) if one != two}),
        _shares({bigram: rarity[bigram] * n for bigram, n in Counter(terms.bigrams).items()}),
        _shares(
            {a + b[1:]: rarity[a] + rarity[b] for a, b in pairwise(terms.bigrams) if len(b) == 2 and a[1:] == b[:1]}
        ),
    )


def _shares(weights: Mapping[_T, float]) -> dict[_T, float]:
    total = sum(weights.values()) or 1.0
    return {one: weight / total for one, weight in weights.items()}


def features(asked: Wanted, readings: Sequence[Reading]) -> NDArray[np.float64]:
    """(n, 7), in the order of FEATURES."""
    if not readings:
        return np.empty((0, len(FEATURES)))
    words = [sum(len(line.words) for line in reading.sentences) for reading in readings]
    characters = [sum(len(line.runs) for line in reading.sentences) for reading in readings]
    usual_words, usual_characters = float(np.mean(words)) or 1.0, float(np.mean(characters)) or 1.0
    return np.array(
        [
            _features(asked, reading, w / usual_words, c / usual_characters)
            for reading, w, c in zip(readings, words, characters, strict=True)
        ]
    )


def _features(asked: Wanted, reading: Reading, words: float, characters: float) -> tuple[float, ...]:
    """`words` and `characters` are the lengths of this passage, 1 being the usual one."""
    places, lines = _occurrences(asked, reading.sentences)
    in_title, in_headings = (asked.words.keys() & line.words for line in (reading.title, reading.headings))
    found = places.keys() | in_title | in_headings
    often = {w: len(places.get(w, ())) + (w in in_title) + _HEADING * (w in in_headings) for w in found}
    runs = " ".join(line.runs for line in (reading.title, reading.headings, *reading.sentences) if line.runs)
    shared = {bigram: float(n) for bigram in asked.bigrams if (n := runs.count(bigram))} if runs else {}
    return (
        _saturated(asked.words, often, words),
        _share(asked.words, in_title),
        _saturated(asked.bigrams, shared, characters),
        _share(asked.rarity, found),
        max((_share(asked.rarity, line) for line in lines), default=0.0),
        _share(asked.pairs, (pair for pair in asked.pairs if _adjacent(places, *pair))),
        _share(asked.trigrams, (trigram for trigram in asked.trigrams if trigram in runs)),
    )


def _occurrences(asked: Wanted, sentences: Sequence[Line]) -> tuple[dict[str, list[int]], list[set[str]]]:
    """Where the question's words stand, counted in words; and those of each sentence that has any."""
    places: dict[str, list[int]] = {}
    lines: list[set[str]] = []
    before = 0
    for sentence in sentences:
        here = {word for word in sentence.words if word in asked.words}
        if here:
            lines.append(here)
            for place, word in enumerate(sentence.words, before):
                if word in here:
                    places.setdefault(word, []).append(place)
        before += len(sentence.words)
    return places, lines


def _saturated(weights: Mapping[str, float], often: Mapping[str, float], length: float) -> float:
    """BM25 as a share of its largest value (Robertson and Zaragoza 2009, 3.1 and 3.6: fields weighted by count)."""
    k = _K1 * (1 - _B + _B * length)
    return sum(weights[t] * n / (n + k) for t, n in often.items())


def _share(weights: Mapping[_T, float], found: Iterable[_T]) -> float:
    return sum(map(weights.__getitem__, found))


def _adjacent(places: Mapping[str, list[int]], one: str, two: str) -> bool:
    """Whether the two stand side by side somewhere, in either order."""
    others = places.get(two)
    return others is not None and any(n + 1 in others or n - 1 in others for n in places.get(one, ()))
