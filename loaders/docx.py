"""Word documents (.docx): the body in its order, then headers, footers and notes."""

from __future__ import annotations

from loaders._content import Content
from loaders._sniffing import zip_names

NAME = "a Word document (.docx)"
EXTENSIONS = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".docm": "application/vnd.ms-word.document.macroenabled.12",
    ".dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
    ".dotm": "application/vnd.ms-word.template.macroenabled.12",
}
BINARY = True


def recognises(data: bytes) -> bool:
    """A zip container with Word's folder in it."""
    return any(name.startswith("word/") for name in zip_names(data))


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists, tables, charts and diagrams; footnotes, endnotes, comments, headers and footers as
    notes at the end.

    Tracked changes are read as accepted; the numbers of lists and headings stand before them, as Word shows them.
    """
    del name, password
    from loaders._docx_blocks import read
    from loaders._office_package import Package
    from loaders._office_parts import with_parts

    package = Package(data)
    return with_parts(read(package), package, "word")
