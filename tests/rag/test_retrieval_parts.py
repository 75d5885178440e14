"""The pure parts of retrieval: fusion and confidence, against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.confidence import Evidence, confidence, inverse_document_frequency
from rag.fusion import fuse

SCORES = st.dictionaries(st.integers(0, 30), st.floats(-10, 10), min_size=2, max_size=20)


def test_the_fused_score_is_the_weighted_sum_of_z_scores() -> None:
    # z-scores of (1, 2, 3) are -1.2247, 0, 1.2247; of (30, 10, 20): 1.2247, -1.2247, 0.
    fused = fuse([7, 8, 9], [({7: 1.0, 8: 2.0, 9: 3.0}, 0.6), ({7: 30.0, 8: 10.0, 9: 20.0}, 0.4)])
    assert [id_ for id_, _ in fused] == [9, 7, 8]
    assert [score for _, score in fused] == pytest.approx([0.6 * 1.224745, -0.2 * 1.224745, -0.4 * 1.224745], abs=1e-5)


@given(SCORES)
def test_a_ranking_without_weight_changes_nothing(scores: dict[int, float]) -> None:
    noise = {id_: float(n) for n, id_ in enumerate(scores)}
    alone = fuse(list(scores), [(scores, 1.0)])
    assert fuse(list(scores), [(scores, 1.0), (noise, 0.0)]) == alone


@given(SCORES)
def test_rankings_that_agree_keep_their_order(scores: dict[int, float]) -> None:
    order = [id_ for id_, _ in fuse(list(scores), [(scores, 0.5), ({i: 3 * s + 1 for i, s in scores.items()}, 0.5)])]
    assert [scores[id_] for id_ in order] == pytest.approx(sorted(scores.values(), reverse=True), abs=1e-9)


def test_what_a_ranking_cannot_score_is_neither_helped_nor_hurt() -> None:
    fused = dict(fuse([1, 2, 3], [({1: 5.0, 2: 1.0}, 1.0)]))
    assert fused[1] > fused[3] == 0.0 > fused[2]


def test_nothing_to_fuse_gives_nothing() -> None:
    assert fuse([], [({}, 1.0)]) == []


def test_inverse_document_frequency_is_that_of_bm25() -> None:
    assert inverse_document_frequency(1, 10) == pytest.approx(math.log(1 + 9.5 / 1.5))
    assert inverse_document_frequency(10, 10) == pytest.approx(math.log(1 + 0.5 / 10.5))


def test_confidence_grows_with_the_evidence() -> None:
    values = [confidence(Evidence(share, cosine)) for share, cosine in ((0.0, 0.0), (0.5, 0.2), (0.8, 0.5), (1.0, 0.9))]
    assert values == sorted(values)
    assert values[0] < 0.01
    assert values[-1] > 0.99
    assert confidence(Evidence(0.2, None)) < 0.05 < 0.9 < confidence(Evidence(0.9, None))
