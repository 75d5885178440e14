"""PDF: text and geometry by PDFium, metadata, outline and repair by pypdf."""

from __future__ import annotations

from loaders._content import Content

NAME = "a PDF"
EXTENSIONS = {".pdf": "application/pdf"}
BINARY = True


def recognises(data: bytes) -> bool:
    """The header, which readers accept anywhere in the first 1024 bytes (ISO 32000-1, annex H, note 13)."""
    return b"%PDF-" in data[:1024]


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists and tables with their page, and a box for each line of text.

    Headers, footers and page numbers that return on three pages or more are left out.
    """
    del name
    from loaders._pdf_document import read

    return read(data, password)
