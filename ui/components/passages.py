"""Blocks of a document as HTML, with passages marked. Everything from the document is escaped here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby, pairwise

from rag.types import Block, Chunk

Mark = tuple[int, int, str]
"""Characters `start:end` of a block's text, and the class they are marked with: "passage" or "quote"."""

_LONGEST = 6000
_AROUND = 1500
_CELL = re.compile(r" \| ")
_COLUMN = re.compile(r":(?: |$)")
_Field = tuple[str, int, int]
"""A column's name, and the characters of its value in the row."""


def marks_of(chunk: Chunk, start: int, end: int) -> dict[int, list[Mark]]:
    """Where the chunk, and in it the quote `start:end`, stand in the document: marks by block number."""
    marks: dict[int, list[Mark]] = {}
    for span in chunk.spans:
        block = marks.setdefault(span.block, [])
        block.append((span.offset, span.offset + span.end - span.start, "passage"))
        shift = span.offset - span.start
        quoted = max(start, span.start) + shift, min(end, span.end) + shift
        if quoted[0] < quoted[1]:
            block.append((*quoted, "quote"))
    return marks


def blocks_html(blocks: Sequence[Block], marks: Mapping[int, Sequence[Mark]], first: int = 0) -> str:
    """The blocks, of which the first has the number `first`, as one piece of HTML; rows of a sheet as a table."""
    shown = []
    for sheet, group in groupby(enumerate(blocks, first), lambda numbered: _sheet_of(numbered[1])):
        if sheet is None:
            shown += [_block(block, marks.get(number, ())) for number, block in group]
        else:
            shown.append(_sheet([(block, marks.get(number, ())) for number, block in group]))
    return f'<div class="blocks">{"".join(shown)}</div>'


def _sheet_of(block: Block) -> str | None:
    """The sheet that a block is a row of, `column: value | column: value`; None for any other block."""
    row = block.kind == "table" and block.location.row is not None and "\n" not in block.text
    return block.location.sheet or "" if row and len(_fields(block.text)) > 1 else None


def _sheet(rows: Sequence[tuple[Block, Sequence[Mark]]]) -> str:
    """Rows under the names of their columns, with the numbers that the sheet counts them by."""
    values = [{name: (start, end) for name, start, end in _fields(block.text)} for block, _ in rows]
    columns = list(dict.fromkeys(name for row in values for name in row))
    lines = [f"<tr><td></td>{''.join(f'<th>{escape(name)}</th>' for name in columns)}</tr>"]
    for (block, marks), row in zip(rows, values, strict=True):
        cells = (_marked(block.text, *row[name], marks) if name in row else "" for name in columns)
        number = f'<th scope="row">{block.location.row}</th>'
        lines.append(f"<tr>{number}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    return f'<div class="table sheet" tabindex="0"><table>{"".join(lines)}</table></div>'


def _fields(row: str) -> list[_Field]:
    """The row's cells; a piece that names no column goes on with the cell before it."""
    fields: list[_Field] = []
    for start, end in _pieces(row, _CELL, 0, len(row)):
        named = _COLUMN.search(row, start, end)
        if named:
            fields.append((row[start : named.start()], named.end(), end))
        elif fields:
            name, begun, _ = fields.pop()
            fields.append((name, begun, end))
    return fields


def _block(block: Block, marks: Sequence[Mark]) -> str:
    start, end = _window(len(block.text), marks)
    cut = "<p>…</p>"
    body = _table(block.text, start, end, marks) if _is_table(block) else _tagged(block, start, end, marks)
    return f"{cut if start else ''}{body}{cut if end < len(block.text) else ''}"


def _is_table(block: Block) -> bool:
    return block.kind == "table" and "\n" in block.text


def _tagged(block: Block, start: int, end: int, marks: Sequence[Mark]) -> str:
    text = _marked(block.text, start, end, marks)
    if block.kind == "heading":
        return f'<p class="heading level-{min(max(block.level, 1), 4)}">{text}</p>'
    if block.kind == "code":
        name = f'<span class="language">{escape(block.language)}</span>' if block.language else ""
        return f"{name}<pre>{text}</pre>"
    return f'<p class="{block.kind}">{text}</p>'


def _table(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """The lines of `text[start:end]` as rows; the table's first line is its header."""
    rows = []
    for begin, stop in _pieces(text, re.compile("\n"), 0, len(text)):
        if begin == 0 or (stop > start and begin < end):
            tag = "td" if begin else "th"
            cells = (_marked(text, *cell, marks) for cell in _pieces(text, _CELL, begin, stop))
            rows.append(f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>")
    return f'<div class="table" tabindex="0"><table>{"".join(rows)}</table></div>'


def _pieces(text: str, separator: re.Pattern[str], start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of `text[start:end]` between the separators."""
    pieces = []
    for found in separator.finditer(text, start, end):
        pieces.append((start, found.start()))
        start = found.end()
    return [*pieces, (start, end)]


def _marked(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """`text[start:end]` escaped, its marked stretches wrapped; a quote lies over its passage."""
    edges = {start, end}.union(*({a, b} for a, b, _ in marks))
    cuts = sorted(edge for edge in edges if start <= edge <= end)
    return "".join(_stretch(text, a, b, marks) for a, b in pairwise(cuts))


def _stretch(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    covering = {name for a, b, name in marks if a <= start and end <= b}
    content = escape(text[start:end])
    if "quote" in covering:
        return f'<mark class="quote">{content}</mark>'
    return f'<span class="passage">{content}</span>' if covering else content


def _window(length: int, marks: Sequence[Mark]) -> tuple[int, int]:
    """What is shown of a block so long that the page would drown in it: the surroundings of its marks."""
    if length <= _LONGEST:
        return 0, length
    quotes = [mark for mark in marks if mark[2] == "quote"] or list(marks) or [(0, _AROUND, "")]
    return max(0, min(a for a, _, _ in quotes) - _AROUND), min(length, max(b for _, b, _ in quotes) + _AROUND)
