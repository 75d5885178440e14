"""Questions that rest on the ones before them: "And on Sundays?", "What does it cost?", "それはいつですか"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.languages import Terms, analyze

_REFERRING = re.compile(
    r"\b(?:its?|they|them|theirs?|he|him|his|she|hers?|this|that|these|those|there|ones?|such|same|others?|another|else"
    r"|more)\b|^\s*(?:and|but|so|also|or|then|what about|how about|why)\b|それ|これ|あれ|その|この|あの|そこ|ここ|彼"
    r"|ほか|他に|同じ|では|じゃあ",
    re.IGNORECASE,
)
_FEW_WORDS = 3
_SURE = 0.5
_TURNS = 3
_TOPIC_TURNS = 6
_ALWAYS, _WHERE_IT_REFERS, _WHERE_IT_FINDS_NOTHING = 0.1, 1.25, 1.25
_NEAR_TURNS, _NEAR_WEIGHT = 2, 0.5


def refers(question: str) -> bool:
    """Whether words of the question point at something said before: "it", "there", それ."""
    return bool(_REFERRING.search(question))


def is_short(question: str) -> bool:
    """Whether the question has so few words that what it is about may be left out of it: "And the price?"."""
    return len(analyze(question).words) < _FEW_WORDS


def rests_on_before(question: str, confidence: float) -> bool:
    """Whether the question by itself leaves open what it is about: it refers to something, or has few words.

    `confidence` is the library's in its answer to it alone: what few words ask is no follow-up if it is answered.
    """
    return refers(question) or (is_short(question) and confidence < _SURE)


def with_before(question: str, before: Sequence[str]) -> str:
    """The question after the last ones before it, oldest first, as one text."""
    return " ".join((*before[-(_TURNS - 1) :], question))


def topic(terms: Terms, before: Sequence[str], language: str = "en") -> Terms:
    """What the questions before were about and this one, of these terms, does not say: each word and bigram once."""
    said = [analyze(question, language) for question in before[-_TOPIC_TURNS:]]
    words = dict.fromkeys(word for one in said for word in one.words)
    bigrams = dict.fromkeys(bigram for one in said for bigram in one.bigrams)
    return Terms(
        tuple(word for word in words if word not in terms.words),
        tuple(bigram for bigram in bigrams if bigram not in terms.bigrams),
    )


def near(before: Sequence[str]) -> list[tuple[str, float]]:
    """The questions before that a follow-up's vector is drawn to, and how much of each is added to it."""
    return [(question, _NEAR_WEIGHT) for question in before[-_NEAR_TURNS:]]


def openness(refers: bool, confidence: float) -> float:
    """How much the questions before count: more where this one refers to something, and where it finds nothing itself.

    A question on another topic, which the library answers, is asked of the library as if it were the first.
    """
    return _ALWAYS + _WHERE_IT_REFERS * refers + _WHERE_IT_FINDS_NOTHING * (1 - confidence)
