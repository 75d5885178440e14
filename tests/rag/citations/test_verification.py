"""Sentences against passages: retold ones pass, changed ones are told apart and say what was changed."""

from __future__ import annotations

import pytest

from rag.citations.verification import verify
from rag.text.numbers import numbers_in, spelled_numbers_in

ENGLISH = (
    "Marie Curie won the Nobel Prize in Physics in 1903. She did not patent the process. "
    "Twenty-one chemists of the United States attended, and 1.5 million francs were raised."
)
JAPANESE = (
    "富士山は標高3,776メートルで、静岡県と山梨県にまたがる。頂上では煮炊きができない。登山者は年間約二十万人である。"
)

LEASE = (
    "The lease of Flat 3B runs for 12 months from 1 May 2026. The rent is £950 per month. The deposit is £1,400 and is "
    "held by the agent. Notice must be given 28 days before."
)
CONTRACT = (
    "業務委託契約書\n本契約の有効期間は、2025年4月1日から2026年3月31日までとする。ただし、期間満了の3か月前までに申し出が"
    "ないときは、さらに1年間更新される。\n3. 秘密を守る義務は、本契約終了後も3年間存続する。"
)


@pytest.mark.parametrize(
    ("sentence", "passage", "problem"),
    [
        ("In 1903 Curie received the Nobel Prize in Physics.", ENGLISH, ""),
        ("21 chemists from the US attended.", ENGLISH, ""),
        ("The chemists raised 1,500,000 francs.", ENGLISH, ""),
        ("She never patented the process.", ENGLISH, ""),
        ("In 1911 Curie received the Nobel Prize in Physics.", ENGLISH, "number"),
        ("Twenty-two chemists attended.", ENGLISH, "number"),
        ("In 1903 Marie Meitner won the Nobel Prize in Physics.", ENGLISH, "name"),
        ("She did patent the process.", ENGLISH, "negation"),
        ("Marie Curie did not win the Nobel Prize in Physics in 1903.", ENGLISH, "negation"),
        ("The committee published a longer report afterwards.", ENGLISH, "words"),
        ("富士山の標高は3776メートルです。", JAPANESE, ""),
        ("富士山には年間約20万人が登る。", JAPANESE, ""),
        ("富士山は長野県にまたがる。", JAPANESE, "name"),
        ("富士山の標高は3778メートルです。", JAPANESE, "number"),
        ("頂上では煮炊きができる。", JAPANESE, "negation"),
        ("富士山は静岡県と山梨県にまたがらない。", JAPANESE, "negation"),
        ("会議の議事録は総務部が保管する。", JAPANESE, "words"),
        ("The lease of Flat 3B runs for 28 days.", LEASE, "number"),
        ("The lease runs for 12 years.", LEASE, "number"),
        ("The rent is £1,400 per month.", LEASE, "number"),
        ("Flat 3B is leased for 12 months at £950 per month.", LEASE, ""),
        ("The rent of Flat 3B is £950 and the deposit £1,400.", LEASE, ""),
        ("契約期間は3年間である。", CONTRACT, "number"),
        ("契約は2025年4月1日からで、終了後も義務は3年間存続する。", CONTRACT, ""),
        ("期間満了の3か月前までに申し出がなければ1年間更新される。", CONTRACT, ""),
    ],
)
def test_each_change_is_named(sentence: str, passage: str, problem: str) -> None:
    assert verify(sentence, [passage]).problem == problem


def test_evidence_may_stand_in_several_passages() -> None:
    assert verify("Curie worked in Paris.", ["Marie Curie was a chemist.", "She worked in Paris."]).supported


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,234.5 and ３万", {1234.5, 30000.0}),
        ("2.5 million", {2500000.0}),
        ("3千円", {3000.0}),
        ("no digits", set()),
    ],
)
def test_numbers_in_digits(text: str, numbers: set[float]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("twenty-one", {21.0}),
        ("two hundred and five thousand", {205000.0}),
        ("the third of seven", {3.0, 7.0}),
        ("二十一", {21.0}),
        ("二〇二三年", {2023.0}),
        ("一億二千万", {120000000.0}),
        ("百五", {105.0}),
    ],
)
def test_numbers_in_words(text: str, numbers: set[float]) -> None:
    assert spelled_numbers_in(text) == numbers


def test_what_was_computed_need_not_be_what_a_passage_says():
    passage = "A lost card costs 5 euros. A lost book costs 20 euros."
    sentence = "With a lost book that is 25 euros."
    assert verify(sentence, [passage], ["5 + 20 = 25"]).supported
    assert verify(sentence, [passage, "5 + 20 = 25"]).problem == "number"
    assert verify(sentence, [passage], ["5 + 10 = 15"]).problem == "number"
