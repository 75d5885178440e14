"""Every run tells the same story: stamped, counted, ended or failed, and told to who listens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from rag.errors import QuestionTooLong
from rag.events import (
    AnswerReady,
    ModelFinished,
    RunEnded,
    RunFailed,
    RunStarted,
    StageStarted,
    Stamped,
    TokenGenerated,
)
from rag.telemetry.runs import Runs
from rag.types import Answer

ANSWER = AnswerReady(Answer("?", (), (), False, 0.0, "extractive", 1.0))
WORK = (
    StageStarted("searching"),
    ModelFinished("condense", "m", 50, 5, False),
    TokenGenerated("Nine."),
    ModelFinished("answer", "m", 100, 9, True),
    ANSWER,
)


def run(*events: Stamped) -> tuple[list[Stamped], list[Stamped]]:
    """What who asked gets, and what listeners are told."""
    told: list[Stamped] = []
    return list(Runs((told.append,)).follow("ask", "?", iter(events))), told


def test_a_run_is_stamped_counted_and_told() -> None:
    got, told = run(*WORK)
    assert got == [RunStarted("ask", "?"), *WORK[:-1], RunEnded(got[-2].took_ms, 150, 14), ANSWER]
    assert told == got
    assert len({event.run_id for event in got}) == 1
    assert all(one.at_ms <= next_.at_ms for one, next_ in pairwise(got))
    assert run(*WORK)[0][0].run_id != got[0].run_id


def test_a_run_without_a_result_ends_too() -> None:
    got, _ = run(StageStarted("searching"))
    assert isinstance(got[-1], RunEnded)


def test_a_run_that_fails_says_so_before_it_raises() -> None:
    def failing() -> Iterator[Stamped]:
        yield StageStarted("searching")
        raise QuestionTooLong("Too long.", "Shorten it.")

    told: list[Stamped] = []
    events = Runs((told.append,)).follow("ask", "?", failing())
    with pytest.raises(QuestionTooLong):
        for _ in events:
            pass
    assert [type(event) for event in told] == [RunStarted, StageStarted, RunFailed]
    assert told[-1] == RunFailed({"code": "question_too_long", "message": "Too long.", "hint": "Shorten it."})


def test_a_run_that_nobody_reads_to_the_end_is_closed_and_told() -> None:
    closed: list[bool] = []

    def endless() -> Iterator[Stamped]:
        try:
            while True:
                yield TokenGenerated("a")
        finally:
            closed.append(True)

    told: list[Stamped] = []
    events = Runs((told.append,)).follow("ask", "?", endless())
    next(events)
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert closed == [True]
    assert isinstance(told[-1], RunFailed)


def test_who_stops_at_the_answer_has_seen_a_run_that_ended() -> None:
    told: list[Stamped] = []
    events = Runs((told.append,)).follow("ask", "?", iter(WORK))
    while not isinstance(next(events), AnswerReady):
        pass
    events.close()  # type: ignore[attr-defined]
    assert [type(event) for event in told[-2:]] == [RunEnded, AnswerReady]
