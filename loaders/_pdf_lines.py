"""Lines of text on a PDF page, with where they are drawn and in what type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from loaders._pdf_rulings import Grid


class Cell(NamedTuple):
    """A run of a line's text without a wide gap in it: characters `start:end`, drawn from `left` to `right`."""

    start: int
    end: int
    left: float
    right: float


class Line(NamedTuple):
    """A line as PDFium finds it, in points from the top left of the page as it is shown.

    `begin`, `end` (along the line) and `base` (growing from line to line) are the same for horizontal text, and
    turned for vertical writing, so that paragraphs are found in both alike. `hyphen`: it ends in a broken word.
    `text` has a NUL for each glyph that stands for no character. `finer` are the cells where narrower gaps part them
    too, as they may in a table; it is empty where these are the same. `item`: a dot is drawn before it.

    A tuple, as tens of thousands of them are made of a long file.
    """

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    begin: float
    end: float
    size: float
    bold: bool
    vertical: bool
    hyphen: bool
    cells: tuple[Cell, ...]
    finer: tuple[Cell, ...] = ()
    item: bool = False


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page's lines in the order of the file, and the page's size in points as it is shown."""

    number: int
    width: float
    height: float
    lines: list[Line]
    grids: tuple[Grid, ...] = ()


def leading(lines: Sequence[Line]) -> float:
    """The usual distance between the bases of neighbouring lines, in points; 0 where there are no neighbours."""
    steps: list[float] = []
    for line, after in pairwise(lines):
        size, step = line.size, after.base - line.base
        # A file may have the columns of vertical writing from left to right: the distance is the same.
        if 0.5 * size < (abs(step) if line.vertical else step) < 2.2 * size:
            steps.append(abs(step))
    return median(steps) if steps else 0.0
