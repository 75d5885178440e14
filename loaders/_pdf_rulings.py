"""The lines that are drawn on a PDF page, and the grids of tables that they make."""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from statistics import median
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders import _pdfium_calls as quick

_THIN = 3.0  # points: a filled rectangle that is thinner is a ruling
_SHORTEST = 6.0
_NEAR = 2.5  # rulings that are nearer to each other are one
_LEAST_DRAWN = 0.3
_FRAMED = 0.9
_MOST_OBJECTS = 6000
_MOST_RULINGS = 1200
_MOST_SEGMENTS = 2000
_SIMPLE = 5  # segments: a line or a rectangle
_RECTANGLE = 3  # sides: the fourth may be left to be closed
_STRAIGHT = 0.5  # points by which an upright or level line slants at most
_DEEPEST = 8  # of forms inside forms
_WRAPPED = 2  # objects: the whole page is in forms; those of other pages are figures, whose lines make no tables

_SMALLEST_DOT, _LARGEST_DOT = 2.0, 8.0
_MOST_DOTS = 200
_ROUND = 13  # segments: a circle is of four curves
_LINE_TO = pdfium_c.FPDF_SEGMENT_LINETO

_Box = tuple[float, float, float, float]
Ruling = tuple[float, float, float]
"""A vertical or horizontal line: where it stands, and where it begins and ends."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's rulings in points from the top left of the page: `xs` part its columns, `ys` its rows.

    `joined` are the boxes, as (row, column) from 1, that no ruling parts from the one above: a cell of several rows.
    `wide` are those that none parts from the one at their left: a cell of several columns.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    joined: frozenset[tuple[int, int]] = frozenset()
    wide: frozenset[tuple[int, int]] = frozenset()


def rulings(page: pdfium.PdfPage) -> tuple[list[Ruling], list[Ruling], list[_Box]]:
    """Vertical and horizontal ones in the page's own space (from its bottom left), of paths and their rectangles.

    And the boxes of dots, as those that browsers draw before the items of lists.
    """
    vertical: list[Ruling] = []
    horizontal: list[Ruling] = []
    drawn = _Drawn()
    try:
        for left, bottom, right, top in drawn.on(page):
            if top - bottom <= _THIN and right - left >= _SHORTEST:
                horizontal.append(((bottom + top) / 2, left, right))
            elif right - left <= _THIN and top - bottom >= _SHORTEST:
                vertical.append(((left + right) / 2, bottom, top))
            elif right - left > _THIN and top - bottom > _THIN:
                vertical += [(left, bottom, top), (right, bottom, top)]
                horizontal += [(bottom, left, right), (top, left, right)]
            if len(vertical) + len(horizontal) > _MOST_RULINGS:
                return [], [], []
    except _TooManyError:
        return [], [], []
    return vertical, horizontal, drawn.dots


class _TooManyError(Exception):
    """A page has more objects than anybody draws for tables."""


class _Drawn:
    """The boxes (left, bottom, right, top) of the lines and rectangles on a page, those of its forms among them.

    What else is drawn, slanting lines and curves, parts no cells of a table.
    """

    def __init__(self) -> None:
        self.dots: list[_Box] = []
        self._left = _MOST_OBJECTS
        self._pointers, self._edges = quick.numbers(ctypes.c_float, 4)
        self._matrix_pointers, self._matrix = quick.numbers(ctypes.c_float, 6)

    def on(self, page: pdfium.PdfPage) -> Iterator[_Box]:
        """Each box. Raises _TooManyError."""
        return self._of(page.raw, pdfium_c.FPDFPage_CountObjects(page.raw), quick.page_object, 0)

    def _of(self, holder: Any, count: int, object_of: Callable[[Any, int], Any], depth: int) -> Iterator[_Box]:
        self._left -= count
        if self._left < 0 or depth > _DEEPEST:
            raise _TooManyError
        type_of, path, form = quick.object_type, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_FORM
        shortest = 0.0 if depth else _SHORTEST  # a form may be drawn larger than it is
        items = list(map(object_of, repeat(holder, count), range(count)))
        for item, kind in zip(items, map(type_of, items), strict=True):
            if kind == path:
                yield from self._in_path(item, shortest)
            elif kind == form and count <= _WRAPPED:
                yield from self._in_form(item, depth + 1)

    def _in_form(self, form: Any, depth: int) -> Iterator[_Box]:
        matrix = pdfium_c.FS_MATRIX()
        handle = ctypes.cast(form, pdfium_c.FPDF_PAGEOBJECT)
        count = pdfium_c.FPDFFormObj_CountObjects(handle)
        if count <= 0 or not pdfium_c.FPDFPageObj_GetMatrix(handle, matrix):
            return
        placing = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
        for left, bottom, right, top in self._of(form, count, quick.form_object, depth):
            one, other = _placed(placing, left, bottom), _placed(placing, right, top)
            yield min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])

    def _in_path(self, path: Any, shortest: float) -> Sequence[_Box]:
        """The box of a path that is one line or rectangle, or of each stroke of another one."""
        if not quick.object_bounds(path, *self._pointers):
            return ()
        left, bottom, right, top = self._edges()
        width, height = right - left, top - bottom
        if width < _LARGEST_DOT and _SMALLEST_DOT < height < _LARGEST_DOT and abs(width - height) < _STRAIGHT:
            if quick.count_segments(path) >= _ROUND and len(self.dots) < _MOST_DOTS:
                self.dots.append((left, bottom, right, top))
            return ()
        if width < shortest and height < shortest:
            return ()
        segments = quick.count_segments(path)
        if segments <= _SIMPLE and (width <= _THIN or height <= _THIN):
            return ((left, bottom, right, top),)
        if segments > _MOST_SEGMENTS or not quick.object_matrix(path, self._matrix_pointers[0]):
            return ()
        strokes = self._strokes(path, segments)
        is_box = len(strokes) >= _RECTANGLE and segments <= _SIMPLE
        return ((left, bottom, right, top),) if is_box else strokes

    def _strokes(self, path: Any, segments: int) -> list[_Box]:
        """The boxes of the upright and the level lines of a path; of one that begins otherwise there are none."""
        x, y = self._pointers[:2]
        (a, b, c, d, e, f), edges, found = self._matrix(), self._edges, list[_Box]()
        x0 = y0 = 0.0
        for index in range(segments):
            segment = quick.path_segment(path, index)
            quick.segment_point(segment, x, y)
            u, v, _, _ = edges()
            x1, y1 = a * u + c * v + e, b * u + d * v + f
            is_straight = index and (abs(x1 - x0) <= _STRAIGHT or abs(y1 - y0) <= _STRAIGHT)
            if is_straight and quick.segment_type(segment) == _LINE_TO:
                found.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
            if index == 1 and not found:
                break  # a drawing
            x0, y0 = x1, y1
        return found


def _placed(matrix: Sequence[float], x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def grids(vertical: Sequence[Ruling], horizontal: Sequence[Ruling]) -> list[Grid]:
    """Rulings that cross each other, with two columns and two rows at least; given from the top left of the page."""
    found: list[Grid] = []
    for verticals, horizontals in _connected(vertical, horizontal):
        xs, ys = _places(verticals), _places(horizontals)
        if len(xs) < 3 or len(ys) < 3 or min(_usual_step(xs), _usual_step(ys)) < _SHORTEST:
            continue
        if min(_drawn(xs, ys, verticals), _drawn(ys, xs, horizontals)) >= _LEAST_DRAWN:
            wide = frozenset(_wide(xs, ys, verticals, horizontals))
            found.append(Grid(xs, ys, frozenset(_joined(xs, ys, verticals, horizontals)), wide))
    return [grid for grid in found if not any(_inside(grid, other) for other in found if other is not grid)]


def _connected(vertical: Sequence[Ruling], horizontal: Sequence[Ruling]) -> Iterator[tuple[list[Ruling], list[Ruling]]]:
    """Groups in which each ruling meets another one."""
    owner = list(range(len(vertical) + len(horizontal)))

    def root(n: int) -> int:
        while owner[n] != n:
            owner[n] = owner[owner[n]]
            n = owner[n]
        return n

    by_height = sorted(enumerate(horizontal, len(vertical)), key=_height)
    for v, (x, low, high) in enumerate(vertical):
        first = bisect_left(by_height, low - _NEAR, key=_height)
        for h, (_, left, right) in by_height[first : bisect_right(by_height, high + _NEAR, key=_height)]:
            if left - _NEAR <= x <= right + _NEAR:
                owner[root(v)] = root(h)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for n, ruling in enumerate([*vertical, *horizontal]):
        groups.setdefault(root(n), ([], []))[n >= len(vertical)].append(ruling)
    yield from groups.values()


def _height(numbered: tuple[int, Ruling]) -> float:
    return numbered[1][0]


def _drawn(places: Sequence[float], across: Sequence[float], parallel: Sequence[Ruling]) -> float:
    """How much of the lines between columns, or rows, is drawn, 0 to 1.

    Little where a form has boxes but no columns, and where a diagram's axis has marks.
    """
    inner = ([ruling for ruling in parallel if abs(ruling[0] - place) <= _NEAR] for place in places[1:-1])
    return sum(_covered(rulings, across[0], across[-1]) for rulings in inner) / (len(places) - 2)


def _usual_step(places: Sequence[float]) -> float:
    """The median distance from one to the next: a drawing has many lines with no room for text between them."""
    return median(after - before for before, after in pairwise(places))


def _joined(
    xs: Sequence[float], ys: Sequence[float], verticals: Sequence[Ruling], horizontals: Sequence[Ruling]
) -> Iterator[tuple[int, int]]:
    """Boxes that have rulings at their sides and none above them."""
    beside = [[ruling for ruling in verticals if abs(ruling[0] - x) <= _NEAR] for x in xs]
    for row in range(1, len(ys) - 1):
        above = [ruling for ruling in horizontals if abs(ruling[0] - ys[row]) <= _NEAR]
        if _covered(above, xs[0], xs[-1]) >= _FRAMED:
            continue
        sides = [_covered(parallel, ys[row - 1], ys[row + 1]) for parallel in beside]
        for column in range(len(xs) - 1):
            framed = min(sides[column], sides[column + 1]) >= _FRAMED
            if framed and _covered(above, xs[column], xs[column + 1]) < _LEAST_DRAWN:
                yield row + 1, column + 1


def _wide(
    xs: Sequence[float], ys: Sequence[float], verticals: Sequence[Ruling], horizontals: Sequence[Ruling]
) -> Iterator[tuple[int, int]]:
    """Boxes that have rulings above and below them and none at their left."""
    along = [[ruling for ruling in horizontals if abs(ruling[0] - y) <= _NEAR] for y in ys]
    for column in range(1, len(xs) - 1):
        left = [ruling for ruling in verticals if abs(ruling[0] - xs[column]) <= _NEAR]
        if _covered(left, ys[0], ys[-1]) >= _FRAMED:
            continue
        for row in range(len(ys) - 1):
            framed = min(_covered(along[n], xs[column - 1], xs[column + 1]) for n in (row, row + 1)) >= _FRAMED
            if framed and _covered(left, ys[row], ys[row + 1]) < _LEAST_DRAWN:
                yield row + 1, column + 1


def _covered(parallel: Sequence[Ruling], begin: float, end: float) -> float:
    """How much of a stretch rulings along it cover, 0 to 1."""
    covered, until = 0.0, begin
    for _, low, high in sorted(parallel, key=lambda ruling: ruling[1]):
        covered += max(0.0, min(high, end) - max(low, until))
        until = max(until, high)
    return covered / (end - begin)


def _places(parallel: Sequence[Ruling]) -> tuple[float, ...]:
    """Where they stand, neighbours taken together."""
    places: list[float] = []
    for place in sorted(ruling[0] for ruling in parallel):
        if not places or place - places[-1] > _NEAR:
            places.append(place)
    return tuple(places)


def _inside(grid: Grid, other: Grid) -> bool:
    """Whether a grid is only a part of another one's cells."""
    across = other.xs[0] - 1 <= grid.xs[0] and grid.xs[-1] <= other.xs[-1] + 1
    return across and other.ys[0] - 1 <= grid.ys[0] and grid.ys[-1] <= other.ys[-1] + 1 and len(other.xs) > 2
