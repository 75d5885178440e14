"""What of a PDF's lines is repeated furniture, and which lines are rows of a table or columns side by side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from loaders._pdf_lines import Cell, Line, PageLines
from loaders._pdf_order import glued, ordered, same_height, without_ruby
from loaders._pdf_tables import Table, columned_table, holds, ruled_table
from loaders._text import comparable

_BAND = 0.12  # of the page's height, at its top and at its bottom
_LEAST_PAGES = 3
_TITLE = 1.2  # times the usual type size
_SOME_PAGES = 0.3  # of a document's
_PAGE_NUMBER = re.compile(r"\W*(page|p\.|seite|ページ)?\W*#(\W|of|von|頁|ページ|#)*", re.IGNORECASE)
_ALIGNED = 4.0  # points
_LEAST_COLUMNS, _LEAST_ROWS = 3, 3  # of a table whose columns have narrow gaps between them
_PROSE = 25  # characters: cells that are longer on average are columns of text, not values
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")


class Row(NamedTuple):
    """Lines on one base, from left to right, and all their cells with the line each is of."""

    lines: tuple[Line, ...]
    cells: tuple[tuple[Line, Cell], ...]


def without_furniture(pages: Sequence[PageLines]) -> list[PageLines]:
    """The pages without headers, footers and page numbers.

    These are lines near an edge, or outermost on their page, whose text, numbers aside, stands at the same height on
    three pages or more (a number alone: on two). Large type on some pages only is the title of slides that go on.
    """
    keys = [_furniture_keys(page) for page in pages]
    sizes = [line.size for page in pages for line in page.lines]
    title = _TITLE * median(sizes) if sizes else 0.0
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for page, of_page in zip(pages, keys, strict=True):
        for text, height in filter(None, of_page):
            # It counts for its neighbours' heights too, as rounding may part them.
            for near in (height - 1, height, height + 1):
                seen[text, near].add(page.number)

    def is_furniture(line: Line, key: tuple[str, int]) -> bool:
        if len(seen[key]) < (2 if _PAGE_NUMBER.fullmatch(key[0]) else _LEAST_PAGES):
            return False
        return line.size < title or len(seen[key]) > _SOME_PAGES * len(pages)

    kept: list[PageLines] = []
    for page, of_page in zip(pages, keys, strict=True):
        lines = [line for line, key in zip(page.lines, of_page, strict=True) if not (key and is_furniture(line, key))]
        kept.append(replace(page, lines=lines))
    return kept


def _furniture_keys(page: PageLines) -> list[tuple[str, int] | None]:
    """Each line's text and height, None where it stands too far inside the page."""
    first = min((line.top for line in page.lines), default=0.0)
    last = max((line.bottom for line in page.lines), default=0.0)
    upper, lower = _BAND * page.height, (1 - _BAND) * page.height
    keys: list[tuple[str, int] | None] = []
    for line in page.lines:
        top, bottom = line.top, line.bottom
        middle = (top + bottom) / 2
        inside = upper < middle < lower and ((first < top and bottom < last) or len(line.cells) > 1)
        keys.append(None if inside else (_DIGITS.sub("#", comparable(line.text)), round(middle / 3)))
    return keys


def layout(page: PageLines) -> Iterator[Line | Table]:
    """Lines in reading order, with tables found: those with rulings first, then those that only columns make."""
    if not page.grids:
        yield from _laid_out(page.lines)
        return
    ruled = [(grid, table) for grid in page.grids if (table := ruled_table(grid, page.lines))]
    lines = [line for line in page.lines if not any(holds(grid, line) for grid, _ in ruled)]
    order = {id(line): n for n, line in enumerate(page.lines)}
    first = {min(order[id(line)] for line in page.lines if holds(grid, line)): table for grid, table in ruled}
    for stretch, table in _around(lines, order, first):
        yield from _laid_out(stretch)
        if table:
            yield table


def _around(
    lines: Sequence[Line], order: dict[int, int], tables: dict[int, Table]
) -> Iterator[tuple[list[Line], Table | None]]:
    """The lines between tables, each stretch with the table that comes after it, as the file has them."""
    at = 0
    for place in sorted(tables):
        until = next((n for n, line in enumerate(lines) if order[id(line)] > place), len(lines))
        yield list(lines[at:until]), tables[place]
        at = until
    yield list(lines[at:]), None


def _laid_out(lines: Sequence[Line]) -> Iterator[Line | Table]:
    lines = _with_narrow_columns(ordered(glued(without_ruby(lines))))
    if _are_single(lines):
        yield from lines
        return
    run: list[Row] = []
    rows = list(_rows(lines))
    for n, row in enumerate(rows):
        in_table = len(row.cells) > 1 or _is_within(run, row, rows[n + 1 : n + 2])
        if in_table and not (run and _is_apart(run[-1], row)):
            run.append(row)
            continue
        yield from _run(run)
        run = [row] if in_table else []
        if not run:
            yield from row.lines
    yield from _run(run)


def _with_narrow_columns(lines: Sequence[Line]) -> Sequence[Line]:
    """Lines cut at their narrower gaps, too, where three neighbours or more have the same columns then."""
    if not any(line.finer for line in lines):
        return lines
    found: list[Line] = []
    for count, group in groupby(lines, lambda line: len(line.finer or line.cells)):
        run = list(group)
        uneven = len({len(line.cells) for line in run}) > 1 or len(run[0].cells) == 1
        if uneven and count >= _LEAST_COLUMNS and len(run) >= _LEAST_ROWS and _are_columns_of_values(run):
            run = [line._replace(cells=line.finer, finer=()) if line.finer else line for line in run]
        found += run
    return found


def _are_columns_of_values(run: Sequence[Line]) -> bool:
    """Whether the cells of each column are short, and begin or end at one place."""
    columns = list(zip(*(line.finer or line.cells for line in run), strict=True))
    if any(cell.end - cell.start > _PROSE for column in columns for cell in column):
        return False
    edges = ([sorted(cell[side] for cell in column) for side in (2, 3)] for column in columns)
    return all(min(places[-1] - places[0] for places in sides) < _ALIGNED for sides in edges)


def _are_single(lines: Sequence[Line]) -> bool:
    """Whether each line stands by itself, without cells, as on a page of text: nothing then makes a table."""
    return all(len(line.cells) == 1 for line in lines) and not any(
        after.left >= before.right and same_height(before, after) for before, after in pairwise(lines)
    )


def _is_within(run: Sequence[Row], row: Row, after: Sequence[Row]) -> bool:
    """Whether a row of one cell is one of a table all the same: short, under its first column, its rows around it."""
    if len(run) < 2 or not after or len(after[0].cells) < 2 or len(row.cells) != 1:
        return False
    cell = row.cells[0][1]
    lefts = [before.cells[0][1].left for before in run]
    steps = [_base(two) - _base(one) for one, two in pairwise([*run[-2:], row, after[0]])]
    narrow = cell.right < max(before.cells[0][1].right for before in run) + _ALIGNED
    return narrow and abs(cell.left - min(lefts)) < _ALIGNED and 0 < max(steps) < 1.5 * min(steps)


def _base(row: Row) -> float:
    return row.lines[0].base


def _rows(lines: Sequence[Line]) -> Iterator[Row]:
    """Neighbours that stand side by side, joined."""
    row: list[Line] = []
    for line in lines:
        if row and not _beside(row[-1], line):
            yield _row(row)
            row = []
        row.append(line)
    if row:
        yield _row(row)


def _beside(before: Line, after: Line) -> bool:
    return after.left >= before.right and same_height(before, after)


def _row(lines: list[Line]) -> Row:
    return Row(tuple(lines), tuple((line, cell) for line in lines for cell in line.cells))


def _is_apart(before: Row, after: Row) -> bool:
    """Whether a row is too far under another, or above it, to be of the same table."""
    size = max(before.lines[0].size, after.lines[0].size)
    step = after.lines[0].top - before.lines[0].bottom
    return step > 3 * size or after.lines[0].top < before.lines[0].top


def _run(run: list[Row]) -> Iterator[Line | Table]:
    """Rows of several cells become a table, columns of text one after the other, or the lines they were."""
    if _are_columns(run):
        for column in (0, 1):
            for row in run:
                line, cell = row.cells[column]
                yield line._replace(
                    text=line.text[cell.start : cell.end], left=cell.left, right=cell.right, begin=cell.left,
                    end=cell.right, hyphen=line.hyphen and cell.end == len(line.text),
                )  # fmt: skip
    elif len(run) > 1 and _share_columns(run):
        yield columned_table([row.cells for row in run])
    else:
        for row in run:
            yield from row.lines


def _are_columns(run: list[Row]) -> bool:
    """Whether these are two columns of running text whose lines the file gives alternately."""
    if len(run) < 3 or any(len(row.cells) != 2 for row in run):
        return False
    gutters = [(row.cells[0][1].right, row.cells[1][1].left) for row in run]
    if max(right for right, _ in gutters) > min(left for _, left in gutters):
        return False
    lengths = [cell.end - cell.start for row in run for _, cell in row.cells]
    return sum(lengths) / len(lengths) > _PROSE


def _share_columns(run: list[Row]) -> bool:
    """Whether most rows have a cell, not the first, that begins, ends or is centred where one of another row does."""
    edges = [[(c.left, c.right, (c.left + c.right) / 2) for _, c in row.cells[1:]] for row in run]
    aligned = 0
    for n, own in enumerate(edges):
        others = [edge for m, row in enumerate(edges) if m != n and abs(m - n) < 8 for edge in row]
        aligned += any(
            abs(a - b) < _ALIGNED for edge in own for other in others for a, b in zip(edge, other, strict=True)
        )
    return aligned >= max(2, 0.6 * len(run))
