"""AsciiDoc, as Asciidoctor reads it."""

from __future__ import annotations

from loaders._content import Content

NAME = "an AsciiDoc document"
EXTENSIONS = {".adoc": "text/x-asciidoc", ".asciidoc": "text/x-asciidoc"}
BINARY = False


def recognises(data: bytes) -> bool:
    """Never: any text could be it."""
    del data
    return False


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists, tables, code and captions with their line; no file is included."""
    del name, password
    from loaders._asciidoc_blocks import read

    return read(data)
