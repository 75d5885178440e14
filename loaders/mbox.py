"""Mailboxes (.mbox, RFC 4155): every message in it, by threads."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a mailbox"
EXTENSIONS = {".mbox": "application/mbox", ".mbx": "application/mbox"}
BINARY = False

_START = re.compile(rb"(?:^|(?<=\n))From [^\r\n]*\r?\n[!-9;-~]+:")


def recognises(data: bytes) -> bool:
    """Two "From " lines, each with a header line after it: with one it is a message."""
    return _START.match(data) is not None and _START.search(data, 6) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """A heading per thread, then its messages by date; attachments are members."""
    del name, password
    from loaders._mbox_threads import read

    return read(data)
