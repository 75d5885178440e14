"""Pieces of a PDF's lines are put together, and lines in the order in which a person reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from loaders._pdf_lines import Cell, Line
from loaders._text import is_wide

_GLUE = 0.9  # times the type size: what is nearer belongs to the same line
_SPACE = 0.15  # times the type size: what is nearer belongs to the same word
_MISORDERED = 0.08  # of a page's lines
_NO_SPACE_BEFORE = (",", ".", ";", ":", ")", "]")
_FAR = 0.5  # of the height of a page's text: a header that comes last in the file
_PROSE = 25  # characters
_A_CHARACTER = 2  # with what combines with it
_KANA = re.compile(r"[\u3041-\u30ff ]+")
_ENDING = re.compile(r".?[\u3041-\u30ff。」』）]")
_RUBY = 0.65  # of the type size beside it at most


def same_height(one: Line, other: Line) -> bool:
    """Whether two horizontal lines stand at about the same height of one page."""
    if one.vertical or other.vertical or one.page != other.page:
        return False
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def without_ruby(lines: Sequence[Line]) -> Sequence[Line]:
    """Lines without the kana beside or above a word that say how it is read: they would stand between its lines."""
    most = _RUBY * max((line.size for line in lines), default=0.0)
    small = {n for n, line in enumerate(lines) if line.size <= most and _KANA.fullmatch(line.text)}
    if not small:
        return lines
    least = min(lines[n].size for n in small)
    large = [line for line in lines if _RUBY * line.size >= least]
    return [line for n, line in enumerate(lines) if not (n in small and any(_is_read(one, line) for one in large))]


def _is_read(line: Line, ruby: Line) -> bool:
    """Whether small kana stand right of a line written downwards, or above one written to the right."""
    if ruby.size > _RUBY * line.size or ruby.page != line.page:
        return False
    middle = (ruby.left + ruby.right) / 2, (ruby.top + ruby.bottom) / 2
    right = 0 < middle[0] - line.right < 0.6 * line.size and line.top - line.size < middle[1] < line.bottom + line.size
    above = 0 < line.top - middle[1] < 0.6 * line.size and line.left - line.size < middle[0] < line.right + line.size
    return right if line.vertical or line.bottom - line.top > line.right - line.left else above


def glued(lines: Sequence[Line]) -> list[Line]:
    """Lines with the pieces put back that PDFium cuts off: superscripts, formulas, changes of type."""
    whole: list[Line] = []
    for line in lines:
        if whole and _touches(whole[-1], line):
            whole[-1] = _glue(whole[-1], line)
        elif whole and len(line.text) <= _A_CHARACTER and _hangs_under(whole[-1], line):
            whole[-1] = _hang(whole[-1], line)
        else:
            whole.append(line)
    return whole


def _touches(before: Line, after: Line) -> bool:
    gap, size = after.left - before.right, before.size if before.size > after.size else after.size
    if not -0.3 * size < gap < _GLUE * size or before.hyphen:
        return False
    middle = (after.top + after.bottom) / 2
    beside = before.top - 0.3 * size < middle < before.bottom + 0.3 * size
    return beside and not before.vertical and not after.vertical


def _glue(before: Line, after: Line) -> Line:
    """One line of two; its type is that of the longer piece."""
    main = before if len(before.text) >= len(after.text) else after
    apart = after.left - before.right > _SPACE * main.size and not after.text.startswith(_NO_SPACE_BEFORE)
    space = " " if apart else ""
    shift = len(before.text) + len(space)
    last, first = before.cells[-1], after.cells[0]
    joined = Cell(last.start, first.end + shift, last.left, first.right)
    moved = (cell._replace(start=cell.start + shift, end=cell.end + shift) for cell in after.cells[1:])
    return main._replace(
        text=before.text + space + after.text,
        left=before.left,
        top=min(before.top, after.top),
        right=max(before.right, after.right),
        bottom=max(before.bottom, after.bottom),
        begin=before.begin,
        end=max(before.end, after.end),
        hyphen=after.hyphen,
        cells=(*before.cells[:-1], joined, *moved),
        finer=(),
        item=before.item,
    )


def _hangs_under(before: Line, after: Line) -> bool:
    """Whether a Japanese character goes on with vertical writing that the file gives character by character."""
    if not is_wide(after.text) or before.page != after.page:
        return False
    if not before.vertical and (len(before.text) > _A_CHARACTER or not is_wide(before.text)):
        return False
    aside = abs(before.left + before.right - after.left - after.right) / 2
    step = after.top - before.bottom
    return aside < 0.5 * after.size and -0.5 * after.size < step < 0.9 * after.size and after.bottom > before.bottom


def _hang(before: Line, after: Line) -> Line:
    left, right = min(before.left, after.left), max(before.right, after.right)
    text = before.text + after.text
    return before._replace(
        text=text,
        left=left,
        right=right,
        bottom=after.bottom,
        base=-right,
        begin=before.top,
        end=after.bottom,
        vertical=True,
        cells=(Cell(0, len(text), left, right),),
        finer=(),
    )


def ordered(lines: Sequence[Line]) -> Sequence[Line]:
    """A page's lines in the order of reading.

    That is the file's order on most pages, and the only one that tells columns from tables. Where the file jumps
    back up over what it wrote before, it is from top to bottom; vertical writing goes from right to left.
    """
    if 2 * sum(line.vertical for line in lines) > len(lines):
        tiers = _tiers([_downwards(line) for line in lines])
        return [line for tier in tiers for line in sorted(tier, key=lambda line: (-round(line.right), line.top))]
    jumps = [
        before.bottom - after.top
        for before, after in pairwise(lines)
        if after.bottom <= before.top and _share_column(before, after)
    ]
    if not jumps:
        return lines
    height = max((line.bottom for line in lines), default=0.0) - min((line.top for line in lines), default=0.0)
    if len(jumps) <= _MISORDERED * len(lines) and max(jumps, default=0.0) < _FAR * height:
        return lines
    rows = _by_height(lines)
    columns = sum(len(row) > 1 and sum(len(line.text) for line in row) > _PROSE * len(row) for row in rows)
    return lines if 3 * columns > len(rows) else [line for row in rows for line in row]


def _downwards(line: Line) -> Line:
    """A line of one or two characters among vertical ones, whose form does not say that it is one of them."""
    if line.vertical or len(line.text) > _A_CHARACTER or not _ENDING.fullmatch(line.text):
        return line  # "二" may be the number of an item, which stands by itself
    if len(line.text) > 1 and line.right - line.left > line.bottom - line.top:
        return line
    return line._replace(base=-line.right, begin=line.top, end=line.bottom, vertical=True)


def _tiers(lines: Sequence[Line]) -> list[list[Line]]:
    """Bands of vertical writing, one under the other, with nothing across the space between them."""
    tiers: list[list[Line]] = []
    bottom = 0.0
    for line in sorted(lines, key=lambda line: line.top):
        if not tiers or line.top > bottom:
            tiers.append([])
        tiers[-1].append(line)
        bottom = max(bottom, line.bottom)
    return tiers


def _share_column(before: Line, after: Line) -> bool:
    shared = min(before.right, after.right) - max(before.left, after.left)
    return shared > 0.3 * min(before.right - before.left, after.right - after.left)


def _by_height(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and same_height(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]
