"""Org mode: Emacs' notes, with their headings, lists, tables and code."""

from __future__ import annotations

from loaders._content import Content

NAME = "an Org file"
EXTENSIONS = {".org": "text/x-org"}
BINARY = False


def recognises(data: bytes) -> bool:
    """Never: any text could be it."""
    del data
    return False


def load(data: bytes, name: str, password: str | None) -> Content:
    """Blocks with their line; drawers, comments and settings are not text, and title and author are metadata."""
    del name, password
    from loaders._org_blocks import read

    return read(data)
