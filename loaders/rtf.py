"""Rich Text Format (.rtf)."""

from __future__ import annotations

from loaders._content import Content

NAME = "a Rich Text document (.rtf)"
EXTENSIONS = {".rtf": "application/rtf"}
BINARY = True


def recognises(data: bytes) -> bool:
    """Begins with the group of RTF."""
    return data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf")


def load(data: bytes, name: str, password: str | None) -> Content:
    """Headings (by outline level), paragraphs, lists and tables; footnotes and comments as notes at the end."""
    del name, password
    from loaders._rtf_text import Reader

    return Reader().read(data)
