"""The whole journey of a question that a table answers: found, computed, said, cited, printed."""

from __future__ import annotations

import io
import json

import pytest
from openpyxl import Workbook

from rag import AskOptions, KnowledgeBase
from rag.__main__ import main
from rag.types import Answer
from tests.conftest import Open

SALES = """Shop,City,Sales,Note
Harbour,Kobe,"1,200",opened in May
Station,Osaka,850,
Airport,Osaka,"2,430",
Castle,Himeji,n/a,closed for repairs
Total,,"4,480",
"""
STAFF = '氏名,部署,給与\n佐藤太郎,営業部,"300,000円"\n三木英子,営業部,"280,000円"\n髙橋淳,開発部,"410,000円"\n'


def assert_cited_verbatim(answer: Answer) -> None:
    for citation in (citation for sentence in answer.sentences for citation in sentence.citations):
        chunk = answer.hits[citation.number - 1].chunk
        assert chunk.id == citation.chunk_id
        assert chunk.text[citation.start : citation.end] == citation.quote


@pytest.fixture
def shops(kb: KnowledgeBase) -> KnowledgeBase:
    kb.add(SALES.encode(), "shops.csv")
    return kb


def test_a_sum_says_its_rows_its_query_and_what_was_left_out(shops: KnowledgeBase) -> None:
    answer = shops.ask("What are the total sales of the shops in Osaka?")
    assert answer.text == "The sum of Sales is 3,280 (2 rows of shops.csv, where City is “Osaka”)."
    assert [c.location.row for c in answer.sentences[0].citations] == [3, 4]
    assert_cited_verbatim(answer)
    made = answer.computation
    assert (answer.answered, answer.model) == (True, "computed")
    assert made
    assert made.sql == """SELECT sum("Sales") FROM "shops" WHERE "City" = 'Osaka' AND "Sales" IS NOT NULL"""
    assert made.result[1] == ("3280",)
    assert (made.rows, made.summaries, made.columns[0].empty) == (2, 1, 1)


def test_the_largest_is_cited_with_its_row(shops: KnowledgeBase) -> None:
    answer = shops.ask("Which shop has the highest sales?")
    assert answer.text.splitlines()[1] == "- Airport: 2,430"
    assert answer.sentences[1].citations[0].quote == "Shop: Airport | City: Osaka | Sales: 2,430"
    assert_cited_verbatim(answer)


def test_japanese_is_answered_in_japanese(kb: KnowledgeBase) -> None:
    kb.add(STAFF.encode(), "社員名簿.csv")
    answer = kb.ask("給与の合計はいくらですか？")
    assert answer.text == "給与 の合計は 990,000円 です（社員名簿.csv の 3 行）。"
    answer = kb.ask("三木英子の部署はどこですか？")
    assert answer.text.splitlines()[1] == "- 三木英子：営業部"
    assert answer.sentences[1].citations[0].location.row == 3
    assert_cited_verbatim(answer)


def test_what_a_table_does_not_answer_is_answered_from_the_passages(shops: KnowledgeBase) -> None:
    answer = shops.ask("When was the Harbour shop in Kobe opened?")
    assert answer.computation is None
    assert "opened in May" in answer.text


def test_a_sheet_is_chosen_by_its_name_or_not_at_all(kb: KnowledgeBase) -> None:
    book = Workbook()
    for title, figures in (("Spring", (10, 20)), ("Autumn", (30, 40))):
        sheet = book.create_sheet(title)
        for row in (("Team", "Wins"), ("Reds", figures[0]), ("Blues", figures[1])):
            sheet.append(row)
    book.remove(book["Sheet"])
    data = io.BytesIO()
    book.save(data)
    kb.add(data.getvalue(), "league.xlsx")
    answer = kb.ask("What is the total of Wins in Autumn?")
    assert answer.text == "The sum of Wins is 70 (2 rows of league.xlsx (Autumn))."
    assert kb.ask("What is the total of Wins?").computation is None


def test_a_row_that_the_search_did_not_find_is_cited_too(kb: KnowledgeBase) -> None:
    rows = "\n".join(f"Item {n:04},{n % 7},{10_000 - n}" for n in range(2000))
    kb.add(f"Item,Shelf,Weight\n{rows}\n".encode(), "stock.csv")
    answer = kb.ask("Which item has the lowest weight?")
    assert answer.text.splitlines()[1] == "- Item 1999: 8001"
    assert answer.sentences[1].citations[0].location.row == 2001
    assert_cited_verbatim(answer)
    assert kb.ask("How many items have a shelf of 3?").text.startswith("286 rows")


def test_two_tables_that_differ_leave_a_question_open(shops: KnowledgeBase) -> None:
    shops.add(SALES.replace("850", "851").replace("4,480", "4,481").encode(), "shops-2027.csv")
    assert shops.ask("What are the total sales?").computation is None
    named = shops.ask("What are the total sales in 2027?")
    assert named.text == "The sum of Sales is 4,481 (3 rows of shops-2027.csv)."
    scope = frozenset(d.id for d in shops.documents() if d.name == "shops.csv")
    assert "4,480" in shops.ask("What are the total sales?", options=AskOptions(documents=scope)).text


def test_it_is_saved_with_its_conversation(shops: KnowledgeBase) -> None:
    answer = shops.ask("How many shops are there?")
    saved = shops.conversations.start("me", answer.question)
    shops.conversations.put_turn("me", saved, 1, answer.question, answer)
    assert shops.conversations.load("me", saved).turns[0].answer == answer


def test_the_terminal_prints_the_query(open_kb: Open, capsys: pytest.CaptureFixture[str]) -> None:
    kb = open_kb()
    kb.add(SALES.encode(), "shops.csv")
    store = str(kb.settings.store)
    kb.close()
    assert main(["--store", store, "ask", "How many shops are in Osaka?"]) == 0
    assert """query: SELECT count(*) FROM "shops" WHERE "City" = 'Osaka'""" in capsys.readouterr().out
    assert main(["--store", store, "ask", "--json", "How many shops are in Osaka?"]) == 0
    assert json.loads(capsys.readouterr().out)["computation"]["rows"] == 2
