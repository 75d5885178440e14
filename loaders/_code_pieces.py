"""Source code is cut before lines that begin something: at the left margin, after an empty line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename, guess_lexer
from pygments.util import ClassNotFound

from loaders._content import Content
from loaders._document import Block, Location
from loaders._encoding import decode_whole

_MAX_LINES = 60
_LEAST_LINES = 8
_CONTINUES = re.compile(r"[\s)}\]]|end\b|else\b|elif\b|except\b|finally\b|catch\b|\*/")


def read(data: bytes, name: str) -> Content:
    """The pieces, and the language by the file's name or its first line."""
    text, encoding = decode_whole(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lexer = _lexer(name, text)
    language = lexer.aliases[0] if lexer and lexer.aliases else ""
    metadata = {"language": lexer.name if lexer else ""}
    return Content([replace(block, language=language) for block in _pieces(text)], metadata=metadata, encoding=encoding)


def _lexer(name: str, text: str) -> Lexer | None:
    try:
        return get_lexer_for_filename(name, text[:2000])
    except ClassNotFound:
        return guess_lexer(text[:2000]) if text.startswith("#!") else None


def _pieces(text: str) -> Iterator[Block]:
    lines = text.split("\n")
    start = 0
    for n in range(1, len(lines) + 1):
        size = n - start
        begins = n < len(lines) and not lines[n - 1].strip() and lines[n].strip() and not _CONTINUES.match(lines[n])
        if n == len(lines) or size >= _MAX_LINES or (begins and size >= _LEAST_LINES):
            yield from _piece(lines, start, n)
            start = n


def _piece(lines: list[str], start: int, end: int) -> Iterator[Block]:
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    if start < end:
        yield Block("code", "\n".join(lines[start:end]), 0, Location(line=start + 1))
