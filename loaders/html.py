"""HTML pages: their main content; navigation, scripts and forms left out."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "an HTML page"
EXTENSIONS = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml"}
BINARY = False

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html[\s>])", re.I | re.S
)


def recognises(data: bytes) -> bool:
    """A document type or an <html> at the beginning."""
    return _START.match(data[:4096]) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists, tables and code of the main content, with the source line each begins on."""
    del name, password
    from loaders._html_page import read

    return read(data)
