"""The sheets of a workbook as blocks: tables found among the cells, each row with its column names."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from loaders._archives import check_archive
from loaders._content import Content
from loaders._document import Block, Location, Skipped
from loaders._number_format import shown
from loaders._sheet_tables import Row, sheet_blocks, within_limit

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_STREAMED_FROM = 8 << 20
"""Bytes of a sheet's XML from which it is read row by row, without what stands beside the cells (merges, comments)."""
# Dates that are built in by number and differ by country (ECMA-376 part 1, 18.8.30): Japan's, its eras left out.
_DAY = 'yyyy"年"m"月"d"日"'
_JAPANESE_FORMATS = {
    **dict.fromkeys((28, 29, 31, 51, 54, 58), _DAY),
    **dict.fromkeys((27, 36, 50, 57), "yyyy.m.d"),
    **dict.fromkeys((34, 52, 55), 'yyyy"年"m"月"'),
    **dict.fromkeys((35, 53, 56), 'm"月"d"日"'),
    30: "m/d/yy",
    32: 'h"時"mm"分"',
    33: 'h"時"mm"分"ss"秒"',
}
_NO_VALUE = re.compile(rb"(?:</f>|<f/>|<f [^<>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_PROPERTIES = {"creator": "author", "subject": "subject", "keywords": "keywords", "description": "description"}


def read(data: bytes) -> Content:
    """Every visible sheet: a heading with its name, then its tables and texts, comments as notes."""
    from openpyxl import load_workbook

    check_archive(data)
    streamed = _largest_sheet(data) >= _STREAMED_FROM
    workbook = load_workbook(io.BytesIO(data), read_only=streamed, data_only=True, keep_links=False)
    try:
        visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        blocks = list(within_limit(block for sheet in visible for block in _sheet(sheet)))
        properties = workbook.properties
        metadata = {ours: str(getattr(properties, name) or "") for name, ours in _PROPERTIES.items()}
        skipped = [*_skipped(workbook), *([] if streamed else _uncomputed(data))]
        return Content(blocks, properties.title or "", metadata, skipped=skipped)
    finally:
        workbook.close()


def _largest_sheet(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return max((i.file_size for i in archive.infolist() if i.filename.startswith("xl/worksheets/")), default=0)


def _uncomputed(data: bytes) -> Iterator[Skipped]:
    """Formulas without their last value, as programs that compute nothing write them: there is nothing to show."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        count = sum(len(_NO_VALUE.findall(archive.read(name))) for name in sheets)
    if count:
        yield Skipped("uncomputed", str(count))


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
    yield from sheet_blocks(sheet.title, _rows(sheet))
    for row, text in _comments(sheet):
        yield Block("note", text, 0, Location(sheet=sheet.title, row=row))


def _rows(sheet: Any) -> Iterator[Row]:
    """The cells of each row as shown; a merged cell's text stands in each of its rows, in its first column.

    Only cells that are there are gone through, and one empty row stands for all between two others: a single text in
    the last row of a sheet would else make millions of them.
    """
    if not hasattr(sheet, "_cells"):
        sheet.reset_dimensions()  # each row is as wide as it is, not as the file says
        yield from ((number, [_text(cell) for cell in cells]) for number, cells in enumerate(sheet.iter_rows(), 1))
        return
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):
        if text := _text(cell):
            rows.setdefault(row, {})[column] = text
    last = max(rows, default=0)
    for area in sheet.merged_cells.ranges:
        if text := rows.get(area.min_row, {}).get(area.min_col):
            for row in range(area.min_row + 1, min(area.max_row, last) + 1):
                rows.setdefault(row, {}).setdefault(area.min_col, text)
    for number in sorted(rows):
        if number - 1 not in rows:
            yield number - 1, []
        yield number, [rows[number].get(column, "") for column in range(1, max(rows[number]) + 1)]


def _text(cell: Any) -> str:
    if cell.value is None:
        return ""
    style = getattr(cell, "style_array", None) or getattr(cell, "_style", None)
    japanese = _JAPANESE_FORMATS.get(style.numFmtId) if style is not None else None
    if japanese and isinstance(cell.value, int | float):
        from openpyxl.utils.datetime import from_excel

        return shown(from_excel(cell.value), japanese)
    return shown(cell.value, cell.number_format)


def _comments(sheet: Any) -> Iterator[tuple[int, str]]:
    if not hasattr(sheet, "legacy_drawing"):  # a streamed sheet has no comments
        return
    for (row, _), cell in sorted(sheet._cells.items()):
        if getattr(cell, "comment", None):
            yield row, f"{cell.coordinate}: {' '.join(cell.comment.text.split())}"
