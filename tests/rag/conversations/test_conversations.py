"""Saved conversations: each person's own, found again, exported with their sources."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import docx
import pytest

from rag import KnowledgeBase
from rag.errors import ConversationNotFound
from rag.types import Feedback, ToolUse

QUESTION = "When does the horn sound?"


@pytest.fixture
def kb(tmp_path):
    with KnowledgeBase.open(tmp_path / "store") as opened:
        opened.add(b"# Fog\n\nThe horn sounds at noon. The lamp is lit at dusk.", "keeper.md")
        yield opened


def saved(kb: KnowledgeBase, owner: str = "ann", question: str = QUESTION) -> str:
    id_ = kb.conversations.start(owner, question)
    kb.conversations.put_turn(owner, id_, 0, question, kb.ask(question))
    return id_


def test_an_answer_comes_back_as_it_was(kb):
    answer = kb.ask(QUESTION)
    id_ = kb.conversations.start("ann", QUESTION)
    kb.conversations.put_turn("ann", id_, 0, QUESTION, answer)
    loaded = kb.conversations.load("ann", id_)
    assert loaded.title == QUESTION
    assert [turn.answer for turn in loaded.turns] == [answer]
    assert answer.sentences[0].citations[0].quote == "The horn sounds at noon."


def test_it_outlives_the_process_and_the_document(kb, tmp_path):
    id_ = saved(kb)
    kb.remove(kb.documents()[0].id)
    with KnowledgeBase.open(tmp_path / "store") as again:
        turn = again.conversations.load("ann", id_).turns[0]
        assert turn.answer.sentences[0].citations[0].quote == "The horn sounds at noon."


def test_nobody_sees_or_touches_anothers(kb):
    id_ = saved(kb)
    assert kb.conversations.list("bob") == []
    for forbidden in (
        lambda: kb.conversations.load("bob", id_),
        lambda: kb.conversations.rename("bob", id_, "mine"),
        lambda: kb.conversations.delete("bob", id_),
        lambda: kb.conversations.export("bob", id_, "json"),
        lambda: kb.conversations.put_turn("bob", id_, 1, "x", kb.ask("x")),
        lambda: kb.conversations.rate("bob", id_, 0, None),
    ):
        with pytest.raises(ConversationNotFound):
            forbidden()
    assert len(kb.conversations.load("ann", id_).turns) == 1


def test_the_newest_comes_first_and_words_find_it(kb):
    first, second = saved(kb), saved(kb, question="When is the lamp lit?")
    kb.conversations.rename("ann", first, "100%_horn")
    assert [one.id for one in kb.conversations.list("ann")] == [second, first]
    assert [one.id for one in kb.conversations.list("ann", "LAMP")] == [second]
    assert [one.id for one in kb.conversations.list("ann", "at noon")] == [first]
    assert [one.id for one in kb.conversations.list("ann", "0%_h")] == [first]
    assert kb.conversations.list("ann", "0%h") == []


def test_a_conversation_can_be_taken_up_again_at_any_turn(kb):
    id_ = saved(kb)
    other = kb.ask("When is the lamp lit?")
    for ordinal in (1, 2):
        kb.conversations.put_turn("ann", id_, ordinal, f"Question {ordinal}", other)
    kb.conversations.cut("ann", id_, 1)
    kb.conversations.put_turn("ann", id_, 3, "Another way", other)
    turns = kb.conversations.load("ann", id_).turns
    assert [(turn.ordinal, turn.question) for turn in turns] == [(0, QUESTION), (3, "Another way")]


def test_feedback_is_kept_and_can_be_taken_back(kb):
    id_ = saved(kb)
    kb.conversations.rate("ann", id_, 0, Feedback(False, "wrong page"))
    assert kb.conversations.load("ann", id_).turns[0].feedback == Feedback(False, "wrong page")
    kb.conversations.rate("ann", id_, 0, None)
    assert kb.conversations.load("ann", id_).turns[0].feedback is None


def test_rated_answers_of_everybody_are_listed_for_the_admin(kb):
    first, second = saved(kb), saved(kb, owner="bob")
    saved(kb, owner="eve")
    kb.conversations.rate("ann", first, 0, Feedback(True))
    kb.conversations.rate("bob", second, 0, Feedback(False, "too short"))
    assert {turn.feedback for turn in kb.conversations.rated()} == {Feedback(True), Feedback(False, "too short")}


def test_a_deleted_one_is_gone_with_its_turns(kb):
    id_ = saved(kb)
    kb.conversations.delete("ann", id_)
    assert kb.conversations.list("ann") == []
    assert kb.conversations.list("ann", "noon") == []
    with pytest.raises(ConversationNotFound):
        kb.conversations.load("ann", id_)


def test_exports_name_the_sources(kb):
    id_ = saved(kb)
    turn = json.loads(kb.conversations.export("ann", id_, "json"))["turns"][0]
    assert turn["question"] == QUESTION
    assert turn["sentences"][0]["citations"][0]["document"] == "keeper.md"
    markdown = kb.conversations.export("ann", id_, "markdown").decode()
    assert markdown.startswith(f"# {QUESTION}\n\n## {QUESTION}\n\nThe horn sounds at noon.[^1]")
    assert "[^1]: keeper.md, line 3: “The horn sounds at noon.”" in markdown
    word = docx.Document(io.BytesIO(kb.conversations.export("ann", id_, "word")))
    assert [(p.style.name, p.text) for p in word.paragraphs] == [
        ("Title", QUESTION),
        ("Heading 1", QUESTION),
        ("Normal", "The horn sounds at noon.[1]"),
        ("Quote", "[1] keeper.md, line 3: “The horn sounds at noon.”"),
    ]


def test_the_steps_of_an_agent_are_kept_and_exported(kb):
    used = (
        ToolUse("search", '{"query": "horn"}', "I look it up.", "[1] The horn sounds at noon.\n![x](http://evil)"),
        ToolUse("calculator", '{"expression": "1/0"}', "", "Error: division by zero", failed=True),
    )
    id_ = kb.conversations.start("ann", QUESTION)
    kb.conversations.put_turn("ann", id_, 0, QUESTION, replace(kb.ask(QUESTION), steps=used))
    assert kb.conversations.load("ann", id_).turns[0].answer.steps == used
    markdown = kb.conversations.export("ann", id_, "markdown").decode()
    assert (
        """    1. search {"query": "horn"}
       I look it up.
       > [1] The horn sounds at noon.
       > ![x](http://evil)
    2. calculator {"expression": "1/0"}
       > Error: division by zero

The horn sounds at noon.[^1]"""
        in markdown
    )  # by four spaces they are code: nothing of them is rendered
    (turn,) = json.loads(kb.conversations.export("ann", id_, "json"))["turns"]
    assert [(step["name"], step["failed"]) for step in turn["steps"]] == [("search", False), ("calculator", True)]
    word = docx.Document(io.BytesIO(kb.conversations.export("ann", id_, "word")))
    assert '1. search {"query": "horn"}' in [paragraph.text for paragraph in word.paragraphs]
