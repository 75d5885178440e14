"""Metrics of rankings and of answers, as pure functions."""

from __future__ import annotations

import math
import random
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from rag.text.languages import detect_language


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """nDCG@k with gain = grade and discount log2(rank + 1) (Järvelin and Kekäläinen 2002; trec_eval's ndcg_cut)."""
    gains = [relevant.get(id_, 0) for id_ in ranked[:k]]
    ideal = sorted(relevant.values(), reverse=True)[:k]
    best = _discounted(ideal)
    return _discounted(gains) / best if best else 0.0


def recall(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """The share of the relevant ids among the first k."""
    return len(set(ranked[:k]) & relevant.keys()) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """1 / rank of the first relevant id among the first k, 0 if there is none."""
    return next((1 / rank for rank, id_ in enumerate(ranked[:k], 1) if id_ in relevant), 0.0)


def exact_match(answer: str, truths: Sequence[str]) -> float:
    """1 if the normalised answer equals one of the truths (SQuAD: Rajpurkar et al. 2016)."""
    return float(any(normalise(answer) == normalise(truth) for truth in truths))


def f1(answer: str, truths: Sequence[str]) -> float:
    """Overlap of tokens with the best-fitting truth (SQuAD), of characters in Japanese (JSQuAD: Kurihara 2022)."""
    return max((_f1(_tokens(answer), _tokens(truth)) for truth in truths), default=0.0)


def contains(text: str, truths: Sequence[str]) -> bool:
    """Whether the text contains one of the answers, width and case aside."""
    return any(_folded(truth) in _folded(text) for truth in truths)


def normalise(text: str) -> str:
    """SQuAD's: lower case, without punctuation, English articles and extra white space."""
    plain = "".join(c for c in _folded(text) if c not in string.punctuation and unicodedata.category(c)[0] != "P")
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", plain).split())


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean, 0 of none."""
    return sum(values) / len(values) if values else 0.0


def randomisation_p(differences: Sequence[float], draws: int = 2000) -> float:
    """How likely so large a mean of paired differences is by chance: randomisation test, two-sided.

    Fisher's test as recommended for retrieval by Smucker, Allan and Carterette (CIKM 2007).
    """
    differences = [difference for difference in differences if difference]
    observed = abs(sum(differences))
    draw = random.Random(0)  # noqa: S311 - a sample, not a secret
    extreme = sum(
        abs(sum(d if draw.random() < 0.5 else -d for d in differences)) >= observed - 1e-12 for _ in range(draws)
    )
    return (extreme + 1) / (draws + 1)


def ratio_interval(ones: Sequence[float], others: Sequence[float], draws: int = 2000) -> tuple[float, float]:
    """Between what the ratio of two paired means lies in 95% of the samples: percentile bootstrap over the pairs."""
    pairs = np.array([ones, others])
    draw = np.random.default_rng(0)
    means = np.array([pairs[:, draw.integers(len(ones), size=len(ones))].mean(axis=1) for _ in range(draws)])
    low, high = np.percentile(means[:, 0] / means[:, 1], (2.5, 97.5))
    return float(low), float(high)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _tokens(text: str) -> list[str]:
    normal = normalise(text)
    return list(normal.replace(" ", "")) if detect_language(text) in ("ja", "zh") else normal.split()


def _f1(answer: list[str], truth: list[str]) -> float:
    common = sum((Counter(answer) & Counter(truth)).values())
    return 2 * common / (len(answer) + len(truth)) if common else 0.0
