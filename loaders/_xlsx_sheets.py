"""The sheets of a workbook as blocks: tables found among the cells, each row with its column names."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from loaders._archives import check_archive
from loaders._content import Content
from loaders._document import Block, Location, Skipped
from loaders._errors import DocumentTooLarge
from loaders._number_format import shown

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_STREAMED_FROM = 8 << 20
"""Bytes of a sheet's XML from which it is read row by row, without what stands beside the cells (merges, comments)."""
_MAX_TEXT = 200_000_000
"""Characters of all cells together: the same long text may be referred to by any number of cells."""
_HEADER_SHARE = 0.6
_PROPERTIES = {"creator": "author", "subject": "subject", "keywords": "keywords", "description": "description"}
_NUMBER = re.compile(r"[-+(]?[$€¥£]?\s?\d[\d,. ]*%?\)?")

Row = tuple[int, list[str]]
"""A row's number and its cells as they are shown."""


def read(data: bytes) -> Content:
    """Every visible sheet: a heading with its name, then its tables and texts, comments as notes."""
    from openpyxl import load_workbook

    check_archive(data)
    streamed = _largest_sheet(data) >= _STREAMED_FROM
    workbook = load_workbook(io.BytesIO(data), read_only=streamed, data_only=True, keep_links=False)
    try:
        visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        blocks = list(_within_limit(block for sheet in visible for block in _sheet(sheet)))
        properties = workbook.properties
        metadata = {ours: str(getattr(properties, name) or "") for name, ours in _PROPERTIES.items()}
        return Content(blocks, properties.title or "", metadata, skipped=list(_skipped(workbook)))
    finally:
        workbook.close()


def _within_limit(blocks: Iterable[Block]) -> Iterator[Block]:
    size = 0
    for block in blocks:
        size += len(block.text)
        if size > _MAX_TEXT:
            hint = "Split it into smaller files, or save its sheets as CSV."
            raise DocumentTooLarge(f"Its cells have more than {_MAX_TEXT:,} characters.", hint)
        yield block


def _largest_sheet(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return max((i.file_size for i in archive.infolist() if i.filename.startswith("xl/worksheets/")), default=0)


def _skipped(workbook: Workbook) -> Iterator[Skipped]:
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            yield Skipped("hidden", sheet.title)
        if pictures := len(getattr(sheet, "_images", ())):
            yield Skipped("image", f"{sheet.title}: {pictures}")
        if charts := len(getattr(sheet, "_charts", ())):
            yield Skipped("chart", f"{sheet.title}: {charts}")
    for chart in workbook.chartsheets:
        yield Skipped("chart", chart.title)


def _sheet(sheet: Any) -> Iterator[Block]:
    blocks = (block for region in _regions(_rows(sheet)) for block in _region(sheet.title, region))
    for number, block in enumerate(blocks):
        if not number:
            yield Block("heading", sheet.title, 1, Location(sheet=sheet.title))
        yield block
    for row, text in _comments(sheet):
        yield Block("note", text, 0, Location(sheet=sheet.title, row=row))


def _rows(sheet: Any) -> Iterator[Row]:
    """The cells of each row as shown; a merged cell's text stands in each of its rows, in its first column."""
    merged = {
        (row, area.min_col): (area.min_row, area.min_col)
        for area in getattr(getattr(sheet, "merged_cells", None), "ranges", ())
        for row in range(area.min_row + 1, area.max_row + 1)
    }
    for number, cells in enumerate(sheet.iter_rows(), start=sheet.min_row or 1):
        texts = [shown(cell.value, getattr(cell, "number_format", "General")) for cell in cells]
        first = (sheet.min_column or 1) if merged else 1
        for column in range(first, first + len(texts)) if merged else ():
            if (number, column) in merged and not texts[column - first]:
                origin = sheet.cell(*merged[number, column])
                texts[column - first] = shown(origin.value, origin.number_format)
        yield number, texts


def _comments(sheet: Any) -> Iterator[tuple[int, str]]:
    if not hasattr(sheet, "legacy_drawing"):  # a streamed sheet has no comments
        return
    for cells in sheet.iter_rows():
        for cell in cells:
            if getattr(cell, "comment", None):
                yield cell.row, f"{cell.coordinate}: {' '.join(cell.comment.text.split())}"


def _regions(rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """Runs of rows that have something in them."""
    for filled, run in itertools.groupby(rows, key=lambda row: any(row[1])):
        if filled:
            yield run


def _region(sheet: str, rows: Iterator[Row]) -> Iterator[Block]:
    """Rows above the header are paragraphs; a run without a header gives its rows as they are."""
    sample = list(itertools.islice(rows, 30))
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
