"""Plain text becomes paragraphs: what stands between empty lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loaders._document import Block, Location
from loaders._text import joint

_MAX_LINES = 40  # of a paragraph whose lines stand for themselves, so that a location stays near
_MAX_WRAPPED = 400
_LIST_ITEM = re.compile(r"\s*([-*+•・●○■□◆◇]|\(?\d{1,3}[.)）．]|[①-⑳])\s*\S")


def paragraphs(text: str) -> Iterator[Block]:
    """Paragraphs with the number of their first line; lines that were only wrapped are joined."""
    for number, lines in _runs(text):
        wrapped = _is_wrapped(lines)
        size = _MAX_WRAPPED if wrapped else _MAX_LINES
        for start in range(0, len(lines), size):
            piece = lines[start : start + size]
            text, breaks = _joined(piece) if wrapped else ("\n".join(piece), ())
            yield Block("paragraph", text, location=Location(line=number + start, breaks=breaks))


def _runs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines with text, each with the number of its first line, from 1."""
    lines: list[str] = []
    number = 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n|\f", text), start=1):
        if line.strip():
            lines.append(line.strip())
        elif lines:
            yield number - len(lines), lines
            lines = []
    if lines:
        yield number - len(lines) + 1, lines


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the line breaks only keep lines short: all but the last are about as long as each other."""
    if len(lines) < 2 or any(_LIST_ITEM.match(line) for line in lines[1:]):
        return False
    longest = max(map(len, lines))
    wide = joint(lines[0], lines[1]) == ""
    return (20 if wide else 45) <= longest <= 200 and min(map(len, lines[:-1])) >= 0.6 * longest


def _joined(lines: list[str]) -> tuple[str, tuple[int, ...]]:
    """One text of all lines, and where in it each line but the first begins."""
    text, breaks = lines[0], list[int]()
    for line in lines[1:]:
        text += joint(text, line)
        breaks.append(len(text))
        text += line
    return text, tuple(breaks)
