"""LaTeX sources: their text and structure; formulas stay as they are written."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a LaTeX document"
EXTENSIONS = {".tex": "application/x-tex", ".latex": "application/x-tex", ".ltx": "application/x-tex"}
BINARY = False

_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|%[^\n]*\n)*\\document(?:class|style)\b")


def recognises(data: bytes) -> bool:
    """A document class at the beginning."""
    return _START.match(data[:8192]) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists, tables, code, captions and footnotes, each with its line."""
    del name, password
    from loaders._latex_blocks import read

    return read(data)
