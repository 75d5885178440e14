"""A user's own questions: read, asked, measured, compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.questions import (
    ExpectedSource,
    Outcome,
    estimate,
    evaluate_questions,
    failures,
    p_value,
    read_questions,
)
from evals.variants import changed, under
from rag import KnowledgeBase
from rag.__main__ import main
from rag.errors import InvalidSettings, LoadError
from rag.types import Feedback


def outcome(rank: int | None) -> Outcome:
    return Outcome(ExpectedSource("q", "d"), rank, 0.5, ())


def test_questions_are_read_as_people_write_them() -> None:
    data = "\ufeffQuestion,Document,Page\n図書館は何時に開く？,guide.pdf,2\nWhere?,map.md,\n".encode()
    assert read_questions(data, "q.csv") == [
        ExpectedSource("図書館は何時に開く？", "guide.pdf", 2),
        ExpectedSource("Where?", "map.md"),
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"question,document\n", b"question\nWhy?\n", b"question,page\nWhy?,two\n", b"\xff\xfe\x00", b"a,b\nc,d,e\n"],
)
def test_a_file_without_questions_says_what_it_needs(data: bytes) -> None:
    with pytest.raises(LoadError) as raised:
        read_questions(data, "q.csv")
    assert "header" in raised.value.hint
    assert raised.value.file == "q.csv"


def test_the_rank_of_the_expected_source_is_found(kb: KnowledgeBase) -> None:
    kb.add(b"# Fog\n\nThe horn sounds at noon.", "keeper.md")
    kb.add(b"# Gulls\n\nThe gulls are fed at dawn.", "gulls.md")
    outcomes = evaluate_questions(
        kb,
        [
            ExpectedSource("When does the horn sound?", "keeper.md"),
            ExpectedSource("When does the horn sound?", snippet="ＨＯＲＮ sounds"),
            ExpectedSource("When does the horn sound?", "keeper.md", page=7),
        ],
        "hybrid",
        lambda progress: None,
    )
    assert [one.rank for one in outcomes] == [1, 1, None]
    assert [one.expected.page for one in failures(outcomes)] == [7]


def test_metrics_follow_from_the_rank() -> None:
    assert [outcome(1).metric(m) for m in ("ndcg@10", "recall@1", "mrr@10")] == [1.0, 1.0, 1.0]
    assert outcome(3).metric("ndcg@10") == pytest.approx(0.5)  # 1 / log2(3 + 1)
    assert [outcome(3).metric(m) for m in ("recall@1", "recall@5", "mrr@10")] == [0.0, 1.0, pytest.approx(1 / 3)]
    assert [outcome(None).metric(m) for m in ("ndcg@10", "recall@10", "mrr@10")] == [0.0, 0.0, 0.0]


def test_the_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    few, many = [outcome(1), outcome(None)] * 5, [outcome(1), outcome(None)] * 100
    small, large = estimate(few, "recall@1"), estimate(many, "recall@1")
    assert small.mean == large.mean == 0.5
    assert small.low < large.low < 0.5 < large.high < small.high
    assert large.high - large.low == pytest.approx(2 * 1.96 * (0.25 / 200) ** 0.5, rel=0.15)


def test_a_clear_difference_is_significant_and_none_is_not() -> None:
    good, bad = [outcome(1)] * 12, [outcome(None)] * 12
    assert p_value(good, bad, "recall@1") < 0.01
    assert p_value(good, good, "recall@1") == 1.0
    mixed = [outcome(1), outcome(None)] * 6
    assert p_value(mixed, mixed[::-1], "recall@1") > 0.5


def test_a_library_is_measured_under_other_settings_and_stays_as_it_is(kb: KnowledgeBase) -> None:
    kb.add(
        b"# Fog\n\n" + b"The horn sounds at noon. The lamp is lit at dusk by the keeper of the tower. " * 12,
        "keeper.md",
    )
    before = kb.stats()
    with under(kb, changed(kb.settings, ["chunk_tokens=40", "min_confidence=0.5"]), lambda _: None) as other:
        assert other.settings.chunk_tokens == 40
        assert other.stats().chunks > before.chunks
        (one,) = evaluate_questions(other, [ExpectedSource("When does the horn sound?", "keeper.md")], "hybrid", print)
        assert one.rank == 1
    assert kb.stats() == before
    with under(kb, changed(kb.settings, ["min_confidence=0.5"]), lambda _: None) as same:
        assert same.settings.store == kb.settings.store


@pytest.mark.parametrize("pairs", [["colour=red"], ["chunk_tokens"], ["chunk_tokens=few"]])
def test_settings_that_are_none_are_named(kb: KnowledgeBase, pairs: list[str]) -> None:
    with pytest.raises(InvalidSettings, match=pairs[0].partition("=")[0]):
        changed(kb.settings, pairs)


def test_an_answer_marked_good_in_the_chat_becomes_a_question_for_the_terminal(
    kb: KnowledgeBase, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kb.add("# 図書館\n\n図書館は午前九時に開館する。".encode(), "図書館.md")
    kb.add(b"# Gulls\n\nThe gulls are fed at dawn.", "gulls.md")
    for question, good in (("図書館は何時に開館しますか", True), ("When are the gulls fed?", False)):
        id_ = kb.conversations.start("ann", question)
        kb.conversations.put_turn("ann", id_, 0, question, kb.ask(question))
        kb.conversations.rate("ann", id_, 0, Feedback(good))
    (tmp_path / "q.csv").write_text("question,document\nWhen are the gulls fed?,painter.md\n")
    arguments = ["--store", str(kb.settings.store), "eval", "questions"]
    assert main([*arguments, "--rated", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["questions"], figures["ndcg@10"][0], figures["failures"]) == (1, 1.0, [])
    assert (
        main([*arguments, str(tmp_path / "q.csv"), "--rated", "--json", "--min-ndcg", "0.6", "--against", "lexical"])
        == 1
    )
    figures = json.loads(capsys.readouterr().out)
    assert (figures["questions"], figures["ndcg@10"][0]) == (2, 0.5)
    assert figures["against"]["p_value"]["ndcg@10"] == 1.0
    assert [failure["question"] for failure in figures["failures"]] == ["When are the gulls fed?"]
