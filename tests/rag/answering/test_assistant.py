"""The whole journey of a question, with and without a chat model (a tiny Llama that the tests make)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.errors import QuestionTooLong
from rag.events import (
    AnswerReady,
    Event,
    ModelFailed,
    PassagesRetrieved,
    RunEnded,
    RunStarted,
    StageStarted,
    TokenGenerated,
)
from rag.types import Answer, Message
from tests._checkpoints import tiny_llama
from tests.conftest import Open

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "samples"
GUIDE = """# Guide

## Hours

The library opens at nine. It closes at eight on weekdays.

## Fees

A card costs five euros. Children pay nothing.

| Item | Loan period |
| --- | --- |
| Book | 14 days |
| Film | 7 days |
"""


def events_of(kb: KnowledgeBase, question: str, stop: threading.Event | None = None) -> list[Event]:
    return list(kb.stream(question, stop=stop))


def answer_of(events: list[Event]) -> Answer:
    last = events[-1]
    assert isinstance(last, AnswerReady)
    return last.answer


def assert_cited_verbatim(answer: Answer) -> None:
    chunks = {hit.chunk.id: hit.chunk for hit in answer.hits}
    for citation in (citation for sentence in answer.sentences for citation in sentence.citations):
        assert chunks[citation.chunk_id].text[citation.start : citation.end] == citation.quote
        assert answer.hits[citation.number - 1].chunk.id == citation.chunk_id


@pytest.fixture
def guide(kb: KnowledgeBase) -> KnowledgeBase:
    kb.add(GUIDE.encode(), "guide.md")
    return kb


def test_without_a_model_the_answer_is_quoted_and_cited(guide: KnowledgeBase) -> None:
    events = events_of(guide, "When does it close on weekdays?")
    kinds = [type(event) for event in events]
    assert kinds[:4] == [RunStarted, StageStarted, PassagesRetrieved, StageStarted]
    assert kinds[-2:] == [RunEnded, AnswerReady]
    assert set(kinds[4:-2]) == {TokenGenerated}
    answer = answer_of(events)
    assert (answer.model, answer.answered, answer.stopped) == ("extractive", True, False)
    assert answer.sentences[0].text.strip() == "It closes at eight on weekdays."
    assert_cited_verbatim(answer)
    assert "".join(event.text for event in events if isinstance(event, TokenGenerated)).strip() == answer.text


DESK = {
    "desk.md": "Whose desk: Anna Bell, phone: 03-5512-0147. She answers from nine to five.",
    "desk-ja.md": "受付の担当は鈴木、電話は06-5512-0147です。受付は九時から五時まで開いています。",
}


@pytest.mark.parametrize(
    ("typed", "grouped", "says"),
    [
        ("Whose phone is 0355120147?", "Whose phone is 03-5512-0147?", "Anna Bell"),
        ("0355120147", "03-5512-0147", "Anna Bell"),
        ("電話番号0655120147は誰の番号ですか？", "電話番号06-5512-0147は誰の番号ですか？", "鈴木"),
        ("0655120147", "06-5512-0147", "鈴木"),
    ],
)
def test_a_phone_number_is_read_as_it_is_found(kb: KnowledgeBase, typed: str, grouped: str, says: str) -> None:
    for name, text in DESK.items():
        kb.add(text.encode(), name)
    answer, found = kb.ask(typed), kb.search(typed)
    assert says in answer.text
    assert answer.text == kb.ask(grouped).text
    assert (answer.question, found.query) == (typed, typed)
    assert kb.read(found).sentences == kb.read(kb.search(grouped)).sentences


def test_a_row_of_a_table_answers_by_its_header(guide: KnowledgeBase) -> None:
    assert guide.ask("What is the loan period of a film?").sentences[0].text.strip() == "Film: 7 days"


def test_what_the_documents_do_not_answer_is_declined_with_the_nearest_passages(guide: KnowledgeBase) -> None:
    answer = guide.ask("Which planet has the most moons?")
    assert (answer.answered, answer.sentences, answer.text) == (False, (), "")
    assert answer.confidence < guide.settings.min_confidence
    assert answer.hits


def test_an_empty_library_answers_nothing(kb: KnowledgeBase) -> None:
    answer = kb.ask("When does it close on weekdays?")
    assert (answer.answered, answer.hits, answer.confidence) == (False, (), pytest.approx(0, abs=0.01))


def test_a_short_follow_up_rests_on_the_question_before_it(guide: KnowledgeBase) -> None:
    history = [Message("user", "When does it close on weekdays?"), Message("assistant", "At eight.")]
    assert guide.ask("And open?", history).sentences[0].text.strip() == "The library opens at nine."


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("tiny-llama"))


@pytest.fixture
def written(open_kb: Open, checkpoint: Path) -> KnowledgeBase:
    kb = open_kb(chat_model=str(checkpoint), temperature=0, answer_tokens=48)
    kb.add(GUIDE.encode(), "guide.md")
    return kb


def test_a_question_on_another_topic_is_answered_as_if_it_were_the_first(open_kb: Open) -> None:
    kb = open_kb()
    for name in ("mobile-library-ja.csv", "room-rules-ja.pdf", "library-faq-ja.html", "annual-plan-ja.docx"):
        kb.add(SAMPLES / name)
    question = "移動図書館は星野温泉前に何曜日に来ますか？"
    answer = kb.ask(
        question, [Message("user", "地震のときはどこに避難しますか？"), Message("assistant", "みどり公園。")]
    )
    assert answer.answered
    assert "木曜日" in answer.text


def test_a_model_writes_and_its_tokens_are_the_answer(written: KnowledgeBase) -> None:
    events = events_of(written, "When does it close on weekdays?")
    assert StageStarted("writing") in events
    answer = answer_of(events)
    assert answer.model == written.stats().chat_model != "extractive"
    streamed = "".join(event.text for event in events if isinstance(event, TokenGenerated))
    assert streamed
    assert "".join(answer.text.split()) in "".join(streamed.split())
    assert_cited_verbatim(answer)


def test_stop_ends_the_writing_and_keeps_what_was_written(written: KnowledgeBase) -> None:
    stop, events = threading.Event(), []
    for event in written.stream("When does it close on weekdays?", stop=stop):
        events.append(event)
        if isinstance(event, TokenGenerated):
            stop.set()
    answer = answer_of(events)
    assert answer.stopped
    assert 1 <= sum(isinstance(event, TokenGenerated) for event in events) < 48


def test_a_follow_up_is_searched_as_asked_and_as_the_model_rewrites_it(written: KnowledgeBase) -> None:
    history = [Message("user", "When does the library open?"), Message("assistant", "At nine.")]
    (found,) = [e for e in written.stream("What does a card cost?", history) if isinstance(e, PassagesRetrieved)]
    assert found.retrieved.query.startswith("What does a card cost? ")
    assert "five euros" in found.retrieved.hits[0].chunk.text


def test_a_model_that_cannot_be_loaded_is_told_and_the_quotes_follow(open_kb: Open, tmp_path: Path) -> None:
    (tmp_path / "no-model").mkdir()
    kb = open_kb(chat_model=str(tmp_path / "no-model"))
    kb.add(GUIDE.encode(), "guide.md")
    history = [Message("user", "When does the library open?"), Message("assistant", "At nine.")]
    events = list(kb.stream("When does it close on weekdays?", history))
    (failed,) = [event for event in events if isinstance(event, ModelFailed)]
    assert failed.error["code"] == "model_unavailable"
    assert failed.error["hint"]
    answer = answer_of(events)
    assert answer.model == "extractive"
    assert answer.sentences[0].text.strip() == "It closes at eight on weekdays."


def test_a_question_longer_than_the_window_is_refused(written: KnowledgeBase) -> None:
    with pytest.raises(QuestionTooLong):
        written.ask("When does it close on weekdays? " * 400)
