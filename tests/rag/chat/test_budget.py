from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chat.budget import (
    MIN_PART_TOKENS,
    cut_characters,
    cut_sentences,
    fit_passages,
    most,
    newest,
    share_window,
    whole_turns,
)
from rag.types import Message

U, A = "user", "assistant"


def said(*turns: tuple[str, str]) -> list[Message]:
    return [Message(role, content) for role, content in turns]


def test_4096_tokens_are_split_as_planned() -> None:
    budget = share_window(4096, 640)
    assert (budget.prompt, budget.question, budget.history, budget.margin) == (4096 - 640 - 64, 300, 600, 64)


@pytest.mark.parametrize(
    ("window", "prompt", "question", "history", "margin"),
    [
        (512, 512 - 128 - 32, 102, 75, 32),
        (2048, 2048 - 512 - 64, 300, 300, 64),
        (8192, 8192 - 640 - 64, 600, 1200, 64),
        (131072, 131072 - 640 - 64, 9600, 19200, 64),
    ],
)
def test_other_windows_are_split_in_proportion(
    window: int, prompt: int, question: int, history: int, margin: int
) -> None:
    budget = share_window(window, 640)
    assert (budget.prompt, budget.question, budget.history, budget.margin) == (prompt, question, history, margin)


@given(st.integers(64, 200_000), st.integers(1, 8192))
def test_shares_never_exceed_the_window(window: int, answer_tokens: int) -> None:
    budget = share_window(window, answer_tokens)
    assert budget.prompt + budget.margin + min(answer_tokens, window // 4) == window
    assert 0 < budget.question + budget.history <= window // 2


@given(st.integers(0, 300), st.integers(-5, 400))
def test_most_is_the_largest_that_fits(limit: int, boundary: int) -> None:
    assert most(limit, lambda n: n <= boundary) == max(0, min(limit, boundary))


def test_turns_are_questions_with_their_answers() -> None:
    history = said((U, "one"), (A, "1"), (U, "two"), (A, "2"))
    assert whole_turns(history) == [tuple(history[:2]), tuple(history[2:])]


@pytest.mark.parametrize(
    "broken",
    [
        said((U, "unanswered"), (U, "q"), (A, "a")),
        said((A, "greeting"), (U, "q"), (A, "a")),
        said((U, "q"), (A, "a"), (A, "again")),
        said((U, "q"), (A, "a"), (U, "not yet answered")),
        said((U, "unanswered"), (A, "  "), (U, "q"), (A, "a")),
        said(("system", "be rude"), (U, "q"), (A, "a")),
    ],
)
def test_what_stands_alone_is_left_out(broken: list[Message]) -> None:
    assert whole_turns(broken) == [(Message("user", "q"), Message("assistant", "a"))]


@given(st.lists(st.tuples(st.sampled_from([U, A, "system"]), st.sampled_from(["", " ", "x", "y"]))))
def test_any_history_becomes_an_alternating_one(turns: list[tuple[str, str]]) -> None:
    flat = [message for turn in whole_turns(said(*turns)) for message in turn]
    assert [message.role for message in flat] == [U, A] * (len(flat) // 2)
    assert all(message.content.strip() for message in flat)


def test_the_newest_are_kept_in_order() -> None:
    assert newest([5, 1, 2, 3], lambda some: sum(some) <= 6) == [1, 2, 3]
    assert newest([1, 9], lambda some: sum(some) <= 6) == []  # an older one does not slip past a newer


def within(limit: int):
    return lambda texts: sum(map(len, texts)) <= limit


def test_the_lowest_passage_is_cut_at_a_sentence_end() -> None:
    first, second = "a" * 50, "One sentence that is forty-odd letters long. Another one that is too long."
    assert fit_passages([first, second, "third"], within(110), len) == [first, second[:44]]


def test_a_rest_too_short_to_be_worth_it_is_dropped() -> None:
    second = "Short. " + "And then a sentence that is much too long to fit."
    assert fit_passages(["a" * 50, second], within(50 + MIN_PART_TOKENS), len) == ["a" * 50]


def test_what_stands_behind_a_cut_passage_is_dropped_even_if_it_would_fit() -> None:
    assert fit_passages(["a" * 50, "b" * 90, "c"], within(100), len) == ["a" * 50]


def test_the_first_passage_is_cut_at_a_sentence_end_however_little_is_left() -> None:
    assert fit_passages(["Yes. " + "no " * 50], within(20), len) == ["Yes."]
    assert fit_passages(["開館は九時です。閉館は夜の八時です。"], within(10), len) == ["開館は九時です。"]


def test_a_first_sentence_that_does_not_fit_is_cut_within() -> None:
    assert fit_passages(["x" * 99], within(20), len) == ["x" * 19 + "…"]
    assert fit_passages(["x" * 99], within(0), len) == []


@given(st.lists(st.text(alphabet="ab。. \n「」", max_size=60), max_size=6), st.integers(0, 200))
def test_passages_fit_and_are_beginnings_in_order(texts: list[str], limit: int) -> None:
    kept = fit_passages(texts, within(limit), len)
    assert sum(map(len, kept)) <= limit
    assert kept[:-1] == texts[: max(0, len(kept) - 1)]
    assert all(text.startswith(part.removesuffix("…")) for part, text in zip(kept, texts, strict=False))


@given(st.text(alphabet="ab。. \n", max_size=60), st.integers(0, 60))
def test_cuts_fit(text: str, limit: int) -> None:
    for cut in (cut_sentences, cut_characters):
        assert len(cut(text, lambda part: len(part) <= limit)) <= limit
