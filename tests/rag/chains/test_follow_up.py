"""What can be asked next stands near what was cited, is no repetition, and is answered."""

from __future__ import annotations

from threading import Event as Flag

import pytest

from rag import KnowledgeBase
from rag.types import AskOptions
from tests.rag.chains.test_suggest import TEXT, TEXT_JA


@pytest.mark.parametrize(
    ("name", "text", "question", "expected"),
    [
        ("maker.md", TEXT, "May weapons be printed in the maker corner?", "How much does a print cost?"),
        ("工作室.md", TEXT_JA, "飲み物は工作室に持ち込めますか？", "申込の締切はいつですか？"),
    ],
)
def test_they_come_from_the_same_document_and_are_answered(tmp_path, name, text, question, expected):
    with KnowledgeBase.open(tmp_path / "store") as knowledge:
        knowledge.add(text.encode(), name)
        answer = knowledge.ask(question)
        questions = [one.question for one in knowledge.chains.follow_up(answer, AskOptions())]
        assert expected in questions
        assert question not in questions
        assert all(knowledge.ask(one).answered for one in questions)


def test_none_where_nothing_is_cited_or_it_was_stopped(tmp_path):
    with KnowledgeBase.open(tmp_path / "store") as knowledge:
        knowledge.add(TEXT.encode(), "maker.md")
        declined = knowledge.ask("Who won the chess tournament of 1851 in London?")
        assert not declined.answered
        assert knowledge.chains.follow_up(declined, AskOptions()) == ()
        stop = Flag()
        stop.set()
        answer = knowledge.ask("When does the maker corner open?")
        assert knowledge.chains.follow_up(answer, AskOptions(), stop=stop) == ()
        assert knowledge.chains.follow_up(answer, AskOptions()) != ()


def test_none_from_a_document_that_is_gone(tmp_path):
    with KnowledgeBase.open(tmp_path / "store") as knowledge:
        added = knowledge.add(TEXT.encode(), "maker.md").document_id
        answer = knowledge.ask("When does the maker corner open?")
        assert added
        knowledge.remove(added)
        assert knowledge.chains.follow_up(answer, AskOptions()) == ()
