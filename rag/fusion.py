"""Rankings of two searches become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def fuse(candidates: Sequence[int], rankings: Sequence[tuple[Mapping[int, float], float]]) -> list[tuple[int, float]]:
    """Weighted sum of z-scores, best first: `rankings` are (score by id, weight); weight 0 leaves one out.

    The z-score of an id is (score - mean) / standard deviation over the candidates that the ranking scores; one
    that it cannot score counts as its mean, neither for nor against. Sums of z-scores keep how far apart two hits
    are, which reciprocal ranks throw away: a search that is sure of its best hit is not outvoted by one that is not.
    """
    total = np.zeros(len(candidates))
    for scores, weight in rankings:
        scored = [n for n, candidate in enumerate(candidates) if candidate in scores]
        values = np.array([scores[candidates[n]] for n in scored])
        if weight and len(values) and values.std() > 0:
            total[scored] += weight * (values - values.mean()) / values.std()
    order = sorted(range(len(candidates)), key=lambda n: (-total[n], candidates[n]))
    return [(candidates[n], float(total[n])) for n in order]
