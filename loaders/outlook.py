"""Outlook messages (.msg): who wrote to whom, what, and what is attached."""

from __future__ import annotations

from loaders._content import Content

NAME = "an Outlook message"
EXTENSIONS = {".msg": "application/vnd.ms-outlook"}
BINARY = True

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0".encode("utf-16-le")


def recognises(data: bytes) -> bool:
    """A compound file whose directory has a message's properties."""
    return data.startswith(_OLE) and _PROPERTIES in data


def load(data: bytes, name: str, password: str | None) -> Content:
    """The subject as heading, sender, recipients and date, and the body; attachments are members."""
    del name, password
    from loaders._outlook_message import read

    return read(data)
