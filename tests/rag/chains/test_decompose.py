"""Questions with several parts: taken apart where that is plain, each answered, put together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.chains.decompose import parts_of
from rag.chains.face import Chains
from rag.events import AnswerReady
from tests.rag.chains.conftest import Says


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When does it open, and how much is a ticket?", ["When does it open?", "How much is a ticket?"]),
        ("When does the library open? And who runs it?", ["When does the library open?", "Who runs it?"]),
        ("What is the fee and when is it due?", ["What is the fee?", "When is it due?"]),
        (
            "When is the exam, how much is a bun and who opened the park?",
            ["When is the exam?", "How much is a bun?", "Who opened the park?"],
        ),
        (
            "図書館は何時に開きますか。また、休館日はいつですか？",
            ["図書館は何時に開きますか。", "休館日はいつですか？"],
        ),
        ("休館日はいつで、駐車場はいくらですか？", ["休館日はいつですか？", "駐車場はいくらですか？"]),
        ("会議室はいくらですか？何人入れますか？", ["会議室はいくらですか？", "何人入れますか？"]),
    ],
)
def test_several_questions_are_taken_apart(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote and directed it?",
        "What and when was it?",
        "When was John, who opened the park, born in the town?",
        "Who lived in the town, where the river was deep?",
        "Which cities do the river and the railway connect?",
        "開館時間と休館日を教えてください",
        "登録は有料ですか？無料ですか？",
        "生命は、いつ、どこで、いかにして誕生したのかという過程は何？",
        "Tell me about dogs. Are they allowed?",
    ],
)
def test_one_question_stays_one(question: str) -> None:
    assert parts_of(question) == [question]


@pytest.mark.parametrize("name", ["squad2_dev_half", "jsquad_valid"])
def test_hardly_a_question_of_the_evaluation_sets_is_taken_apart(shared_data: Path, name: str) -> None:
    lines = (shared_data / "retrieval" / name / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines][::10]
    assert len(questions) > 400
    assert sum(len(parts_of(question)) > 1 for question in questions) <= len(questions) // 400


@pytest.mark.parametrize(
    ("which", "question", "quotes", "nothing"),
    [
        (
            "guide",
            "How much does a lost card cost? How many seats does the reading room have? Who was the first mayor?",
            ["A lost card costs 5 euros.", "The reading room has 40 seats."],
            "The documents do not seem to answer this.",
        ),
        (
            "guide_ja",
            "カードの再発行手数料はいくらですか。また、閲覧室には何席ありますか？初代町長は誰ですか？",
            ["カードの再発行手数料は500円です。", "閲覧室には40席があります。"],
            "文書には答えが見当たりません。",
        ),
    ],
)
def test_each_part_is_answered_and_cited(
    kb: KnowledgeBase, which: str, question: str, quotes: list[str], nothing: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(which)
    answer = kb.ask(question)
    cited = [c for s in answer.sentences for c in s.citations]
    assert {c.quote for c in cited} >= set(quotes)
    assert all(answer.hits[c.number - 1].chunk.id == c.chunk_id for c in cited)
    assert nothing in answer.text
    parts = parts_of(question)
    assert [answer.text.index(part) for part in parts] == sorted(answer.text.index(part) for part in parts)
    assert answer.answered


def test_a_model_takes_apart_what_the_rules_do_not(
    kb: KnowledgeBase, guide: str, written_by: Callable[[Says], Chains]
) -> None:
    def reply(prompt: str) -> str:
        if "Simple questions:" in prompt:
            return "1. When does the library open?\n2. When does the library close?"
        return (
            "It opens at nine in the morning [1]." if "library open" in prompt.split("Question:")[-1] else "At eight."
        )

    chains = written_by(Says(reply))
    *_, event = chains.answer_in_steps("What are the library's times of opening and closing?")
    assert isinstance(event, AnswerReady)
    assert "When does the library close?" in event.answer.text
    assert event.answer.model == "says"
