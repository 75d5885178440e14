"""Footnotes of a PDF's pages: small lines at the foot of a column that begin with the mark of a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from loaders._pdf_lines import Line
from loaders._pdf_tables import Table

_SMALLER = 0.93  # times the usual type size at most
_LARGEST = 12  # lines of one note
_MARK = re.compile(r"(\d{1,3})(?![\d.,:;)/%-])\s*(?=[^\W\d])|([*†‡§¶¹²³⁴-⁹]{1,3})\s*(?=\w)")

Item = Line | Table


def without_footnotes(items: Sequence[Item], body: float) -> tuple[list[Item], list[list[Line]]]:
    """What stands on a page in reading order, and the lines of each of its footnotes.

    Under them is nothing: the page ends, or the next column begins further up.
    """
    kept: list[Item] = []
    notes: list[list[Line]] = []
    if not any(isinstance(item, Line) and item.size <= _SMALLER * body and _MARK.match(item.text) for item in items):
        return list(items), []
    for run, is_small in _runs(items, body):
        found = _notes(run) if is_small and kept and _is_at_the_foot(run, items) else []
        if found:
            notes += found
        else:
            kept += run
    return kept, notes


def _runs(items: Sequence[Item], body: float) -> Iterator[tuple[list[Item], bool]]:
    """Neighbours that are all smaller than the usual type, or all not, from each line with a mark on."""
    run: list[Item] = []
    small = False
    for item in items:
        is_small = isinstance(item, Line) and item.size <= _SMALLER * body and not item.vertical
        begins = is_small and not small and isinstance(item, Line) and _MARK.match(item.text) is not None
        goes_on = is_small and small and bool(run) and _under(run[-1], item)
        if run and (begins if not small else not goes_on):
            yield run, small
            run = []
        small = begins or goes_on
        run.append(item)
    if run:
        yield run, small


def _under(before: Item, after: Item) -> bool:
    if not isinstance(before, Line) or not isinstance(after, Line):
        return False
    return -0.5 * after.size < after.base - before.base < 2.2 * after.size


def _is_at_the_foot(run: Sequence[Item], items: Sequence[Item]) -> bool:
    """Whether no line of the same column stands under these."""
    last = run[-1]
    if not isinstance(last, Line):
        return False
    left = min(line.left for line in run if isinstance(line, Line))
    right = max(line.right for line in run if isinstance(line, Line))
    for item in items:
        lines = [item] if isinstance(item, Line) else [line for row in item.rows for cell in row for line, _ in cell]
        if any(line.base > last.base + 1 and line.left < right and line.right > left for line in lines):
            return False
    return True


def _notes(run: Sequence[Item]) -> list[list[Line]]:
    """The lines of each note: their numbers follow each other. Nothing where one is longer than notes are."""
    notes: list[list[Line]] = []
    number = 0
    for line in run:
        if not isinstance(line, Line):
            return []
        mark = _MARK.match(line.text)
        following = mark is not None and (mark[1] is None or not notes or int(mark[1]) == number + 1)
        if following and mark:
            number = int(mark[1]) if mark[1] else number
            notes.append([])
        notes[-1].append(line)
    return notes if max(map(len, notes)) <= _LARGEST else []
