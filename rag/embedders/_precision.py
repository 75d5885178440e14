"""Weights of fewer bits, taken only where the vectors stay nearly those of the full ones."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np

from rag.protocols import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

LEAST_COSINE = 0.97
"""Every probe's vector must be this near to its fp32 one; then vectors of both may stand side by side."""
PROBES = (
    "The library opens at nine in the morning.",
    "How many vacation days do employees get in their first year?",
    "図書館は午前九時に開館します。",
    "Revenue rose by 12% to 3.4 million euros in 2023, mostly in Asia.",
    "def add(a, b): return a + b",
    "The quarterly report describes how the company reduced its energy consumption. " * 12,
)


def least_cosine(full: Vectors, other: Vectors) -> float:
    """The least cosine of two (n, dimension) arrays of unit vectors, row by row; nan where one is not a number."""
    return float(np.sum(full * other, axis=1, dtype=np.float64).min())


def halved(model: SentenceTransformer) -> SentenceTransformer | None:
    """A copy with fp16 weights; None where its vectors suffer: some models' sums overflow there."""
    half = deepcopy(model).half()
    return half if least_cosine(embedded(model), embedded(half)) >= LEAST_COSINE else None


def unit(vectors: Vectors) -> Vectors:
    """(n, dimension) float32 unit vectors, whatever the bits of the weights that gave them."""
    full = vectors.astype(np.float32)
    return full / np.maximum(np.linalg.norm(full, axis=1, keepdims=True), np.finfo(np.float32).tiny)


def embedded(model: SentenceTransformer) -> Vectors:
    """(n, dimension) float32 unit vectors of the probes."""
    return unit(model.encode(list(PROBES), show_progress_bar=False))
