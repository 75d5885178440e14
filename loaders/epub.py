"""EPUB books: their chapters in the order of reading."""

from __future__ import annotations

from loaders._content import Content

NAME = "an EPUB book"
EXTENSIONS = {".epub": "application/epub+zip"}
BINARY = True


def recognises(data: bytes) -> bool:
    """A zip container that says which file describes the book."""
    from loaders._zip_members import names_in

    return "META-INF/container.xml" in names_in(data)


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists, tables and captions of every chapter.

    Raises EncryptedDocument for a book with copy protection.
    """
    del name, password
    from loaders._epub_book import read

    return read(data)
