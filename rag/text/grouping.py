"""Long numbers of a question (of a phone, a card), in the groups in which a library writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from rag.text.codes import number

_JOINT = "[-\u2010-\u2015\u2212\uff0d ()\uff08\uff09]"
_WORD = r"[A-Za-z\d_]"
_NUMBER = re.compile(
    rf"(?<!{_WORD})(?<!{_WORD}[-./:@])(?<!\d,)\(?\d(?:{_JOINT}{{0,2}}\d){{6,15}}(?!{_WORD})(?![-./:@]{_WORD}|,\d)",
)
"""Seven digits to sixteen, at one go or in groups, by no dot or comma: an amount or an address is no phone number."""
_GROUPS, _DIGITS = 4, 5
"""How many groups, and digits of a group, a number is written in at most."""


def regrouped(question: str, frequencies: Callable[[Sequence[str]], Mapping[str, int]]) -> str:
    """The question; each long number as the library has it: 0312345678 as 03-1234-5678, or the other way round.

    As it was typed it stays where the library has that too. `frequencies` of terms, 0 where one is not there.
    """

    def spelled(match: re.Match[str]) -> str:
        typed = unicodedata.normalize("NFKC", match.group())
        digits = "".join(re.findall(r"\d", typed))
        found = frequencies([digits, *grouped(digits)])
        spellings = [one for one, count in found.items() if count and one != typed]
        groups = [*map(number, re.findall(r"\d+", typed))]
        is_there = found.get(typed) or (" " in typed and all(frequencies(groups).values()))
        return " ".join([match.group(), *spellings] if is_there or not spellings else spellings)

    return _NUMBER.sub(spelled, question)


@lru_cache(maxsize=256)
def grouped(digits: str) -> tuple[str, ...]:
    """The digits in two groups or more, joined by hyphens, in every way."""
    return tuple("-".join(groups) for groups in _cut(digits, _GROUPS) if len(groups) > 1)


def _cut(digits: str, groups: int) -> Iterator[tuple[str, ...]]:
    """The digits in at most so many groups."""
    if len(digits) <= _DIGITS:
        yield (digits,)
    if groups > 1:
        for end in range(1, min(_DIGITS, len(digits) - 1) + 1):
            for rest in _cut(digits[end:], groups - 1):
                yield digits[:end], *rest
