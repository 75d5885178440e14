"""The goals of answers without a chat model, on real sets beside the checkout: minutes, so only if TENKYO_GOALS=1."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from evals.answers import evaluate_answers
from rag import Settings

SETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "retrieval"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("TENKYO_GOALS"), reason="takes minutes: set TENKYO_GOALS=1"),
    pytest.mark.skipif(not SETS.is_dir(), reason="the evaluation sets are not beside this checkout"),
]


@pytest.mark.parametrize(
    ("name", "other", "best", "first_three"),
    [
        ("squad2_dev_half", "squadshifts_new_wiki", 0.78, 0.92),
        ("jsquad_valid", "squad2_dev_half", 0.82, 0.92),
    ],
)
def test_questions_are_answered_and_those_of_another_set_declined(
    name: str, other: str, best: float, first_three: float
) -> None:
    found: dict[str, Any] = evaluate_answers(
        SETS / name, Settings(samples=False), 500, lambda _: None, off_topic=SETS / other
    )
    assert found["answer_in_top_sentence@1"] >= best, found
    assert found["answer_in_top_sentence@3"] >= first_three, found
    assert found["declined_answerable"] <= 0.05, found
    assert found["declined_off_topic"] >= 0.9, found
