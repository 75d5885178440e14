"""A reranker that needs no download: features of words, weighted by a small model that comes with the install."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.rerankers._features import FEATURES, features, wanted
from rag.text.languages import Terms
from rag.text.readings import Reading

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


def word_scores(question: Question, readings: Sequence[Reading]) -> NDArray[np.float64]:
    """(n,): the weighted sum of each passage's features; only differences between passages of one question matter."""
    return word_features(question, readings) @ weights()[script_of(question.terms)]


def script_of(terms: Terms) -> str:
    """Which weights a question has: those of Chinese and Japanese characters, or those of words between spaces."""
    return "characters" if terms.bigrams else "words"


@cache
def weights() -> dict[str, NDArray[np.float64]]:
    """(7,) for each script, in the order of FEATURES; 0 for a feature that adds nothing there."""
    kept: dict[str, dict[str, float]] = json.loads(WEIGHTS.read_text())
    return {script: np.array([fitted.get(name, 0.0) for name in FEATURES]) for script, fitted in kept.items()}


__all__ = ["FEATURES", "WEIGHTS", "Question", "script_of", "weights", "word_features", "word_scores"]
