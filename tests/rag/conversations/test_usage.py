"""What the Admin page tells of questions is counted from the conversations that are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rag import KnowledgeBase
from rag.conversations.usage import usage
from rag.types import Answer, Feedback

ANSWERED = Answer("q", (), (), True, 0.9, "extractive", 100.0)


def save(kb: KnowledgeBase, question: str, answer: Answer) -> str:
    id_ = kb.conversations.start("somebody", question)
    kb.conversations.put_turn("somebody", id_, 0, question, replace(answer, question=question))
    return id_


def test_questions_are_counted_by_day_with_times_and_ratings(kb: KnowledgeBase) -> None:
    assert [day.questions for day in kb.usage(7).days] == [0] * 7
    good = save(kb, "When does it open?", ANSWERED)
    kb.conversations.rate("somebody", good, 0, Feedback(True))
    bad = save(kb, "休館日は？", replace(ANSWERED, took_ms=300.0))
    kb.conversations.rate("somebody", bad, 0, Feedback(False, "wrong"))
    save(kb, "Who is the king?", replace(ANSWERED, answered=False, took_ms=200.0))
    save(kb, "Stopped", replace(ANSWERED, answered=False, stopped=True, took_ms=9000.0))
    found = kb.usage(7)
    assert [(day.questions, day.declined) for day in found.days] == [(0, 0)] * 6 + [(4, 1)]
    assert found.days[-1].day == datetime.now(UTC).date()
    assert (found.p50_ms, found.p95_ms) == (200.0, pytest.approx(290.0))
    assert (found.good, found.bad) == (1, 1)
    assert [one.question for one in found.declined] == ["Who is the king?"]
    assert [one.question for one in found.slowest][:2] == ["Stopped", "休館日は？"]


def test_what_failed_is_told_apart_from_what_the_documents_lack(kb: KnowledgeBase) -> None:
    error = {"code": "model_unavailable", "message": "It is away.", "hint": "Start it."}
    for question, answer in (
        ("Failed?", replace(ANSWERED, answered=False, model="")),
        ("Quoted instead?", ANSWERED),
    ):
        id_ = kb.conversations.start("somebody", question)
        kb.conversations.put_turn("somebody", id_, 0, question, answer, error)
    found = kb.usage(1)
    assert [(day.questions, day.declined, day.failed) for day in found.days] == [(2, 0, 1)]
    assert [(one.question, one.error) for one in found.failed] == [("Quoted instead?", error), ("Failed?", error)]
    assert found.declined == ()
    assert kb.conversations.load("somebody", id_).turns[0].error == error


def test_what_is_deleted_or_too_old_does_not_count(kb: KnowledgeBase) -> None:
    kb.conversations.delete("somebody", save(kb, "Deleted?", ANSWERED))
    save(kb, "Kept?", ANSWERED)
    today = datetime.now(UTC).date()
    assert sum(day.questions for day in usage(kb._parts.database, 7, today).days) == 1
    assert sum(day.questions for day in usage(kb._parts.database, 7, today + timedelta(days=6)).days) == 1
    assert sum(day.questions for day in usage(kb._parts.database, 7, today + timedelta(days=7)).days) == 0
