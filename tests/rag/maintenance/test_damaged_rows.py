"""A value that nobody has written, in whatever row, is said where it is met, costs nothing, and can be mended."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import islice

import pytest

from rag import Answer, KnowledgeBase
from rag.errors import StoreError
from rag.types import Feedback
from tests.conftest import Open

HOURS = b"# Hours\n\nThe library opens at nine. It closes at eight.\n"
MEALS = b"# Meals\n\nThe kitchen serves soup on Mondays.\n"
LATER = b"# Later\n\nIt waits for its turn.\n"
NAMES = {"hours.md", "meals.md", "later.md"}
Use = Callable[[KnowledgeBase], object]


@pytest.fixture
def kb(open_kb: Open) -> KnowledgeBase:
    kb = open_kb(embedding_languages="*")
    kb.add(HOURS, "hours.md")
    kb.add(MEALS, "meals.md")
    kb.pause()
    kb.submit(LATER, "later.md")
    return kb


def spoil(kb: KnowledgeBase, change: str) -> None:
    with closing(sqlite3.connect(kb.settings.store / "catalog.sqlite", isolation_level=None)) as db:
        assert db.execute(f"UPDATE {change}").rowcount


def hours(kb: KnowledgeBase) -> str:
    return next(info.id for info in kb.documents() if info.name == "hours.md")


def asking(kb: KnowledgeBase) -> Answer:
    return kb.ask("When does the library open?")


def estimating(kb: KnowledgeBase) -> object:
    return kb.reindexing.estimate({"chunk_tokens": 100})


def looking_up(kb: KnowledgeBase) -> object:
    return kb._parts.catalog.chunk_with(hours(kb), 1, 1, 0)


def working_off(kb: KnowledgeBase) -> None:
    kb.resume()
    kb.work_off()


REPAIRED: list[tuple[str, Use]] = [
    ("chunks SET text = CAST(text AS BLOB) WHERE text LIKE '%nine%'", asking),
    ("chunks SET headings = '7' WHERE text LIKE '%nine%'", asking),
    ("chunks SET headings = '[7]' WHERE text LIKE '%nine%'", asking),
    ("chunks SET spans = '[]' WHERE text LIKE '%nine%'", looking_up),
    ("chunks SET spans = '[[0, \"9\", 0, 0]]' WHERE text LIKE '%nine%'", looking_up),
    ("blocks SET text = x'ff' WHERE text LIKE '%nine%'", estimating),
    ("blocks SET location = '' WHERE text LIKE '%nine%'", estimating),
    ("blocks SET location = 'null' WHERE text LIKE '%nine%'", estimating),
]


@pytest.mark.parametrize(("change", "use"), REPAIRED, ids=[change for change, _ in REPAIRED])
def test_what_was_read_of_a_file_is_read_again(kb: KnowledgeBase, change: str, use: Use) -> None:
    spoil(kb, change)
    with pytest.raises(StoreError, match=r"catalog is damaged.*rag rebuild"):
        use(kb)
    assert [finding.code for finding in kb.verify().findings] == ["chunks_differ"]
    assert kb.verify(repair=True).agrees
    assert "nine" in asking(kb).text
    use(kb)


def test_a_vector_that_is_a_number_costs_no_answer(kb: KnowledgeBase, open_kb: Open) -> None:
    kb.close()
    spoil(kb, "embeddings SET vector = 7 WHERE id = 1")
    again = open_kb()
    assert "nine" in asking(again).text
    assert [finding.code for finding in again.verify().findings] == ["vectors_damaged"]
    assert again.verify(repair=True).agrees


def test_a_passage_whose_key_is_a_number_holds_no_other_up(kb: KnowledgeBase) -> None:
    spoil(kb, "chunks SET embedding_key = 7 WHERE id = 1")
    working_off(kb)
    assert {info.name for info in kb.documents() if not info.pending} >= {"meals.md", "later.md"}
    assert "chunks_differ" in {finding.code for finding in kb.verify().findings}
    assert kb.verify(repair=True).agrees


REBUILT: list[tuple[str, Use]] = [
    ("chunks SET id = -1 WHERE id = 1", KnowledgeBase.verify),
    ("chunks SET id = 1 << 40 WHERE id = 1", lambda kb: kb.remove(hours(kb))),
    ("documents SET name = 'hovrs.md' WHERE name = 'hours.md'", KnowledgeBase.verify),
    ("documents SET metadata = 'null' WHERE name = 'hours.md'", KnowledgeBase.documents),
    ("documents SET metadata = '{\"author\": 7}' WHERE name = 'hours.md'", KnowledgeBase.documents),
    ("documents SET size = 'x' WHERE name = 'hours.md'", KnowledgeBase.documents),
    ("changes SET last = 1 << 40 WHERE revision = 1", KnowledgeBase.verify),
    ("changes SET first = x'ff' WHERE revision = 1", KnowledgeBase.verify),
    ("jobs SET name = ''", KnowledgeBase.jobs),
    ("jobs SET name = 7", working_off),
    ("jobs SET name = 'latter.md'", working_off),
    ("jobs SET collection = 'other'", working_off),
    ("jobs SET created_at = 'yesterday'", KnowledgeBase.jobs),
    (
        'jobs SET state = \'running\', result = \'{"file": 7, "status": "added", "document_id": null, "chunks": 1}\'',
        KnowledgeBase.jobs,
    ),
]


@pytest.mark.parametrize(("change", "use"), REBUILT, ids=[change for change, _ in REBUILT])
def test_what_only_a_rebuild_mends_says_so_and_loses_nothing(
    kb: KnowledgeBase, open_kb: Open, change: str, use: Use
) -> None:
    kb.close()
    spoil(kb, change)
    again = open_kb()
    if use is not KnowledgeBase.verify:
        with pytest.raises(StoreError, match=r"catalog is damaged.*rag rebuild"):
            use(again)
    (finding,) = again.verify(repair=True).findings
    assert (finding.code, "rag rebuild" in finding.hint) == ("catalog_damaged", True)
    again.close()
    gc.collect()  # errors hold rows that were being read, and those the database
    KnowledgeBase.rebuild(kb.settings.store)
    mended = open_kb()
    working_off(mended)
    assert {info.name for info in mended.documents()} == NAMES
    assert mended.verify().agrees
    assert "nine" in asking(mended).text


UNNAMED = [
    ("documents SET name = 'hovrs.md' WHERE name = 'hours.md'", "hovrs.md"),
    ("documents SET name = x'ff' WHERE name = 'hours.md'", "\N{REPLACEMENT CHARACTER}"),
    ("documents SET id = 'other' WHERE name = 'later.md'", "later.md"),
    ("jobs SET created_at = 'yesterday'", "later.md"),
    ("jobs SET name = 'latter.md'", "latter.md"),
    ("jobs SET collection = x'ff'", "later.md"),
    ("jobs SET kind = 'ingesT'", "later.md"),
    ("jobs SET state = 'queueD'", "later.md"),
    ("jobs SET result = 'null'", "later.md"),
]


@pytest.mark.parametrize(("change", "name"), UNNAMED, ids=[change for change, _ in UNNAMED])
def test_a_file_that_only_a_damaged_row_names_comes_back(
    kb: KnowledgeBase, open_kb: Open, change: str, name: str
) -> None:
    if "'other'" in change:
        working_off(kb)
    kb.close()
    for label in (kb.settings.store / "originals/labels").glob("??/*"):
        label.write_text("")  # as a power cut leaves it
    spoil(kb, change)
    KnowledgeBase.rebuild(kb.settings.store)
    mended = open_kb()
    working_off(mended)
    texts = {" ".join(chunk.text for chunk in mended.chunks(info.id)) for info in mended.documents()}
    assert [any(word in text for text in texts) for word in ("nine", "soup", "turn")] == [True] * 3
    assert name in {info.name for info in mended.documents()}
    assert len(mended._parts.originals.all()) == 3


def test_a_page_that_only_a_job_with_a_garbled_date_names_is_fetched(kb: KnowledgeBase) -> None:
    kb._parts.queue.submit("ingest", "https://example.com/", "", "")
    kb.close()
    spoil(kb, "jobs SET created_at = 'yesterday'")
    assert KnowledgeBase.rebuild(kb.settings.store).files == 4


@pytest.mark.parametrize("change", ["size = 'x'", "metadata = 'null'", "report = '[]'", "added_at = 'noon'"])
def test_verify_sees_a_row_that_is_damaged_after_it_was_read(kb: KnowledgeBase, change: str) -> None:
    assert kb.documents()
    spoil(kb, f"documents SET {change} WHERE name = 'hours.md'")
    (finding,) = kb.verify().findings
    assert (finding.code, "rag rebuild" in finding.hint) == ("catalog_damaged", True)


def test_verify_takes_no_longer_where_the_last_id_is_a_wrong_number(kb: KnowledgeBase) -> None:
    spoil(kb, "sqlite_sequence SET seq = 1 << 40 WHERE name = 'chunks'")
    for count in (2, 3):  # those of small ids, then one of a large id, and what no passage has
        assert len(list(islice(kb._parts.integrity._slices(), 9))) == count
        assert kb.verify().agrees
        kb.add(LATER, "later.md")


@pytest.mark.parametrize("shape", ["''", "-1", "'[]'"])
def test_an_index_whose_shape_cannot_be_read_says_so(kb: KnowledgeBase, open_kb: Open, shape: str) -> None:
    kb.close()
    spoil(kb, f"generations SET fingerprint = {shape}")
    with pytest.raises(StoreError, match=r"catalog is damaged.*rag rebuild"):
        open_kb()


@pytest.mark.parametrize("change", ["question = x'ff'", "answer = '{\"a\"'", "feedback = '7'", "feedback = '[]'"])
def test_a_turn_that_cannot_be_read_says_so_and_costs_no_other(kb: KnowledgeBase, open_kb: Open, change: str) -> None:
    id_ = kb.conversations.start("ann", "When does it open?")
    for ordinal in range(2):
        kb.conversations.put_turn("ann", id_, ordinal, f"question {ordinal}", asking(kb))
        kb.conversations.rate("ann", id_, ordinal, Feedback(True))
    spoil(kb, f"turns SET {change} WHERE ordinal = 0")
    with pytest.raises(StoreError, match=r"catalog is damaged.*rag rebuild"):
        kb.conversations.load("ann", id_)
    kb.close()
    gc.collect()
    KnowledgeBase.rebuild(kb.settings.store)
    assert [turn.question for turn in open_kb().conversations.load("ann", id_).turns] == ["question 1"]


@pytest.mark.parametrize("value", ["'{\"a\"'", "x'ff'", "CAST(x'ff' AS TEXT)", "'null'"])
def test_a_result_of_a_chain_that_cannot_be_read_is_made_anew(kb: KnowledgeBase, value: str) -> None:
    *_, before = kb.chains.summarise([hours(kb)])
    list(kb.chains.suggest(hours(kb)))
    spoil(kb, f"chain_results SET value = {value}")
    *_, after = kb.chains.summarise([hours(kb)])
    assert isinstance(before, Answer)
    assert isinstance(after, Answer)
    assert after.text == before.text
    assert list(kb.chains.suggest(hours(kb)))


def test_a_trial_of_a_language_that_cannot_be_read_counts_for_nothing(kb: KnowledgeBase) -> None:
    with closing(sqlite3.connect(kb.settings.store / "catalog.sqlite", isolation_level=None)) as db:
        row = (kb.stats().embedding_model, "en", 80, "much", 0.9, 100)
        db.execute("INSERT INTO language_checks VALUES (?, ?, ?, ?, ?, ?)", row)
    assert [use.check for use in kb.languages.uses()] == [None]
