"""The rulings of tables in a picture of a page: long, thin, dark lines that are upright or level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from loaders._pdf_rulings import Ruling

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

_DARK = 128  # of 255: ink, not the colour behind a table's head
_SHORTEST = 1 / 40  # of the picture's side: longer than strokes of letters
_THICKEST = 1 / 250
_MOST_RUNS = 20_000  # a photograph has more of them, and its dark areas are no rulings


def rulings(image: Image.Image) -> tuple[list[Ruling], list[Ruling]]:
    """Vertical and horizontal ones, in pixels from the top left. A picture that lies askew has none."""
    dark = np.asarray(image.convert("L")) < _DARK
    return list(_level(dark.T)), list(_level(dark))


def _level(dark: NDArray[np.bool_]) -> Iterator[Ruling]:
    """The lines along the rows: runs of dark pixels in neighbouring rows, of which there are few."""
    side = max(dark.shape)
    steps = np.diff(np.pad(dark, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, begins = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    long = ends - begins >= _SHORTEST * side
    if np.count_nonzero(long) > _MOST_RUNS:
        return
    strokes: list[list[int]] = []  # first row, last row, begin, end
    still_open: list[list[int]] = []
    for row, begin, end in zip(rows[long].tolist(), begins[long].tolist(), ends[long].tolist(), strict=True):
        still_open = [stroke for stroke in still_open if stroke[1] >= row - 1]
        touched = next((stroke for stroke in still_open if stroke[2] < end and begin < stroke[3]), None)
        if touched:
            touched[1:] = row, min(touched[2], begin), max(touched[3], end)
        else:
            still_open.append([row, row, begin, end])
            strokes.append(still_open[-1])
    for first, last, begin, end in strokes:
        if last - first < _THICKEST * side:
            yield (first + last + 1) / 2, float(begin), float(end)
