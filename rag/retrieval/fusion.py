"""Scores of different kinds are made comparable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def z_scores(values: Sequence[float | None]) -> NDArray[np.float64]:
    """(value - mean) / standard deviation; 0, neither for nor against, for None and where all are the same.

    Sums of z-scores keep how far apart two hits are, which reciprocal ranks throw away: a search that is sure of
    its best hit is not outvoted by one that is not.
    """
    known = np.array([value for value in values if value is not None])
    if not len(known) or known.std() == 0:
        return np.zeros(len(values))
    mean, spread = known.mean(), known.std()
    return np.array([0.0 if value is None else (value - mean) / spread for value in values])
