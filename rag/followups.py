"""Questions that rest on the ones before them: "And on Sundays?", "What does it cost?", "それはいつですか"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.languages import analyze

_REFERRING = re.compile(
    r"\b(?:its?|they|them|theirs?|he|him|his|she|hers?|this|that|these|those|there|ones?|such|same|others?|another|else"
    r"|more)\b|^\s*(?:and|but|so|also|or|then|what about|how about|why)\b|それ|これ|あれ|その|この|あの|そこ|ここ|彼"
    r"|ほか|他に|同じ|では|じゃあ",
    re.IGNORECASE,
)
_FEW_WORDS = 3
_TURNS = 3


def refers(question: str) -> bool:
    """Whether words of the question point at something said before: "it", "there", それ."""
    return bool(_REFERRING.search(question))


def rests_on_before(question: str) -> bool:
    """Whether the question by itself leaves open what it is about: it refers to something, or has few words."""
    return refers(question) or len(analyze(question).words) < _FEW_WORDS


def with_before(question: str, before: Sequence[str]) -> str:
    """The question after the last ones before it, oldest first, as one text."""
    return " ".join((*before[-(_TURNS - 1) :], question))
