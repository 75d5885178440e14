"""Follow-ups: which questions rest on the ones before them, and what is then found."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders import Block, Document, Location
from rag import AskOptions, KnowledgeBase, Settings
from rag.text.followups import rests_on_before, with_before

TEXTS = {
    "pool": "The swimming pool in Kyoto opens at nine. A ticket for the pool costs 500 yen.",
    "zoo": "The zoo in Osaka opens at ten. A ticket for the zoo costs 800 yen.",
    "水族館": "水族館は午前十時に開きます。水族館の入場料は二千円です。",
    "美術館": "美術館は午前九時に開きます。美術館の入場料は千円です。",
}


@pytest.mark.parametrize(
    ("question", "confidence", "rests"),
    [
        ("What does it cost?", 0.9, True),
        ("And on Sundays?", 0.9, True),
        ("それはいくらですか", 0.9, True),
        ("The price?", 0.1, True),
        ("What is Kyoto?", 0.9, False),
        ("料金は？", 0.1, True),
        ("京都とは？", 0.9, False),
        ("Which museums in Kyoto show paintings of the Edo period?", 0.1, False),
        ("水族館の近くの駅から歩いて何分かかりますか", 0.1, False),
    ],
)
def test_what_a_question_leaves_open(question: str, confidence: float, rests: bool) -> None:
    assert rests_on_before(question, confidence) is rests


def test_the_last_two_questions_stand_in_front() -> None:
    assert with_before("c?", ["x?", "a?", "b?"]) == "a? b? c?"
    assert with_before("c?", []) == "c?"


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    library = KnowledgeBase.open(Path(tmp_path_factory.mktemp("store")), Settings(samples=False))
    library.add_documents(
        Document(name, name, "text/plain", "", "", {}, (Block("paragraph", text, 0, Location()),))
        for name, text in TEXTS.items()
    )
    return library


@pytest.mark.parametrize(
    ("before", "question", "document"),
    [
        ("When does the swimming pool open?", "What does it cost?", "pool"),
        ("When does the zoo open?", "What does it cost?", "zoo"),
        ("水族館は何時に開きますか", "それはいくらですか", "水族館"),
        ("美術館は何時に開きますか", "それはいくらですか", "美術館"),
        ("When does the swimming pool open?", "When does the zoo in Osaka open on weekdays?", "zoo"),
        ("When does the swimming pool open?", "Zoo opening?", "zoo"),
        ("美術館は何時に開きますか", "水族館の入場料は？", "水族館"),
    ],
)
def test_a_follow_up_finds_what_the_conversation_is_about(
    kb: KnowledgeBase, before: str, question: str, document: str
) -> None:
    assert kb.search(question, AskOptions(before=(before,))).hits[0].document.name == document
