"""Word, PowerPoint and Excel files of 1997 to 2003 (.doc, .ppt, .xls), through LibreOffice where it is installed."""

from __future__ import annotations

from loaders._content import Content

NAME = "an Office 97-2003 document"
EXTENSIONS = {
    ".doc": "application/msword",
    ".dot": "application/msword",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pps": "application/vnd.ms-powerpoint",
    ".xls": "application/vnd.ms-excel",
    ".xlt": "application/vnd.ms-excel",
}
BINARY = True


def recognises(data: bytes) -> bool:
    """An OLE container with the stream of one of the three programs."""
    from loaders._legacy_conversion import target_of

    return target_of(data) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """What its successor's format gives. Raises UnsupportedFormat where LibreOffice is not installed."""
    from loaders._legacy_conversion import read

    return read(data, name, password)
