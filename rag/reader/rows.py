"""A row of a table in words: what a reader sees by looking up at the header, said beside each value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from rag.reader.labels import CELLS
from rag.types import AnswerSpan

_BETWEEN = re.compile(r"(?:^| )\|(?= |$)")


def says_columns(row: str) -> bool:
    """Whether each cell names its column, as the rows of a CSV do: "column: value | column: value"."""
    return all(": " in cell for cell in row.split(CELLS))


def header_of(text: str, start: int, end: int) -> str:
    """The header row above a table's row, which says what its cells are; "" for any other sentence."""
    row = text[start:end]
    if CELLS not in row or says_columns(row):
        return ""
    header = ""
    for line in reversed(text[:start].splitlines()):
        if CELLS not in line or says_columns(line):
            break
        header = line
    return header


def in_words(row: str, header: str, span: AnswerSpan | None = None) -> tuple[str, AnswerSpan | None]:
    """The row as "column: value | column: value", empty cells left out, and where the span is in that.

    Of two columns the first says what the second is; a cell without a column's name stands alone. Text that is no row
    (it has no header and no empty cell), or names its columns already, is given back as it is.
    """
    cells = _cells(row)
    if len(cells) == 1 or says_columns(row) or not (header or any(start == end for start, end in cells)):
        return row, span
    names = [header[start:end] for start, end in _cells(header)]
    if len(cells) == 2:
        return _joined(row, cells, ["", ""], ": ", span)
    return _joined(row, cells, names, CELLS, span)


def _joined(
    row: str, cells: Sequence[tuple[int, int]], names: Sequence[str], between: str, span: AnswerSpan | None
) -> tuple[str, AnswerSpan | None]:
    text, moved = "", None
    for name, cell in zip_longest(names, cells, fillvalue=None):
        if cell is None or cell[0] == cell[1]:
            continue
        start, end = cell
        text += (between if text else "") + (f"{name}: " if name else "")
        if span and start <= span.start and span.end <= end:
            moved = AnswerSpan(span.start - start + len(text), span.end - start + len(text))
        text += row[start:end]
    return text, moved


def _cells(row: str) -> list[tuple[int, int]]:
    """Where each cell's text stands, without the white space around it."""
    cells: list[tuple[int, int]] = []
    begin = 0
    for edge in [*(found.span() for found in _BETWEEN.finditer(row)), (len(row), len(row))]:
        piece = row[begin : edge[0]]
        start = begin + len(piece) - len(piece.lstrip())
        cells.append((start, max(start, begin + len(piece.rstrip()))))
        begin = edge[1]
    return cells
