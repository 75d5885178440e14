"""Which lines of a PDF are headings: those its outline names, else those set in clearly larger or bold type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from loaders._pdf_lines import Line
from loaders._pdf_outline import Entry
from loaders._text import comparable

_LARGER = 1.12
_MAX_LENGTH = 200
_MAX_BOLD_LENGTH = 90
_MAX_LINES = 4
_NUMBERING = re.compile(r"^(?:第?[\divxlc]+(?:\.\d+)*[章節項.]?|[a-z]\.)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.,;:、。，；：]$")
_LETTERS = re.compile(r"[^\W\d_]")

_Named = tuple[Line, str]
"""A line with its text in the form that is compared."""


class Headings:
    """Knows the document's type sizes and its outline; asked about lines and paragraphs."""

    def __init__(self, lines: Sequence[Line], outline: Sequence[Entry]) -> None:
        weights: Counter[float] = Counter()
        bold = 0
        for line in lines:
            length = len(line.text)
            weights[_rounded(line.size)] += length
            bold += length if line.bold else 0
        self.body = weights.most_common(1)[0][0] if weights else 0.0
        larger = sorted((size for size in weights if size >= _LARGER * self.body), reverse=True)
        self._levels = {size: level for level, size in enumerate(_merged(larger), start=1)}
        self._vertical = 2 * sum(line.vertical for line in lines) > len(lines)
        self._bold_means = bold < 0.3 * sum(weights.values())
        self._outlined = _outlined(lines, outline)

    def outlined(self, line: Line) -> tuple[int, int] | None:
        """(level, number of the entry) where the outline names this line or one that it is part of."""
        return self._outlined.get(id(line))

    def level(self, lines: Sequence[Line], apart: bool) -> int:
        """The level of a paragraph as a heading, 0 if it is none. `apart`: there is space around it."""
        if found := self.outlined(lines[0]):
            return found[0]
        text = " ".join(line.text for line in lines)
        if lines[0].vertical and not self._vertical:
            return 0  # a stamp along the margin
        if len(text) > _MAX_LENGTH or len(lines) > _MAX_LINES or len(_LETTERS.findall(text)) < 2:
            return 0
        size = _rounded(lines[0].size)
        if size >= _LARGER * self.body:
            nearest = min(self._levels, key=lambda known: abs(known - size))
            return 0 if _SENTENCE_END.search(text) and len(text) > 60 else min(self._levels[nearest], 6)
        bold = self._bold_means and apart and all(line.bold for line in lines) and size >= 0.95 * self.body
        if bold and len(lines) < 3 and len(text) <= _MAX_BOLD_LENGTH and not _SENTENCE_END.search(text):
            return min(max(self._levels.values(), default=0) + 1, 6)
        return 0


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _merged(sizes: Iterable[float]) -> dict[float, int]:
    """Distinct sizes from large to small; those within 6 % of each other are one."""
    kept: dict[float, int] = {}
    for size in sizes:
        if not kept or size < 0.94 * min(kept):
            kept[size] = len(kept) + 1
    return kept


def _outlined(lines: Sequence[Line], outline: Sequence[Entry]) -> dict[int, tuple[int, int]]:
    """Lines (by identity) that make up the title of an entry on its page, with its level and number."""
    by_page: dict[int, list[_Named]] = {entry.page: [] for entry in outline}
    for line in lines:
        if line.page in by_page:
            by_page[line.page].append((line, comparable(line.text)))
    found: dict[int, tuple[int, int]] = {}
    for number, entry in enumerate(outline):
        match = _find(by_page.get(entry.page, []), _bare(entry.title), found)
        found.update({id(line): (min(entry.level, 6), number) for line in match})
    return found


def _find(lines: Sequence[_Named], wanted: str, taken: dict[int, tuple[int, int]]) -> list[Line]:
    """The first lines, one to four in a row, whose text is the wanted one; large type before small."""
    matches: list[list[Line]] = []
    for start in range(len(lines)):
        text = ""
        for end in range(start, min(start + _MAX_LINES, len(lines))):
            text += lines[end][1]
            if text.endswith(wanted) and _without_number(text) == wanted and id(lines[start][0]) not in taken:
                matches.append([line for line, _ in lines[start : end + 1]])
            if len(text) > len(wanted) + 20:
                break
    return max(matches, key=lambda match: match[0].size, default=[]) if wanted else []


def _bare(title: str) -> str:
    """A heading's words alone: "2.1 Results" may be "Results" in the outline."""
    return _without_number(comparable(title))


def _without_number(text: str) -> str:
    return _NUMBERING.sub("", text) or text
