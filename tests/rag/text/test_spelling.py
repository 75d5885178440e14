from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag import AskOptions
from rag.text.spelling import neighbours, respelled
from tests.conftest import Open

LIBRARY = {"cathedral": 7, "cathedra": 1, "designed": 2}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Who designed the catedral?", "Who designed the cathedral?"),
        ("Who designed the cathedarl?", "Who designed the cathedral?"),
        ("Who desined the CATHEDRRAL?", "Who designed the cathedral?"),
        ("the cathedrel", "the cathedral"),
        ("the cathedral", "the cathedral"),
        ("the ctedral", "the ctedral"),
        ("the xathedral", "the xathedral"),
        ("What does catedral.md say about x/catedral?", "What does catedral.md say about x/catedral?"),
        ("大聖堂 catedral", "大聖堂 cathedral"),
    ],
)
def test_a_word_that_the_library_does_not_have_is_written_as_it_writes_it(asked: str, meant: str) -> None:
    def frequencies(words: Sequence[str]) -> dict[str, int]:
        return {word: LIBRARY[word] for word in words if word in LIBRARY}

    assert respelled(asked, LIBRARY.__contains__, frequencies) == meant


def test_neighbours_of_a_word() -> None:
    found = neighbours("ab")
    assert {"a", "aab", "abz", "aqb", "az"} <= found
    assert not {"ab", "ba", "b", "zab", "abcd"} & found
    assert "acb" in neighbours("abc")


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_misspelt_question_finds_what_it_means(open_kb: Open, on_disk: bool) -> None:
    kb = open_kb()
    for name in ("cathedral", "lighthouse", "aqueduct"):
        kb.add_searchable(f"# Guide\n\nThe {name} stands on the hill.\n".encode(), f"{name}.md")
    if on_disk:
        kb.embed_all()
    for asked, name in (("catedral", "cathedral"), ("lighthuose", "lighthouse"), ("aqeduct", "aqueduct")):
        found = kb.search(f"Where is the {asked}?", AskOptions(mode="lexical"))
        assert found.hits[0].document.name == f"{name}.md", asked


def test_a_word_that_the_model_knows_is_no_misspelling(open_kb: Open) -> None:
    kb = open_kb()
    kb.add(b"# Guide\n\nThe pivot stands on the hill, and nothing moves it.\n", "pivot.md")
    kb.add(b"# Aviation\n\nWhoever flies an aeroplane needs a licence.\n", "aviation.md")
    assert kb.search("Where is the pilot?", AskOptions(mode="lexical")).hits == ()
    assert kb.search("Where is the pivvot?", AskOptions(mode="lexical")).hits


def test_words_of_a_language_that_the_model_does_not_know_stay(open_kb: Open) -> None:
    kb = open_kb()
    kb.add("# Führer\n\nDer Kasten steht seit vielen Jahren auf dem Hügel neben der Kirche.\n".encode(), "kasten.md")
    kb.add("# 案内\n\nKubernetesの使い方を説明します。\n".encode(), "k8s.md")
    lexical = AskOptions(mode="lexical")
    assert kb.search("Wie hoch sind eigentlich die Kosten und wer bezahlt sie?", lexical).hits == ()
    assert kb.search("Kubernets を説明してください", lexical).hits[0].document.name == "k8s.md"
