"""Whether the numbers of a sentence are those of its passages: each by its value, its unit, and what it is said of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.text.languages import analyze
from rag.text.numbers import TIMES, Quantity, quantities_in, spelled_quantities_in, without_quantities

_FEW = (2, 12)
_ITEM = re.compile(r"^\s*[(（]?\d{1,2}[.)．）]\s", re.MULTILINE)
_NO_WORD = re.compile("0+|[ぁ-ん]{1,2}")
"""What is left where a number was: a zero, and the particles behind it."""
_SAME_SHARE = 0.8
"""A sentence of the passages that holds this share of the words, numbers aside, says of something what is asked."""
_ELSEWHERE = 0.6
"""Where those with the number hold less than this part of that, it is said of something else."""


def numbers_differ(
    sentence: str, source: str, context: str, retold: Sequence[str], said: Sequence[str], computed: str
) -> bool:
    """Whether a number of the sentence is not that of the source.

    It stands nowhere there, or only with another unit; or `retold`, sentences of the source that say the same, have one
    of its unit in its place, and their `context` lacks it; or of what it is said of, `said` has another one. What was
    `computed` from the source need not be what the source says.
    """
    own, known = _said(sentence), every_quantity(source)
    few = _counts(sentence, known)
    if any(not _stands(one, known) for one in own if one.value not in few):
        return True
    near, replaced = every_quantity(context), {q for text in retold for q in every_quantity(text)} - own
    exchanged = (one for one in own if one.value not in few and not _stands(one, near))
    if any(one.unit == other.unit and not _stands(other, own) for one in exchanged for other in replaced):
        return True
    results = every_quantity(computed)
    told = [one for one in own if one.unit and not _stands(one, results)]
    return any(_is_of_something_else(one, own, sentence, said) for one in told)


def every_quantity(text: str) -> set[Quantity]:
    """The numbers of a text, however they are written; those that count the items of a list say nothing."""
    text = _ITEM.sub("", text)
    return quantities_in(text) | spelled_quantities_in(text)


def _said(sentence: str) -> set[Quantity]:
    return quantities_in(sentence) | {one for one in spelled_quantities_in(sentence) if one.value > 1}  # often none


def _counts(sentence: str, known: Iterable[Quantity]) -> set[float]:
    """Small numbers that are spelled out may count what the passages list, unless they name another such number."""
    if any(_FEW[0] <= one.value <= _FEW[1] for one in known):
        return set()
    return {value for value, _ in spelled_quantities_in(sentence) if _FEW[0] <= value <= _FEW[0] + 1}


def _stands(one: Quantity, known: Iterable[Quantity]) -> bool:
    """Whether it is among them; a unit that is not told may be any."""
    return any(one.value == other.value and (one.unit == other.unit or "" in (one.unit, other.unit)) for other in known)


def _is_of_something_else(one: Quantity, own: set[Quantity], sentence: str, said: Sequence[str]) -> bool:
    """Whether other sentences than those with this number speak of what it is said of, and give another one.

    The sentence before one with the number may say what it is of, unless it gives another one itself.
    """
    words = _words(sentence)
    with_it, without, before = 0.0, 0.0, ""
    for text in said:
        found = every_quantity(text)
        others = any(_is_kin(one, other) and not _stands(other, own) for other in found)
        if _stands(one, found):
            with_it = max(with_it, _share(words, f"{before}\n{text}"))
        elif others:
            without = max(without, _share(words, text))
        before = "" if others else text
    return without >= _SAME_SHARE and with_it < _ELSEWHERE * without


def _is_kin(one: Quantity, other: Quantity) -> bool:
    """Whether one could be written for the other: both are times, or of one unit."""
    return one.unit == other.unit or {one.unit, other.unit} <= TIMES


def _share(words: set[str], text: str) -> float:
    return len(words & _words(text)) / len(words) if words else 0.0


def _words(text: str) -> set[str]:
    return {word for word in analyze(without_quantities(text)).words if not _NO_WORD.fullmatch(word)}
