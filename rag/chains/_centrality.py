"""Which sentences say most of what a text says: LexRank over words, and against repetition, MMR."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

MOST_COMPARED = 500
"""Sentences that are compared each with each; of more, those nearest to the whole text."""
_DAMPING = 0.15
_ITERATIONS = 50
_SETTLED = 1e-6


def weighted(texts: Sequence[Sequence[str]]) -> tuple[list[dict[str, float]], dict[str, float]]:
    """TF-IDF of each text's terms, of length 1, and the mean of all."""
    frequencies = Counter(term for terms in texts for term in set(terms))
    idf = {term: math.log((1 + len(texts)) / (0.5 + count)) for term, count in frequencies.items()}
    rows = [_unit({term: count * idf[term] for term, count in Counter(terms).items()}) for terms in texts]
    centre: Counter[str] = Counter()
    for row in rows:
        centre.update(row)
    return rows, _unit(dict(centre))


def dot(one: dict[str, float], other: dict[str, float]) -> float:
    """The product of two rows of `weighted`."""
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other[term] for term, value in one.items() if term in other)


def similarities(rows: Sequence[dict[str, float]]) -> Matrix:
    """(n, n) cosines of rows of `weighted`."""
    columns = {term: n for n, term in enumerate(sorted({term for row in rows for term in row}))}
    dense = np.zeros((len(rows), len(columns)), np.float32)
    for n, row in enumerate(rows):
        for term, value in row.items():
            dense[n, columns[term]] = value
    return dense @ dense.T


def lexrank(cosines: Matrix) -> NDArray[np.float64]:
    """(n,) how central each sentence is: PageRank on their cosines (Erkan and Radev 2004, continuous LexRank)."""
    links = np.maximum(cosines.astype(np.float64), 0)
    np.fill_diagonal(links, 0)
    totals = links.sum(axis=1, keepdims=True)
    count = len(links)
    walk = np.divide(links, totals, out=np.full_like(links, 1 / max(1, count)), where=totals > 0)
    rank = np.full(count, 1 / max(1, count))
    for _ in range(_ITERATIONS):
        following = _DAMPING / count + (1 - _DAMPING) * (rank @ walk)
        if np.abs(following - rank).sum() < _SETTLED:
            break
        rank = following
    return rank


def z(values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard scores; zeros where all are equal."""
    array = np.asarray(values, np.float64)
    spread = array.std() if len(array) else 0.0
    return (array - array.mean()) / spread if spread > 0 else np.zeros_like(array)


def diverse(scores: NDArray[np.float64], cosines: Matrix, count: int, repetition: float, least: float) -> list[int]:
    """Positions of `count` sentences, best first: each is worth its score less `repetition` times its likeness to the
    nearest one chosen before (maximal marginal relevance, Carbonell and Goldstein 1998); none likelier than `least`.
    """
    chosen: list[int] = []
    nearest = np.zeros(len(scores))
    left = np.ones(len(scores), bool)
    while len(chosen) < count and left.any():
        worth = np.where(left, scores - repetition * nearest, -np.inf)
        best = int(np.argmax(worth))
        chosen.append(best)
        nearest = np.maximum(nearest, cosines[best])
        left[best] = False
        left &= nearest < least
    return chosen


def _unit(row: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(value * value for value in row.values())) or 1.0
    return {term: value / length for term, value in row.items()}
