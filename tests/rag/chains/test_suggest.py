"""Suggested questions: made of what a document says, and only those that it really answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rag import KnowledgeBase
from rag.chains.face import Chains
from rag.embedders._switching import pinned
from rag.reports import Progress
from rag.results import Suggestion
from rag.types import AskOptions
from tests.rag.chains.conftest import Says

TEXT = """# Maker corner

## What may not be printed

Weapons may not be printed in the maker corner.

## Opening hours

The maker corner opens at ten and closes at six.

A print costs 150 yen per half hour.

Floor area: 80 square metres

The printer cost 900 euros.
"""
TEXT_JA = """# 工作室

## 飲み物を持ち込めますか

ふたの付いた飲み物は工作室に持ち込めます。

## 料金

3Dプリンターの使用料は30分150円です。

申込の締切は2026年9月30日です。

担当は青木、予算は80万円です。

休室日：8月12日
"""
SHOPS = "Shop,City,Sales\nHarbour,Kobe,1200\nStation,Osaka,850\nAirport,Osaka,2430\n"


def last(events: Any) -> tuple[Suggestion, ...]:
    *progress, found = events
    assert all(isinstance(one, Progress) for one in progress)
    return found


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (TEXT, "maker.md", {"What may not be printed?", "How much did the printer cost?", "What is the floor area?"}),
        (
            TEXT_JA,
            "工作室.md",
            {
                *("飲み物を持ち込めますか？", "申込の締切はいつですか？", "3Dプリンターの使用料はいくらですか？"),
                "休室日はいつですか？",
            },
        ),
        (SHOPS, "shops.csv", {"What is the total Sales?", "What is the City of Harbour?"}),
    ],
    ids=["en", "ja", "table"],
)
def test_questions_come_from_what_the_document_says_and_are_answered(
    kb: KnowledgeBase, text: str, name: str, expected: set[str]
) -> None:
    id_ = kb.add(text.encode(), name).document_id or ""
    found = last(kb.chains.suggest(id_, 8))
    questions = {one.question for one in found}
    assert expected <= questions
    assert [one.confidence for one in found] == sorted((o.confidence for o in found), reverse=True) or len(found) > 1
    for question in questions:
        assert kb.ask(question, options=AskOptions(documents=frozenset([id_]))).answered


def test_a_models_questions_are_kept_only_where_they_are_answered(
    kb: KnowledgeBase, written_by: Callable[[Says], Chains]
) -> None:
    id_ = kb.add(TEXT.encode(), "maker.md").document_id or ""
    model = Says(["1. When does the maker corner open?\n2. Who won the football cup?\n3. Ask me anything."])
    chains = written_by(model)
    assert [one.question for one in last(chains.suggest(id_))] == ["When does the maker corner open?"]
    assert "Weapons may not be printed" in model.prompts[0]
    assert last(chains.suggest(id_))  # kept
    assert len(model.prompts) == 1


@pytest.mark.parametrize("chain", ["suggest", "summarise"])
def test_what_is_found_while_the_model_is_being_made_is_not_kept(kb: KnowledgeBase, chain: str) -> None:
    document_id = kb.add(TEXT.encode(), "maker.md").document_id or ""
    model: Any = pinned(kb._parts.embedder)

    def is_kept() -> bool:
        if chain == "suggest":
            return len(list(kb.chains.suggest(document_id))) == 1
        return len(list(kb.chains.summarise([document_id]))) == 1

    model._being_made = True
    assert [is_kept(), is_kept()] == [False, False]
    model._being_made = False
    assert [is_kept(), is_kept()] == [False, True]
