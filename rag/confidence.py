"""How likely the passages found answer the question: one number between 0 and 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.languages import analyze
from rag.types import Hit

_PRIOR_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the number is made of.

    `coverage` (0 to 1) is the share of the query's words, weighted by how rare they are, that the best of the
    first passages contains; `cosine` the nearest passage's, None where vectors had no say.
    """

    coverage: float
    cosine: float | None


def inverse_document_frequency(frequency: int, total: int) -> float:
    """BM25's weight of a term that occurs in `frequency` of `total` texts (Robertson and Zaragoza 2009, 3.1)."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def coverage(frequencies: Mapping[str, int], total: int, hits: Sequence[Hit]) -> float:
    """The largest weighted share of the query's words that one of these passages contains."""
    # A small library says little about how rare a word is: every word is taken to be rare among 1,000 more.
    total += _PRIOR_TEXTS
    weights = {word: inverse_document_frequency(n, total) for word, n in frequencies.items()}
    whole = sum(weights.values())
    if not whole:
        return 0.0
    return max((sum(weights[w] for w in weights.keys() & _words(hit)) / whole for hit in hits), default=0.0)


def confidence(evidence: Evidence) -> float:
    """Logistic regression on the evidence, fitted by `python -m benchmarks confidence`."""
    if evidence.cosine is None:
        return _logistic(-8.9 + 16.2 * evidence.coverage)
    return _logistic(-11.5 + 9.0 * evidence.coverage + 13.4 * evidence.cosine)


def _words(hit: Hit) -> set[str]:
    return set(analyze("\n".join((hit.document.title, *hit.chunk.headings, hit.chunk.text))).words)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
