"""Rows of tables in words: each value under its column's name, and the words that answer still found."""

import pytest

from rag import KnowledgeBase
from rag.reader.rows import header_of, in_words
from rag.types import AnswerSpan

REPAIR = " | Hours | Rate | Cost"
STOCK = "Product | Location | Expected | Actual"


@pytest.mark.parametrize(
    ("row", "header", "told"),
    [
        ("GRAND TOTAL |  |  | 5,738", REPAIR, "GRAND TOTAL | Cost: 5,738"),
        ("Body Labor | 2 | 150 | 300", REPAIR, "Body Labor | Hours: 2 | Rate: 150 | Cost: 300"),
        ("| B-07 |  | 289", STOCK, "Location: B-07 | Actual: 289"),
        ("SKU-4563 | D-22 |  |", STOCK, "Product: SKU-4563 | Location: D-22"),
        ("手数料 |  | 三百円", "費目 | 時間 | 金額", "費目: 手数料 | 金額: 三百円"),
        ("Age | 5", "Name | Bob", "Age: 5"),
        ("Lamp |  | 5", "", "Lamp | 5"),
        ("Home | About | Contact", "", "Home | About | Contact"),
        ("date: 1 May | city: Tokyo", "", "date: 1 May | city: Tokyo"),
        ("The pump stands in room A-12.", REPAIR, "The pump stands in room A-12."),
    ],
)
def test_a_row_says_the_column_of_each_value_and_leaves_empty_cells_out(row, header, told):
    assert in_words(row, header)[0] == told


@pytest.mark.parametrize("answer", ["289", "B-07"])
def test_the_words_that_answer_are_found_again(answer):
    row = "SKU-8847 | B-07 |  | 289"
    start = row.index(answer)
    told, span = in_words(row, STOCK, AnswerSpan(start, start + len(answer)))
    assert span is not None
    assert told[span.start : span.end] == answer


def test_what_answers_across_cells_is_not_marked():
    assert in_words("A | 2 | 150 | 300", REPAIR, AnswerSpan(4, 11))[1] is None


def test_rows_that_name_their_columns_are_no_header():
    text = "date: 1 May | city: Tokyo\n2 May | Kyoto"
    assert header_of(text, text.index("2 May"), len(text)) == ""


def test_an_answer_tells_the_row_and_its_citation_quotes_it(kb: KnowledgeBase) -> None:
    kb.add(b"# Repair\n\n|  | Hours | Rate | Cost |\n|--|--|--|--|\n| Body labor | 2 | 150 | 300 |\n"
           b"| Grand total of the repair |  |  | 5,738 |\n", "repair.md")  # fmt: skip
    [sentence] = kb.ask("What is the grand total of the repair?").sentences
    assert sentence.text.strip() == "Grand total of the repair | Cost: 5,738"
    assert sentence.answer in ("", "5,738")
    assert sentence.citations[0].quote == "Grand total of the repair |  |  | 5,738"
