"""Word documents (.docx): the body in its order, then headers, footers and notes."""

from __future__ import annotations

from loaders._archives import check_archive
from loaders._content import Content
from loaders._sniffing import zip_names

NAME = "a Word document (.docx)"
EXTENSIONS = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".docm": "application/vnd.ms-word.document.macroenabled.12",
    ".dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
}
BINARY = True


def recognises(data: bytes) -> bool:
    """A zip container with Word's folder in it."""
    return any(name.startswith("word/") for name in zip_names(data))


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists and tables; headers, footers, footnotes, endnotes and comments as notes at the end.

    Tracked changes are read as accepted.
    """
    del name, password
    check_archive(data)
    from loaders._docx_blocks import read
    from loaders._office_parts import with_parts

    return with_parts(read(data), data, "word")
