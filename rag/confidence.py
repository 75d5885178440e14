"""How likely the passages found answer the question: one number between 0 and 1."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CURVES = Path(__file__).with_name("confidence.json")
"""Made by `python -m benchmarks confidence`."""
WORDS = ("coverage", "sentence", "phrase", "trigrams")
"""The features of words that count here; the others compare passages, and say little of one alone."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the number is made of.

    `words` are the largest of each feature of `rag.rerankers.word_evidence` among the first passages; `cosine` is the
    nearest passage's, None where vectors had no say.
    """

    words: Mapping[str, float]
    cosine: float | None

    def values(self) -> list[float]:
        """Those that the curve is fitted to."""
        return [*(self.words[name] for name in WORDS), *([] if self.cosine is None else [self.cosine])]


def inverse_document_frequency(frequency: int, total: int) -> float:
    """BM25's weight of a term that occurs in `frequency` of `total` texts (Robertson and Zaragoza 2009, 3.1)."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def confidence(evidence: Evidence) -> float:
    """Logistic regression on the evidence: one curve where only words vote, one where words and vectors do."""
    intercept, *weights = curves()["words" if evidence.cosine is None else "words and vectors"]
    return _logistic(intercept + sum(w * value for w, value in zip(weights, evidence.values(), strict=True)))


@cache
def curves() -> dict[str, list[float]]:
    """Intercept and weights of each curve."""
    return json.loads(CURVES.read_text())


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
