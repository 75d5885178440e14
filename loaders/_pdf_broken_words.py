"""Words that a PDF breaks at the end of a line: whether the hyphen there belongs to the word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from loaders._pdf_lines import PageLines

_EDGES = "\"'“”‘’()[].,;:!?"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NUMBERS = "two|three|four|five|six|seven|eight|nine"
_COMPOUND = re.compile(
    rf"(?:{_TENS})-(?:one|{_NUMBERS}|first|second|third|fifth|ninth|\w+th)"
    rf"|(?:{_NUMBERS})-(?!teen|ty|th\b)\w{{3,}}"  # "two-thirds", "three-year", but "seven-teen"
    r"|self-\w{4,}|well-\w{4,}|so-called|\w{3,}-(?:term|based|known|level|scale|specific|driven|making)",
    re.IGNORECASE,
)


class BrokenWords:
    """Decides for each word of a document; what the other lines have is looked up when the first one is asked for."""

    def __init__(self, pages: Sequence[PageLines]) -> None:
        self._pages = pages

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether the last word of a line and the first of the next are joined by a hyphen.

        They are where the second is no lower case word, where the parts have other hyphens or the first is a single
        letter. Else the document decides by how it writes the word where it does not break it; and where it never
        does, the word is whole, unless it is built like a compound that is hardly ever written as one.
        """
        if not after[:1].islower() or before[-1:] in ("", " "):
            return True  # "Franco-Prussian", "d-dimensional"
        first, second = _last(before), after.split(maxsplit=1)[0].rstrip(_EDGES)
        if len(first) == 1 or "-" in first or "-" in second:
            return True
        written, whole = f"{first}-{second}".lower(), f"{first}{second}".lower()
        compound = written in self._compounds or _COMPOUND.fullmatch(written) is not None
        return compound and f" {whole}" not in self._text

    @cached_property
    def _compounds(self) -> set[str]:
        """The words with a hyphen inside a line, in lower case, without their punctuation."""
        lines = (line.text.lower() for page in self._pages for line in page.lines if "-" in line.text)
        return {word.strip(_EDGES) for line in lines for word in line.split() if "-" in word}

    @cached_property
    def _text(self) -> str:
        return " ".join(line.text for page in self._pages for line in page.lines).lower()


def _last(text: str) -> str:
    return "".join(text.rsplit(maxsplit=1)[-1:]).lstrip(_EDGES)
