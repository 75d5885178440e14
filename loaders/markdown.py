"""Markdown: CommonMark with tables and front matter."""

from __future__ import annotations

from loaders._content import Content

NAME = "a Markdown document"
EXTENSIONS = {".md": "text/markdown", ".markdown": "text/markdown", ".mdx": "text/markdown"}
BINARY = False


def recognises(data: bytes) -> bool:
    """Never: any text is Markdown."""
    del data
    return False


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists, tables and code, each with the line it begins on."""
    del name, password
    from loaders._markdown_blocks import read

    return read(data)
