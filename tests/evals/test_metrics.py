"""Metrics against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from evals.metrics import (
    contains,
    exact_match,
    f1,
    mean,
    ndcg,
    normalise,
    percentile,
    ratio_interval,
    recall,
    reciprocal_rank,
)

RANKED = ["a", "b", "c", "d"]


def test_ndcg_discounts_by_rank_and_compares_with_the_ideal() -> None:
    assert ndcg(RANKED, {"a": 1}, 10) == 1.0
    assert ndcg(RANKED, {"b": 1}, 10) == pytest.approx(1 / math.log2(3))
    graded = (1 / math.log2(2) + 3 / math.log2(4)) / (3 / math.log2(2) + 1 / math.log2(3))
    assert ndcg(RANKED, {"a": 1, "c": 3}, 10) == pytest.approx(graded)
    assert ndcg(RANKED, {"d": 1}, 3) == 0.0
    assert ndcg(RANKED, {}, 10) == 0.0


def test_recall_and_reciprocal_rank_look_at_the_first_k() -> None:
    assert recall(RANKED, {"b": 1, "z": 1}, 2) == 0.5
    assert recall(RANKED, {"b": 1}, 1) == 0.0
    assert reciprocal_rank(RANKED, {"c": 1, "d": 1}, 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(RANKED, {"c": 1}, 2) == 0.0


def test_answers_are_compared_as_squad_does() -> None:
    assert normalise("The  Answer, (A)!") == "answer"
    assert exact_match("the Normans.", ["Normans", "x"]) == 1.0
    assert f1("the tall green tree", ["green tree house"]) == pytest.approx(2 * 2 / (3 + 3))
    assert f1("五百円です", ["五百円"]) == pytest.approx(2 * 3 / (5 + 3))
    assert f1("none", []) == 0.0


def test_an_answer_is_contained_whatever_its_width_and_case() -> None:
    assert contains("開館は１９９９年 by ABC", ["1999年"])
    assert contains("by ABC", ["abc"])
    assert not contains("by AB", ["abc"])


def test_mean_and_percentile() -> None:
    assert mean([1, 2, 6]) == 3
    assert mean([]) == 0
    assert [percentile([5, 1, 3, 2, 4], share) for share in (0.5, 0.95, 0.01)] == [3, 5, 1]


def test_the_interval_of_a_ratio_is_that_of_pairs() -> None:
    fulls = [n / 100 for n in range(1, 101)]
    assert ratio_interval([0.9 * full for full in fulls], fulls) == pytest.approx((0.9, 0.9))  # each pair has the same
    low, high = ratio_interval([1.0] * 50 + [0.0] * 50, [1.0] * 100)
    assert (low, high) == pytest.approx((0.4, 0.6), abs=0.02)  # .5 and twice its standard error, .05, to each side
