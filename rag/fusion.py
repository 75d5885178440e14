"""Rankings of two searches become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def fuse(candidates: Sequence[int], rankings: Sequence[tuple[Mapping[int, float], float]]) -> list[tuple[int, float]]:
    """Weighted sum of z-scores, best first: `rankings` are (score by id, weight); weight 0 leaves one out.

    The z-score of an id is (score - mean) / standard deviation over the candidates; an id that a ranking does
    not score gets that ranking's lowest score. Sums of z-scores keep how far apart two hits are, which
    reciprocal ranks throw away: a search that is sure of its best hit is not outvoted by one that is not.
    """
    total = np.zeros(len(candidates))
    for scores, weight in rankings:
        if weight and scores:
            lowest = min(scores.values())
            values = np.array([scores.get(candidate, lowest) for candidate in candidates])
            spread = values.std()
            if spread > 0:
                total += weight * (values - values.mean()) / spread
    order = sorted(range(len(candidates)), key=lambda n: (-total[n], candidates[n]))
    return [(candidates[n], float(total[n])) for n in order]
