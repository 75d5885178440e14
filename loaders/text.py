"""Plain text: paragraphs between empty lines, in any encoding."""

from __future__ import annotations

from loaders._content import Content
from loaders._encoding import decode_whole
from loaders._paragraphs import paragraphs

NAME = "a plain text file"
EXTENSIONS = {".txt": "text/plain", ".text": "text/plain", ".log": "text/plain"}
BINARY = False


def recognises(data: bytes) -> bool:
    """Never: any text could be another format's."""
    del data
    return False


def load(data: bytes, name: str, password: str | None) -> Content:
    """Paragraphs with the number of their first line; lines that were only wrapped are joined."""
    del name, password
    text, encoding = decode_whole(data)
    return Content(list(paragraphs(text)), encoding=encoding)
