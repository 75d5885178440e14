"""Tables of a PDF page: pieces of lines put into rows and columns, by rulings or by where they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loaders._pdf_lines import Cell, Line
from loaders._pdf_order import same_height
from loaders._pdf_rulings import Grid

_FULL = 0.6  # of a box's width: a line that is longer may go on in the next
_SHARED = 0.5  # of the lines in a row of boxes have a neighbour in another column where they are rows
_MOST = 0.8
_FEW = 0.25
_SOME = 0.15  # of a table's rows
_RULED_ROWS = 4  # so many rows of one line: rulings part the rows of this table, and a row of more lines is wrapped
_WRAPPED = 4
_ONE_BASE = 3.0  # points
_PROSE = 160  # characters: boxes that hold more on average frame text, they are no cells

Piece = tuple[Line, Cell]
"""Some of a line's text."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows one under the other; each has the same columns, a cell of which is made of pieces of lines, or of none."""

    rows: tuple[tuple[tuple[Piece, ...], ...], ...]


def holds(grid: Grid, line: Line) -> bool:
    """Whether a line stands within the rulings."""
    x, y = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    return grid.xs[0] <= x <= grid.xs[-1] and grid.ys[0] <= y <= grid.ys[-1]


def ruled_table(grid: Grid, lines: Sequence[Line]) -> Table | None:
    """What stands in the boxes of a grid; None where that is not a table: a frame around text, a drawing."""
    inside = [line for line in lines if holds(grid, line)]
    if any(line.vertical for line in inside):
        return None
    boxes: dict[tuple[int, int], list[Piece]] = {}
    for line in inside:
        row = bisect_right(grid.ys, (line.top + line.bottom) / 2)
        for cell in line.cells:
            column = bisect_right(grid.xs, (cell.left + cell.right) / 2)
            box = row, column
            while box in grid.joined:  # what stands in a cell of several rows is of the first, and repeated below
                box = box[0] - 1, column
            boxes.setdefault(box, []).append((line, cell))
    _to_first_columns(boxes, grid)
    rows, columns = sorted({row for row, _ in boxes}), sorted({column for _, column in boxes})
    characters = sum(cell.end - cell.start for pieces in boxes.values() for _, cell in pieces)
    if len(rows) < 2 or len(columns) < 2 or characters > _PROSE * len(boxes):
        return None
    table: list[tuple[tuple[Piece, ...], ...]] = []
    heights = [max(len(_lines(boxes.get((row, column), ()))) for column in columns) for row in rows]
    parted = heights.count(1) >= _RULED_ROWS and 2 * heights.count(1) > len(heights)
    for row, height in zip(rows, heights, strict=True):
        cells = [_in_order(boxes.get((row, column), [])) for column in columns]
        widths = [grid.xs[min(column, len(grid.xs) - 1)] - grid.xs[max(column - 1, 0)] for column in columns]
        above = table[-1] if table else tuple(cells)
        goes_on = [(row, column) in grid.joined for column in columns]
        found = [tuple(cells)] if parted and height <= _WRAPPED else _parted(cells, widths)
        table += [
            tuple(over if more and not own else own for own, over, more in zip(each, above, goes_on, strict=True))
            for each in found
        ]
    return Table(tuple(_with_all_columns(table)))


def _to_first_columns(boxes: dict[tuple[int, int], list[Piece]], grid: Grid) -> None:
    """What stands alone in a cell of several columns goes to the first of them, wherever in the cell it is drawn."""
    for row in {row for row, _ in grid.wide}:
        first = 1
        for column in range(2, len(grid.xs) + 1):
            if (row, column) in grid.wide:
                continue
            held = [at for at in range(first, column) if (row, at) in boxes]
            if len(held) == 1 and held[0] > first:
                boxes[row, first] = boxes.pop((row, held[0]))
            first = column


def _with_all_columns(table: Sequence[tuple[tuple[Piece, ...], ...]]) -> list[tuple[tuple[Piece, ...], ...]]:
    """The rows, where boxes hold several columns that no ruling parts with these columns apart."""
    spans: list[list[tuple[float, float]]] = []
    for column in zip(*table, strict=True):
        counts = Counter(len(pieces) for pieces in column if len(_lines(pieces)) == 1)
        count = max(counts, key=lambda n: (counts[n], n), default=1)
        model = [sorted(p[1].left for p in pieces) for pieces in column if len(pieces) == count]
        ends = [sorted(p[1].right for p in pieces) for pieces in column if len(pieces) == count]
        inner = [(min(m[n] for m in model), max(e[n] for e in ends)) for n in range(count)] if count > 1 else []
        apart = all(before[1] < after[0] for before, after in pairwise(inner))
        spans.append(inner if inner and apart and len(model) > 1 else [(0.0, 0.0)])
    return [
        tuple(cell for pieces, inner in zip(row, spans, strict=True) for cell in _spread(pieces, inner))
        for row in table
    ]


def _spread(pieces: Sequence[Piece], spans: Sequence[tuple[float, float]]) -> list[tuple[Piece, ...]]:
    columns: list[list[Piece]] = [[] for _ in spans]
    for piece in pieces:
        columns[_column(piece[1], spans)].append(piece)
    return [tuple(column) for column in columns]


def _parted(cells: Sequence[tuple[Piece, ...]], widths: Sequence[float]) -> list[tuple[tuple[Piece, ...], ...]]:
    """The rows in a row of boxes: several, where lines that do not fill their boxes stand side by side in them."""
    lines = [_lines(pieces) for pieces in cells]
    several = [n for n, column in enumerate(lines) if len(column) > 1]
    bases = sorted({base for column in lines for base in column})
    shared = sum(sum(base in column for column in lines) > 1 for base in bases)
    wrapped = sum(
        max(cell.right for _, cell in pieces) - min(cell.left for _, cell in pieces) > _FULL * widths[n]
        for n in several
        for pieces in list(lines[n].values())[:-1]
    )
    few = _FEW if shared < _MOST * len(bases) else _SHARED
    if len(several) < 2 or shared < _SHARED * len(bases) or wrapped > few * sum(len(lines[n]) - 1 for n in several):
        return [tuple(cells)]
    return [tuple(tuple(column.get(base, ())) for column in lines) for base in bases]


def _lines(pieces: Sequence[Piece]) -> dict[int, list[Piece]]:
    """A box's pieces by the height at which they stand."""
    lines: dict[int, list[Piece]] = {}
    for piece in pieces:
        base = round(piece[0].base / _ONE_BASE)
        lines.setdefault(base if base not in (b + 1 for b in lines) else base - 1, []).append(piece)
    return lines


def columned_table(rows: Sequence[Sequence[Piece]]) -> Table:
    """Rows whose cells stand under each other; a cell that a row lacks is an empty one."""
    counts = Counter(len(row) for row in rows)
    usual = max(counts, key=lambda count: (counts[count], count))
    # A header names every column, also those that few rows fill; so do rows that are full, if they are some.
    fuller = [n for n in counts if n > usual and (n == len(rows[0]) or counts[n] >= max(2, _SOME * len(rows)))]
    tried = [_spans([row for row in rows if len(row) == n]) for n in sorted(fuller, reverse=True)]
    apart = (spans for spans in tried if all(one[1] < two[0] for one, two in pairwise(spans)))
    spans = next(apart, _spans([row for row in rows if len(row) == usual]))
    return Table(tuple(tuple(_spread(_finer(row, len(spans)), spans)) for row in rows))


def _finer(row: Sequence[Piece], columns: int) -> Sequence[Piece]:
    """A row that lacks cells, cut at narrower gaps where it has all of them then."""
    lines = list(dict.fromkeys(line for line, _ in row))
    finer = [(line, cell) for line in lines for cell in line.finer or line.cells]
    return finer if len(row) < columns == len(finer) else row


def _spans(model: Sequence[Sequence[Piece]]) -> list[tuple[float, float]]:
    """Where the columns begin and end of rows that all have as many cells."""
    return [
        (min(cell.left for _, cell in column), max(cell.right for _, cell in column))
        for column in zip(*model, strict=True)
    ]


def _column(cell: Cell, spans: Sequence[tuple[float, float]]) -> int:
    """The column that a cell shares most with, or is nearest to."""

    def fit(n: int) -> tuple[float, float]:
        left, right = spans[n]
        shared = min(cell.right, right) - max(cell.left, left)
        return max(shared, 0.0), -abs((cell.left + cell.right) / 2 - (left + right) / 2)

    return max(range(len(spans)), key=fit)


def _in_order(pieces: list[Piece]) -> tuple[Piece, ...]:
    """From top to bottom, and from left to right on one line, on which a raised figure stands too."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece[0].base):
        if rows and same_height(rows[-1][0][0], piece[0]):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return tuple(piece for row in rows for piece in sorted(row, key=lambda piece: piece[1].left))
