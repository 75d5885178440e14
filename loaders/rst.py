"""reStructuredText, with Sphinx's roles and directives by what they show."""

from __future__ import annotations

from loaders._content import Content

NAME = "a reStructuredText document"
EXTENSIONS = {".rst": "text/x-rst", ".rest": "text/x-rst"}
BINARY = False


def recognises(data: bytes) -> bool:
    """Never: any text could be it."""
    del data
    return False


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists, tables, code and notes, each with its line where docutils knows it."""
    del name, password
    from loaders._rst_blocks import read

    return read(data)
