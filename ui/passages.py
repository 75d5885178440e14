"""Blocks of a document as HTML, with passages marked. Everything from the document is escaped here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from rag.types import Block, Chunk

Mark = tuple[int, int, str]
"""Characters `start:end` of a block's text, and the class they are marked with: "passage" or "quote"."""

_LONGEST = 6000
_AROUND = 1500
_CELL = re.compile(r" \| ")


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
    """The blocks, of which the first has the number `first`, as one piece of HTML."""
    shown = (_block(block, marks.get(number, ())) for number, block in enumerate(blocks, first))
    return f'<div class="blocks">{"".join(shown)}</div>'


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
        return f"<pre>{text}</pre>"
    return f'<p class="{block.kind}">{text}</p>'


def _table(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """The lines of `text[start:end]` as rows; the table's first line is its header."""
    rows = []
    for begin, stop in _pieces(text, re.compile("\n"), 0, len(text)):
        if begin == 0 or (stop > start and begin < end):
            tag = "td" if begin else "th"
            cells = (_marked(text, *cell, marks) for cell in _pieces(text, _CELL, begin, stop))
            rows.append(f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>")
    return f'<div class="table"><table>{"".join(rows)}</table></div>'


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
