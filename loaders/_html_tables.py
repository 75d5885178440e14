"""HTML tables: which hold data, and their rows with spans laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml.etree import iterwalk

from loaders._text import cell, rows_text

_CELLS = ("td", "th")
_MAX_SPAN = 100  # browsers allow 1000 columns and 65534 rows; more than this is a mistake or an attack
_MAX_CELLS = 500_000
_MAX_HEADER = 40
_LINE = re.compile(r"border(-\w+)?:[^;]*\b(solid|double|dashed|dotted|ridge|groove|inset|outset)")
_BLOCKS = ".//table | .//h1 | .//h2 | .//h3 | .//ul/li[6] | .//p[4] | .//form"


def is_data_table(table: Any) -> bool:
    """Whether a table holds rows of values, and does not only place parts of the page."""
    if table.get("role") == "presentation" or table.xpath(".//td//table | .//th//table"):
        return False
    rows = list(_rows(table))
    widest = max((len(_cells(row)) for row in rows), default=0)
    if widest < 2:
        return False
    if table.xpath(".//th | .//caption") or not table.xpath(_BLOCKS):
        return True
    return _has_lines(table) or _has_header(rows)


def _has_lines(table: Any) -> bool:
    """Whether lines are drawn between the cells: a table that only places parts of a page has none."""
    border = (table.get("border") or "").strip()
    return bool(re.match(r"[1-9]", border) or _LINE.search(table.get("style") or ""))


def _has_header(rows: Sequence[Any]) -> bool:
    """Whether all rows have as many cells as the first, and that one has a short text in each."""
    first = [cell("".join(_texts(element))) for element in _cells(rows[0])]
    regular = len(rows) > 2 and all(len(_cells(row)) == len(first) for row in rows)
    return regular and all(0 < len(text) <= _MAX_HEADER for text in first) and len(set(first)) == len(first)


def table_text(table: Any) -> str:
    """Rows as Block.text has them: a cell that spans rows is repeated in each, one that spans columns stands once."""
    grid: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # column: rows still covered from above, with this text
    total = 0
    for row in _rows(table):
        line: list[str] = []
        for element in _cells(row):
            _fill_from_above(line, below)
            text = cell("".join(_texts(element)))
            height = _span(element, "rowspan")
            for n in range(_span(element, "colspan")):
                if height > 1:
                    below[len(line)] = (height - 1, text if n == 0 else "")
                line.append(text if n == 0 else "")
        _fill_from_above(line, below)
        grid.append(line)
        total += len(line)
        if total > _MAX_CELLS:
            break
    return rows_text(grid)


def _fill_from_above(line: list[str], below: dict[int, tuple[int, str]]) -> None:
    while len(line) in below:
        height, text = below.pop(len(line))
        if height > 1:
            below[len(line)] = (height - 1, text)
            line.append(text)
            continue
        line.append(text)


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.iterfind("tr")


def _cells(row: Any) -> list[Any]:
    return [child for child in row if child.tag in _CELLS]


def _span(element: Any, name: str) -> int:
    value = (element.get(name) or "1").strip()
    return max(1, min(int(value), _MAX_SPAN)) if value.isdecimal() else 1


def _texts(element: Any) -> Iterator[str]:
    """Text with a space where a line or a block begins; scripts, styles and readings left out."""
    for event, part in iterwalk(element, events=("start", "end")):
        if event == "start":
            if part.tag in ("br", "p", "div", "li"):
                yield " "
            if part.tag not in ("script", "style", "rt", "rp"):
                yield part.text or ""
        elif part is not element:
            yield part.tail or ""
