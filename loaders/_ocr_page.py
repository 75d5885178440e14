"""A picture of a page becomes lines such as a PDF has them, in reading order, so that both are laid out alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from loaders import _ocr
from loaders._document import Block, Box
from loaders._pdf_lines import Cell, Line, PageLines
from loaders._pdf_order import same_height
from loaders._pdf_rulings import Grid, grids
from loaders._pulse import beat

if TYPE_CHECKING:
    from PIL import Image

_EM = 0.8  # of the height of a recognised line, which is drawn with some room around its letters
_SAME_SIZE = 1.3  # heights differ by so much with the letters of a line, not with its type
_COLUMN_LINES = 4  # the fewest that make a column
_COLUMN_GAP = 0.6  # times the type size: the least space between two columns
_CELL_GAP = 1.4  # times the type size: the least space between two cells, see `loaders._pdf_lines`
_PROSE = 24  # columns of text have longer lines than this on average, counted in narrow characters; tables do not
_CROSSING = 0.34  # of the lines may run across the space between two columns


@dataclass(frozen=True, slots=True)
class ScannedPage(PageLines):
    """Lines that were read in a picture; where it stood on its head they are where they are once it is turned."""

    upside_down: bool = False


def page_lines(image: Image.Image, number: int, points: float) -> ScannedPage:
    """What OCR reads in a picture of page `number`, whose pixels are `points` points wide.

    Raises LoadError where OCR is not available.
    """
    width, height = image.size
    found = _ocr.recognise(image)
    beat()
    typed = zip(found, _sizes(found), strict=True)
    lines = _in_order([_page_line(line, number, points, size) for line, size in typed])
    lines = [_in_cells(line) for line in _with_hyphens(lines)]
    upside_down = any(line.upside_down for line in found)
    ruled = () if upside_down else _grids(image, points)
    return ScannedPage(number, width * points, height * points, lines, ruled, upside_down)


def _grids(image: Image.Image, points: float) -> tuple[Grid, ...]:
    """The grids of ruled tables that are drawn in a picture, in points."""
    from loaders._picture_rulings import rulings

    upright, level = ([(at * points, low * points, high * points) for at, low, high in each] for each in rulings(image))
    return tuple(grids(upright, level))


def as_scanned(blocks: Iterable[Block], pages: Iterable[PageLines]) -> Iterator[Block]:
    """The blocks with their boxes where they stand in the pictures as they are, be they upside down."""
    turned = {page.number: page for page in pages if isinstance(page, ScannedPage) and page.upside_down}
    if not turned:
        yield from blocks
        return
    for block in blocks:
        boxes = tuple(_turned(box, turned[box.page]) if box.page in turned else box for box in block.location.boxes)
        yield replace(block, location=replace(block.location, boxes=boxes))


def _turned(box: Box, page: PageLines) -> Box:
    left, right = round(page.width - box.right, 1), round(page.width - box.left, 1)
    top, bottom = round(page.height - box.bottom, 1), round(page.height - box.top, 1)
    return box._replace(left=left, top=top, right=right, bottom=bottom)


def _page_line(line: _ocr.Line, number: int, points: float, size: float) -> Line:
    """The line in points; until lines are in order, its cells are its words."""
    left, top, right, bottom = (edge * points for edge in line.box)
    begin, end, base = (top, bottom, -right) if line.vertical else (left, right, bottom)
    words = tuple(Cell(word.start, word.end, word.left * points, word.right * points) for word in line.words)
    words = words or (Cell(0, len(line.text), left, right),)
    return Line(
        number, line.text, left, top, right, bottom, base, begin, end, size * points, False, line.vertical, False, words
    )


def _sizes(lines: Sequence[_ocr.Line]) -> list[float]:
    """The size of type in pixels of each line: lines about as high as the usual line of the page have the same."""
    heights = [min(line.box[3] - line.box[1], line.box[2] - line.box[0]) for line in lines]
    letters = sorted(height for height, line in zip(heights, lines, strict=True) for _ in line.text)
    usual = letters[len(letters) // 2] if letters else 0.0
    return [_EM * (usual if usual / _SAME_SIZE < height < usual * _SAME_SIZE else height) for height in heights]


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """From top to bottom, column by column; what runs across two columns parts what is above from what is below."""
    gutter = _gutter(lines)
    if gutter is None:
        return [line for row in _rows(lines) for line in row]
    lines = [piece for line in lines for piece in _split(line, gutter)]
    across = sorted((line for line in lines if _side(line, gutter) == 0), key=lambda line: line.top)
    ordered: list[Line] = []
    edges = [float("-inf"), *(line.top for line in across), float("inf")]
    for n, (top, bottom) in enumerate(pairwise(edges)):
        ordered += across[n - 1 : n] if n else []
        band = [line for line in lines if top <= line.top < bottom and line not in across]
        ordered += _in_order([line for line in band if _side(line, gutter) < 0])
        ordered += _in_order([line for line in band if _side(line, gutter) > 0])
    return ordered


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where from left to right the space between two columns of text is, in points; the one that parts most lines."""
    if 2 * sum(line.vertical for line in lines) > len(lines):
        return None
    best, found = 0, None
    for edge in sorted({line.right for line in lines}):
        left = [line for line in lines if _side(line, edge) < 0]
        right = [line for line in lines if _side(line, edge) > 0]
        parted = min(len(left), len(right))
        crossing = len(lines) - len(left) - len(right)
        if parted > best and crossing <= _CROSSING * len(lines) and _are_columns(left, right):
            best, found = parted, edge
    return found


def _side(line: Line, gutter: float) -> int:
    """-1 left of it, 1 right of it, 0 across it; a letter's width to either side counts for nothing."""
    return (line.left >= gutter - line.size) - (line.right <= gutter + line.size)


def _split(line: Line, gutter: float) -> list[Line]:
    """Two lines where the detector took neighbours in two columns for one: there is more than a space between them."""
    if _side(line, gutter) == 0:
        for n, (before, after) in enumerate(pairwise(line.cells), start=1):
            apart = after.left - before.right > _COLUMN_GAP * line.size
            if apart and before.right <= gutter + line.size and after.left >= gutter - line.size:
                return [_cut(line, line.cells[:n]), _cut(line, line.cells[n:])]
    return [line]


def _cut(line: Line, cells: Sequence[Cell]) -> Line:
    start, left, right = cells[0].start, cells[0].left, cells[-1].right
    moved = tuple(cell._replace(start=cell.start - start, end=cell.end - start) for cell in cells)
    text = line.text[start : cells[-1].end]
    return line._replace(text=text, left=left, right=right, begin=left, end=right, cells=moved)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """From top to bottom what stands side by side, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and same_height(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _are_columns(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether both are running text, side by side."""
    if min(len(left), len(right)) < _COLUMN_LINES:
        return False
    shared = min(left[-1].bottom, right[-1].bottom) - max(left[0].top, right[0].top)
    if shared < _COLUMN_LINES * left[0].size:
        return False
    return all(sum(map(_width, side)) > _PROSE * len(side) for side in (left, right))


def _width(line: Line) -> int:
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line.text)


def _with_hyphens(lines: Sequence[Line]) -> Iterator[Line]:
    """Words that are broken at the end of a line are marked as such."""
    for line, after in pairwise(lines):
        broken = line.text[-1] in "-\xad" and line.text[-2:-1].isalpha() and after.text[0].islower()
        if broken:
            text = line.text[:-1]
            yield line._replace(text=text, hyphen=True)
        else:
            yield line
    yield from lines[-1:]


def _in_cells(line: Line) -> Line:
    """The line with its words put together to cells, which begin and end with the line."""
    cells: list[Cell] = []
    for word in line.cells:
        if cells and word.left - cells[-1].right < _CELL_GAP * line.size:
            cells[-1] = cells[-1]._replace(end=word.end, right=word.right)
        else:
            cells.append(word)
    cells[0] = cells[0]._replace(start=0, left=line.left)
    cells[-1] = cells[-1]._replace(end=len(line.text), right=line.right)
    return line._replace(cells=tuple(cells))
