"""Tables among the cells of a sheet: each row becomes a block that keeps its column names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from loaders._document import Block, Location
from loaders._errors import DocumentTooLarge

_MAX_TEXT = 200_000_000
"""Characters of all cells together: the same long text may be referred to by any number of cells."""
_HEADER_SHARE = 0.6
_SAMPLE_ROWS = 30
_NUMBER = re.compile(r"[-+(]?[$€¥£]?\s?\d[\d,. ]*%?\)?")


Row = tuple[int, list[str]]
"""A row's number and its cells as they are shown."""


def within_limit(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, as long as they are not too large together; raises DocumentTooLarge."""
    size = 0
    for block in blocks:
        size += len(block.text)
        if size > _MAX_TEXT:
            hint = "Split it into smaller files, or save its sheets as CSV."
            raise DocumentTooLarge(f"Its cells have more than {_MAX_TEXT:,} characters.", hint)
        yield block


def sheet_blocks(name: str, rows: Iterator[Row]) -> Iterator[Block]:
    """A heading with the sheet's name, then its tables and texts; nothing where all cells are empty."""
    blocks = (block for region in _regions(rows) for block in _region(name, region))
    for number, block in enumerate(blocks):
        if not number:
            yield Block("heading", name, 1, Location(sheet=name))
        yield block


def _regions(rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """Runs of rows that have something in them."""
    for filled, run in itertools.groupby(rows, key=lambda row: any(row[1])):
        if filled:
            yield run


def _region(sheet: str, rows: Iterator[Row]) -> Iterator[Block]:
    """Rows above the header are paragraphs; a run without a header gives its rows as they are."""
    sample = list(itertools.islice(rows, _SAMPLE_ROWS))
    header = _header(sample)
    columns = _columns(sample[: header + 1]) if header is not None else []
    for index, (number, cells) in enumerate(itertools.chain(sample, rows)):
        location = Location(sheet=sheet, row=number)
        if header is not None and index == header and len(sample) > header + 1:
            continue
        if header is None or index <= header:
            kind = "table" if len(list(filter(None, cells))) > 1 else "paragraph"
            yield Block(kind, " | ".join(filter(None, cells)), 0, location)
        elif text := _record(columns, cells):
            yield Block("table", text, 0, location)


def _header(sample: Sequence[Row]) -> int | None:
    """The index of the first row that names columns: as wide as the table, all words, and something below it."""
    width = max(sum(map(bool, cells)) for _, cells in sample)
    if width < 2 or len(sample) < 2:
        return None
    for index, (_, cells) in enumerate(sample[:-1]):
        filled = [cell for cell in cells if cell]
        if len(filled) < max(2, _HEADER_SHARE * width):
            continue
        words = [cell for cell in filled if not _NUMBER.fullmatch(cell)]
        return index if len(words) >= _HEADER_SHARE * len(filled) else None
    return None


def _columns(rows: Sequence[Row]) -> list[str]:
    return [" ".join(cell.split()) for cell in rows[-1][1]]


def _record(columns: Sequence[str], cells: Sequence[str]) -> str:
    pairs = itertools.zip_longest(columns, cells, fillvalue="")
    return " | ".join(f"{column}: {value}" if column else value for column, value in pairs if value)
