"""The charts of Office files as tables: categories down, series across, values as the chart's cells show them.

Both kinds: DrawingML charts (ECMA-376 part 1, 21.2) and the newer ones ([MS-ODRAWXML] 2.24.3, "chartex").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml.etree import _Element

from loaders._document import Block
from loaders._number_format import shown
from loaders._office_package import tag, value
from loaders._text import cell, rows_text

_MAX_POINTS = 1000
_CATEGORIES = (tag("c:cat"), tag("c:xVal"))
_VALUES = (tag("c:val"), tag("c:yVal"))


class _Series(NamedTuple):
    """Its points by their index."""

    name: str
    categories: dict[int, str]
    values: dict[int, str]


def chart_blocks(chart: _Element) -> Iterator[Block]:
    """The titles of a chart and its axes as a caption, then its data; a table per set of categories."""
    titles = (_title(title) for title in chart.iter(tag("c:title"), tag("cx:title")))
    if caption := " – ".join(filter(None, titles)):
        yield Block("caption", caption)
    series = [*map(_series, chart.iter(tag("c:ser"))), *_extended(chart)]
    while series:
        categories = series[0].categories
        yield from _table([one for one in series if one.categories == categories])
        series = [one for one in series if one.categories != categories]


def _table(series: list[_Series]) -> Iterator[Block]:
    points = sorted({*series[0].categories, *(point for one in series for point in one.values)})
    rows = [["", *(one.name for one in series)]] if any(one.name for one in series) else []
    for point in points:
        rows.append([series[0].categories.get(point, ""), *(one.values.get(point, "") for one in series)])
    if text := rows_text(rows):
        yield Block("table", text)


def _title(title: _Element) -> str:
    texts = title.iter(tag("a:t"), tag("c:v"), tag("cx:v"))
    return cell("".join(text.text or "" for text in texts))


def _series(series: _Element) -> _Series:
    name = series.find(tag("c:tx"))
    texts = [] if name is None else [part.text or "" for part in name.iter(tag("c:v"))]
    return _Series(cell(" ".join(texts)), _points(series, _CATEGORIES), _points(series, _VALUES))


def _points(series: _Element, names: tuple[str, ...]) -> dict[int, str]:
    """The cached points; categories of several levels are joined, the outermost first."""
    source = next((child for child in series if child.tag in names), None)
    if source is None:
        return {}
    levels = list(source.iter(tag("c:lvl"))) or [source]
    found: dict[int, str] = {}
    for level in reversed(levels):
        own = _level(level)
        if len(levels) > 1 and level is not levels[0]:
            own = _carried(own, len(list(levels[0].iter(tag("c:pt")))))
        for index, text in own.items():
            found[index] = f"{found[index]} {text}" if index in found else text
    return found


def _carried(points: dict[int, str], count: int) -> dict[int, str]:
    """A category of an outer level stands for the points up to the next one."""
    carried: dict[int, str] = {}
    last = ""
    for index in range(min(count, _MAX_POINTS)):
        last = points.get(index, last)
        carried[index] = last
    return carried


def _level(level: _Element) -> dict[int, str]:
    code = next((code.text or "" for code in level.iter(tag("c:formatCode"))), "General")
    found: dict[int, str] = {}
    for point in level.iter(tag("c:pt")):
        index, text = point.get("idx", ""), point.find(tag("c:v"))
        if index.isdigit() and int(index) < _MAX_POINTS and text is not None:
            numeric = level.find(f".//{tag('c:numCache')}") is not None
            found[int(index)] = (
                _number(text.text or "", point.get("formatCode", code)) if numeric else cell(text.text or "")
            )
    return found


def _number(text: str, code: str) -> str:
    """A number in its format; a day, which the cache has as the number of Excel's calendar, as a date."""
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import from_excel

    try:
        number = float(text)
        return shown(from_excel(number) if is_date_format(code) else number, code)
    except (ValueError, OverflowError, TypeError):
        return cell(text)


def _extended(chart: _Element) -> Iterator[_Series]:
    """The series of a chart of the newer kind, which only refer to the data."""
    data = {one.get("id", ""): one for one in chart.iter(tag("cx:data"))}
    for series in chart.iter(tag("cx:series")):
        refers = series.find(tag("cx:dataId"))
        source = None if refers is None else data.get(refers.get("val", ""))
        if source is not None:
            name = series.find(tag("cx:tx"))
            texts = [] if name is None else [part.text or "" for part in name.iter(tag("cx:v"))]
            yield _Series(cell(" ".join(texts)), _dimension(source, "strDim"), _dimension(source, "numDim"))


def _dimension(data: _Element, name: str) -> dict[int, str]:
    dimension = data.find(tag(f"cx:{name}"))
    found: dict[int, str] = {}
    for level in [] if dimension is None else list(dimension.iter(tag("cx:lvl")))[::-1]:
        code = level.get("formatCode", "General")
        for point in level.iter(tag("cx:pt")):
            index, text = point.get("idx", ""), point.text or ""
            if index.isdigit() and int(index) < _MAX_POINTS:
                text = _number(text, code) if name == "numDim" else cell(text)
                found[int(index)] = f"{found[int(index)]} {text}" if int(index) in found else text
    return found


def chart_id(graphic: _Element) -> str:
    """The relation that a graphic's chart has; "" where it is none."""
    for chart in graphic.iter(tag("c:chart"), tag("cx:chart")):
        return value(chart, "r:id")
    return ""
