"""The reader's weights: a line for the sentences, and a network of one hidden layer for the spans."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.reader.features import Array

FOLDER = Path(__file__).parent
"""Where `python -m benchmarks train-reader` puts them: `en.npz`, `ja.npz`."""

_NAMES = ("line", "inward", "bias", "outward", "level")


@dataclass(frozen=True, slots=True)
class Weights:
    """`line` (s,) for sentences; `inward` (f, h), `bias` (h,), `outward` (h,) and `level` (1,) for spans."""

    line: Array
    inward: Array
    bias: Array
    outward: Array
    level: Array

    def spans(self, features: Array) -> Array:
        """(n,): the logit of each row of (n, f): how likely the span is the answer."""
        return np.maximum(features @ self.inward + self.bias, 0) @ self.outward + self.level


@cache
def load_weights(language: str) -> Weights:
    """Those of a language, "en" or "ja"."""
    with np.load(FOLDER / f"{language}.npz", allow_pickle=False) as stored:
        return Weights(*(stored[name].astype(np.float32) for name in _NAMES))


def save_weights(language: str, weights: Weights) -> None:
    """Half precision is enough, and half the size."""
    halved = {name: getattr(weights, name).astype(np.float16) for name in _NAMES}
    np.savez_compressed(FOLDER / f"{language}.npz", **halved)
    load_weights.cache_clear()
