"""A Word table as a grid of texts, and the tables inside its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml.etree import _Element

from loaders._docx_text import paragraph_text, walk
from loaders._office_package import tag, value
from loaders._text import cell

_PARAGRAPH, _TABLE, _ROW, _CELL = tag("w:p"), tag("w:tbl"), tag("w:tr"), tag("w:tc")
_MAX_SPAN = 64
_MAX_INNER = 100  # characters of a table inside a cell

Text = Callable[[_Element], str]
"""What a paragraph says, its number with it; asked once for each, in order."""


def cells(table: _Element) -> list[_Element]:
    """The cells of a table, those of tables inside it left out."""
    return [entry for row in _rows(table) for entry in _children(row, _CELL)]


def inner_tables(table: _Element) -> Iterator[_Element]:
    """The tables in a table's cells, in order, those inside them left out."""
    for entry in cells(table):
        yield from (child for child in walk(entry, frozenset([_TABLE])) if child.tag == _TABLE)


def grid(table: _Element, text_of: Text) -> list[list[str]]:
    """Cell texts by column: a cell merged downwards is repeated in each row, one merged sideways stands once."""
    rows: list[list[str]] = []
    above: list[str] = []
    for row in _rows(table):
        current = [""] * _count(row.find(tag("w:trPr")), "w:gridBefore", 0)
        for entry in _children(row, _CELL):
            properties = entry.find(tag("w:tcPr"))
            if properties is not None and properties.find(tag("w:cellDel")) is not None:
                continue
            text = _cell_text(entry, text_of)
            if _goes_on(properties) and len(current) < len(above):
                text = text or above[len(current)]
            current.append(text)
            current.extend([""] * (_count(properties, "w:gridSpan", 1) - 1))
        rows.append(current)
        above = current
    return rows


def _goes_on(properties: _Element | None) -> bool:
    """Whether a cell continues the one above it."""
    merged = None if properties is None else properties.find(tag("w:vMerge"))
    return merged is not None and merged.get(tag("w:val"), "continue") == "continue"


def _count(properties: _Element | None, name: str, default: int) -> int:
    stated = "" if properties is None else value(properties.find(tag(name)))
    return min(int(stated), _MAX_SPAN) if stated.isdecimal() and len(stated) < 6 else default


def _cell_text(entry: _Element, text_of: Text) -> str:
    """All text of a cell on one line; of tables inside it only what is short, so that the row can be read."""
    texts: list[str] = []
    for child in walk(entry, frozenset([_TABLE])):
        if child.tag == _PARAGRAPH:
            texts.append(cell(text_of(child)))
        elif child.tag == _TABLE:
            inner = cell(" ".join(paragraph_text(p) for p in walk(child) if p.tag == _PARAGRAPH))
            texts.append(inner if len(inner) <= _MAX_INNER else "")
    return " ".join(text for text in texts if text)


def _rows(table: _Element) -> Iterator[_Element]:
    """The rows, without those that a tracked change deletes."""
    for row in _children(table, _ROW):
        if row.find(f"{tag('w:trPr')}/{tag('w:del')}") is None:
            yield row


def _children(element: _Element, name: str) -> Iterator[_Element]:
    """The rows of a table or the cells of a row, also those inside content controls, but not of a table within."""
    for child in walk(element, frozenset([name, _TABLE])):
        if child.tag == name:
            yield child
