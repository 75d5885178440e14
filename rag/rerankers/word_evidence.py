"""A reranker that needs no download: features of words, weighted by a small model that comes with the install."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.languages import Terms
from rag.readings import Reading
from rag.rerankers._features import FEATURES, features, wanted

WEIGHTS = Path(__file__).with_name("word_evidence.json")
"""Made by `python -m benchmarks train-reranker`."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its terms, and in how many of `total` passages each word and bigram occurs."""

    terms: Terms
    frequencies: Mapping[str, int]
    total: int


def word_features(question: Question, readings: Sequence[Reading]) -> NDArray[np.float64]:
    """(n, 7): the features of each passage, in the order of FEATURES."""
    return features(wanted(question.terms, question.frequencies, question.total), readings)


def word_scores(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,): the weighted sum of each row of features; only differences between passages of one question matter."""
    return rows @ _weights()


@cache
def _weights() -> NDArray[np.float64]:
    weights = json.loads(WEIGHTS.read_text())
    return np.array([weights[name] for name in FEATURES])


__all__ = ["FEATURES", "WEIGHTS", "Question", "word_features", "word_scores"]
