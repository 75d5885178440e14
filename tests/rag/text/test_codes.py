"""What counts as a code, and questions that are nothing else."""

from __future__ import annotations

import pytest

from rag.text.codes import is_bare, is_code


@pytest.mark.parametrize("term", ["0117", "qx15bb4d557f24", "inv20240117", "1347", "03-5512-0147"])
def test_numbers_and_codes(term: str) -> None:
    assert is_code(term)


@pytest.mark.parametrize("term", ["19th", "1990s", "21e", "11", "b2", "invoice", "合計"])
def test_what_is_none(term: str) -> None:
    assert not is_code(term)


@pytest.mark.parametrize(
    "question",
    [
        "INV-2024-0117",
        "qx15bb4d557f24?",
        "ERR_4711",
        "AB 1234",
        "ＡＢ　１２３４",
        "+81 3 5512 0147",
        "Ａ－１０２３",
        "A−1023",
    ],
)
def test_a_question_that_is_a_code(question: str) -> None:
    assert is_bare(question)


@pytest.mark.parametrize(
    "question",
    ["What is INV-2024-0117?", "invoice 0117", "請求書A-1023の合計は？", "2024年の売上は？", "IBM", "", "NATO EU"],
)
def test_a_question_that_holds_more_or_none(question: str) -> None:
    assert not is_bare(question)
