"""OpenDocument texts, presentations and spreadsheets (.odt, .odp, .ods), as zip containers or as one XML file."""

from __future__ import annotations

from loaders._content import Content
from loaders._sniffing import zip_names

NAME = "an OpenDocument file"
EXTENSIONS = {
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ott": "application/vnd.oasis.opendocument.text-template",
    ".fodt": "application/vnd.oasis.opendocument.text-flat-xml",
    ".fods": "application/vnd.oasis.opendocument.spreadsheet-flat-xml",
    ".fodp": "application/vnd.oasis.opendocument.presentation-flat-xml",
}
BINARY = True
_FLAT = b"urn:oasis:names:tc:opendocument:xmlns:office:1.0"


def recognises(data: bytes) -> bool:
    """A zip container with OpenDocument's content, or one XML document of its namespace."""
    flat = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and _FLAT in data[:4096]
    return flat or {"content.xml", "META-INF/manifest.xml"} <= zip_names(data)


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings, paragraphs, lists and tables in order, notes and comments after them; what was deleted is not read.

    Raises EncryptedDocument for one with a password.
    """
    del name, password
    from loaders._odf_blocks import read

    return read(data)
