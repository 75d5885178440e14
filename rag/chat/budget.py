"""How the model's window is shared out between system text, history, passages, question and answer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from rag.text.languages import sentences
from rag.types import Message

REFERENCE_WINDOW = 4096
QUESTION_TOKENS = 300
HISTORY_TOKENS = 600
MARGIN_TOKENS = 64
MESSAGE_TOKENS = 8
"""What the chat format puts around one message, at most: Llama 2 takes 5 or 6, ChatML and Llama 3 take 5."""
MIN_PART_TOKENS = 40
"""A passage that is cut to less than this says too little to be worth a number."""

Turn = tuple[Message, Message]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Budget:
    """Shares of a window in tokens. What question and history leave over goes to the passages.

    `prompt` is what all messages may take together, `question` and `history` the most of it for these two;
    `margin` stays free, for what the chat format adds beside the messages.
    """

    window: int
    margin: int
    prompt: int
    question: int
    history: int


def share_window(window: int, answer_tokens: int) -> Budget:
    """The shares of a window of so many tokens: at 4096, question 300, history 600, margin 64.

    Question and history grow and shrink with the window, but a question may have a fifth of a small one. The
    answer is promised a quarter of the window at most, so that a small one has room for something to read.
    """
    answer = min(answer_tokens, window // 4)
    margin = min(MARGIN_TOKENS, window // 16)
    question = max(QUESTION_TOKENS * window // REFERENCE_WINDOW, min(QUESTION_TOKENS, window // 5))
    return Budget(window, margin, window - answer - margin, question, HISTORY_TOKENS * window // REFERENCE_WINDOW)


def most(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest n in 1..limit for which `fits(n)`, where what is larger fits less; 0 where none does.

    Every n > 0 that is given was tried and did fit.
    """
    return bisect_left(range(1, limit + 1), True, key=lambda n: not fits(n))


def whole_turns(history: Sequence[Message]) -> list[Turn]:
    """Questions with the answer that came right after; what is left alone on either side is left out.

    Chat formats (Llama 2 first) want user and assistant to alternate; a stopped or failed answer breaks that.
    """
    said = [message for message in history if message.content.strip()]
    return [(ask, answer) for ask, answer in pairwise(said) if (ask.role, answer.role) == ("user", "assistant")]


def newest(items: Sequence[Item], fits: Callable[[Sequence[Item]], bool]) -> Sequence[Item]:
    """The longest run of last items that fits."""
    kept = most(len(items), lambda n: fits(items[len(items) - n :]))
    return items[len(items) - kept :]


def fit_passages(texts: Sequence[str], fits: Callable[[Sequence[str]], bool], count: Callable[[str], int]) -> list[str]:
    """The first texts that fit together; the one that no longer does is cut if that leaves enough of it.

    The first text is always kept, if need be cut in the middle of a sentence, unless nothing of it fits.
    """
    kept = list(texts[: most(len(texts), lambda n: fits(texts[:n]))])
    if len(kept) < len(texts):
        part = cut_sentences(texts[len(kept)], lambda part: fits([*kept, part]))
        if not kept:
            part = part or cut_characters(texts[0], lambda part: fits([part]))
        if part and (not kept or count(part) >= MIN_PART_TOKENS):
            kept.append(part)
    return kept


def cut_sentences(text: str, fits: Callable[[str], bool]) -> str:
    """As many whole sentences from the start of a text as fit; "" where the first one does not."""
    ends = [end for _, end in sentences(text)]
    kept = most(len(ends), lambda n: fits(text[: ends[n - 1]]))
    return text[: ends[kept - 1]] if kept else ""


def cut_characters(text: str, fits: Callable[[str], bool]) -> str:
    """As many characters from the start of a text as fit, then "…"; "" where nothing does."""
    kept = most(len(text), lambda n: fits(text[:n] + "…"))
    return text[:kept] + "…" if kept else ""
