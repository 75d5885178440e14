"""Which lines of a PDF are headings: those its outline names, else those set in clearly larger or bold type."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

from loaders._pdf_lines import Line
from loaders._pdf_outline import Entry
from loaders._text import comparable, is_wide

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
        drawn: dict[tuple[float, bool], int] = defaultdict(int)
        for line in lines:
            drawn[line.size, line.bold] += len(line.text)
        weights: Counter[float] = Counter()
        for (size, _), length in drawn.items():
            weights[_rounded(size)] += length
        bold = sum(length for (_, is_bold), length in drawn.items() if is_bold)
        self.body = weights.most_common(1)[0][0] if weights else 0.0
        larger = sorted((size for size in weights if size >= _LARGER * self.body), reverse=True)
        self._levels = {size: level for level, size in enumerate(_merged(larger), start=1)}
        self._vertical = 2 * sum(line.vertical for line in lines) > len(lines)
        self._bold_means = bold < 0.3 * sum(weights.values())
        self._outlined = _outlined(lines, outline)

    def outlined(self, line: Line) -> tuple[int, int] | None:
        """(level, number of the entry) where the outline names this line or one that it is part of."""
        return self._outlined.get(id(line))

    def same_entry(self, line: Line, other: Line) -> bool | None:
        """Whether the outline names both lines in one entry; None where it names neither."""
        if not self._outlined:
            return None
        one, two = self._outlined.get(id(line)), self._outlined.get(id(other))
        return None if one is None and two is None else one == two

    def level(self, lines: Sequence[Line], apart: bool) -> int:
        """The level of a paragraph as a heading, 0 if it is none. `apart`: there is space around it."""
        if found := self.outlined(lines[0]):
            return found[0]
        size = _rounded(lines[0].size)
        larger = size >= _LARGER * self.body
        bold = self._bold_means and apart and lines[0].bold and size >= 0.95 * self.body
        if not (larger or bold) or len(lines) > _MAX_LINES:
            return 0
        if lines[0].vertical and not self._vertical and not is_wide(lines[0].text):
            return 0  # a stamp along the margin
        text = " ".join(line.text for line in lines)
        if len(text) > _MAX_LENGTH or len(_LETTERS.findall(text)) < 2:
            return 0
        if larger:
            nearest = min(self._levels, key=lambda known: abs(known - size))
            return 0 if _SENTENCE_END.search(text) and len(text) > 60 else min(self._levels[nearest], 6)
        if (
            len(lines) < 3
            and all(line.bold for line in lines)
            and len(text) <= _MAX_BOLD_LENGTH
            and not _SENTENCE_END.search(text)
        ):
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
    ends = list(accumulate(len(text) for _, text in lines))
    page, at, matches = "".join(text for _, text in lines), -1, list[list[Line]]()
    while wanted and (at := page.find(wanted, at + 1)) >= 0:
        last = bisect_left(ends, at + len(wanted))
        if ends[last] != at + len(wanted):
            continue
        for start in range(max(0, last + 1 - _MAX_LINES), bisect_right(ends, at) + 1):
            text = page[ends[start] - len(lines[start][1]) : ends[last]]
            if _without_number(text) == wanted and id(lines[start][0]) not in taken:
                matches.append([line for line, _ in lines[start : last + 1]])
    return max(matches, key=lambda match: match[0].size, default=[])


def _bare(title: str) -> str:
    """A heading's words alone: "2.1 Results" may be "Results" in the outline."""
    return _without_number(comparable(title))


def _without_number(text: str) -> str:
    return _NUMBERING.sub("", text) or text
