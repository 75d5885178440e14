"""Mailboxes (.mbox, RFC 4155): every message in it, by threads."""

from __future__ import annotations

from loaders._content import Content

NAME = "a mailbox"
EXTENSIONS = {".mbox": "application/mbox", ".mbx": "application/mbox"}
BINARY = False


def recognises(data: bytes) -> bool:
    """Two "From " lines, each with a header line after it: with one it is a message."""
    from loaders._mime_header import is_mailbox

    return is_mailbox(data)


def load(data: bytes, name: str, password: str | None) -> Content:
    """A heading per thread, then its messages by date; attachments are members."""
    del name, password
    from loaders._mbox_threads import read

    return read(data)
