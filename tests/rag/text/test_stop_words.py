"""The words that ask, in languages for which the analysis has no list."""

from __future__ import annotations

import pytest

from rag.text.languages import detect_language
from rag.text.stop_words import is_stop_word, without_stop_words


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Wie hoch ist die Kaltmiete?", ["Kaltmiete"]),
        ("Combien de jours de congés payés ?", ["jours", "congés", "payés"]),
        ("¿Quién es el responsable del servicio?", ["responsable", "servicio"]),
        ("Кто является директором компании?", ["является", "директором", "компании"]),
        ("员工每年有多少天年假？", ["员工每年有", "天年假"]),
        ("근무 시간은 언제입니까?", ["근무", "시간은"]),
        ("How high is the deposit in the lease?", ["How", "high", "is", "the", "deposit", "in", "the", "lease"]),
        ("賃料はいくらですか", ["賃料はいくらですか"]),
    ],
)
def test_words_that_ask_are_left_out(question: str, left: list[str]) -> None:
    assert without_stop_words(question, detect_language(question)).strip("¿?？ ").split() == left


def test_a_question_of_such_words_alone_stays() -> None:
    assert without_stop_words("Wer war das und warum?", "de") == "Wer war das und warum?"


def test_a_language_without_a_list_has_none() -> None:
    assert is_stop_word("die", "de")
    assert not is_stop_word("die", "en")
