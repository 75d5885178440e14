"""Words of a question that a library does not have, in the spelling that it has them in: typing slips are mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from string import ascii_lowercase

_DOUBTFUL = re.compile(r"(?<![\w./:@'’+-])[A-Za-z]{5,}(?![\w/:@'’+-]|\.\w)")
"""Of four letters too many words are neighbours; codes, addresses and names of files are meant as they stand."""


def respelled(
    question: str, is_known: Callable[[str], bool], frequencies: Callable[[Sequence[str]], Mapping[str, int]]
) -> str:
    """The question; each word that is not known as the commonest of those that one slip makes it of (Norvig 2007)."""

    def spelled(match: re.Match[str]) -> str:
        word = match.group()
        if is_known(word.lower()):
            return word
        often = frequencies([*neighbours(word.lower())])
        return max(sorted(often), key=lambda one: often[one], default=word)

    return _DOUBTFUL.sub(spelled, question)


def neighbours(word: str) -> set[str]:
    """What it becomes by a letter put in, left out or exchanged, or two that change places; the first one is right."""
    cuts = [(word[:n], word[n:]) for n in range(1, len(word) + 1)]
    left_out = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    exchanged = {a + letter + b[1:] for a, b in cuts if b for letter in ascii_lowercase}
    put_in = {a + letter + b for a, b in cuts for letter in ascii_lowercase}
    return (left_out | swapped | exchanged | put_in) - {word}
