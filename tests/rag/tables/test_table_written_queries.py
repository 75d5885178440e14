"""A chat model writes the query: it runs under guard, its error is shown to it once, and the rows read are cited.

The model's words are given: what is tested is what becomes of them, and the small models of these tests write no SQL.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from threading import Event

import pytest

from rag import KnowledgeBase
from rag.tables.analyst import TableAnalyst
from rag.tables.report import TableAnswer
from rag.types import AskOptions, Message

SALES = "Shop,City,Sales\nHarbour,Kobe,1200\nStation,Osaka,850\nAirport,Osaka,2430\n"
QUESTION = "What is the difference between the highest and lowest sales in Osaka?"
QUERY = """SELECT max("Sales") - min("Sales") FROM "shops" WHERE "City" = 'Osaka'"""


class Says:
    """A chat model that says these things, one a call, and keeps what it was asked."""

    name = "says"
    context_tokens = 4096

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.prompts: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(text) // 2

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: Event) -> Iterator[str]:
        self.prompts.append(messages[-1].content)
        yield from (self.replies.pop(0),)


def outcome(events: Generator[object, None, TableAnswer | None]) -> TableAnswer | None:
    """What a generator of events gives in the end."""
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


@pytest.fixture
def shops(kb: KnowledgeBase) -> KnowledgeBase:
    kb.add(SALES.encode(), "shops.csv")
    return kb


def written(kb: KnowledgeBase, model: Says, question: str = QUESTION) -> TableAnswer | None:
    analyst = TableAnalyst(kb._parts.catalog)
    hits = kb.search(question).hits
    assert analyst.answer(question, hits, AskOptions()) is None
    return outcome(analyst.written(question, hits, model, Event()))


def test_what_it_gives_is_said_with_its_query_and_its_rows(shops: KnowledgeBase) -> None:
    model = Says(f"```sql\n{QUERY};\n```")
    answer = written(shops, model)
    assert answer
    assert [s.text.strip() for s in answer.sentences] == ["The query over shops.csv gives:", "- 1,580"]
    assert [c.location.row for c in answer.sentences[0].citations] == [3, 4]
    assert (answer.computation.sql, answer.computation.rows, answer.model) == (QUERY, 2, "says")
    assert 'TABLE "shops" ("Shop" VARCHAR, "City" VARCHAR, "Sales" DECIMAL), 3 rows' in model.prompts[0]
    assert "Harbour | Kobe | 1200" in model.prompts[0]


def test_japanese_is_answered_in_japanese(shops: KnowledgeBase) -> None:
    model = Says(QUERY)
    answer = written(shops, model, "OsakaのSalesの最大と最小の差はいくらですか？")
    assert answer
    assert answer.sentences[0].text == "shops.csv に対する計算の結果：\n"
    assert "SQL 以外は何も書かないでください" in model.prompts[0]


def test_an_error_is_shown_to_it_once(shops: KnowledgeBase) -> None:
    model = Says('SELECT max("Revenue") FROM "shops"', QUERY)
    assert written(shops, model)
    assert "Revenue" in model.prompts[1]
    assert "not found" in model.prompts[1]
    model = Says('SELECT max("Revenue") FROM "shops"', 'SELECT max("Income") FROM "shops"', QUERY)
    assert written(shops, model) is None
    assert len(model.prompts) == 2


@pytest.mark.parametrize(
    "reply",
    [
        "NONE",
        "I cannot tell.",
        "DROP TABLE shops",
        "SELECT * FROM read_csv('/etc/hostname')",
        'SELECT 1; DROP TABLE "x"',
    ],
)
def test_what_may_not_run_gives_way(shops: KnowledgeBase, reply: str) -> None:
    assert written(shops, Says(reply, reply)) is None


def test_a_model_is_not_asked_where_nothing_is_computed(shops: KnowledgeBase) -> None:
    model = Says(QUERY)
    assert written(shops, model, "Where is the Harbour shop?") is None
    assert model.prompts == []
