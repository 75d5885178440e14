"""How likely the passages found answer the question: one number between 0 and 1."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the number is made of.

    `words` are the largest of each feature of `rag.rerankers` among the first passages; `cosine` is the nearest
    passage's, None where vectors had no say.
    """

    words: tuple[float, ...]
    cosine: float | None


def inverse_document_frequency(frequency: int, total: int) -> float:
    """BM25's weight of a term that occurs in `frequency` of `total` texts (Robertson and Zaragoza 2009, 3.1)."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def confidence(evidence: Evidence) -> float:
    """Logistic regression on the evidence, fitted by `python -m benchmarks confidence`."""
    coverage = evidence.words[3]
    if evidence.cosine is None:
        return _logistic(-8.9 + 16.2 * coverage)
    return _logistic(-11.5 + 9.0 * coverage + 13.4 * evidence.cosine)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
