"""The header lines of MIME messages, by which mail and saved web pages are known. Cheap: every file is asked."""

from __future__ import annotations

import codecs
import re

from loaders._encoding import as_utf8, detect_encoding
from loaders._errors import DamagedDocument

_HEADER_LINE = re.compile(rb"[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
_MAILBOX_LINE = re.compile(rb"From [^\r\n]*\r?\n")
_MESSAGE_IN_MAILBOX = re.compile(rb"(?:^|(?<=\n))From [^\r\n]*\r?\n[!-9;-~]+:")
_SURE = re.compile(rb"^(?:message-id|mime-version|received|return-path|delivered-to):", re.I | re.M)
_USUAL = re.compile(rb"^(?:from|to|subject|date|content-type):", re.I | re.M)
_ARCHIVE = re.compile(
    rb"^(?:snapshot-content-location:|from:\s*<?saved by|content-type:\s*multipart/related)", re.I | re.M
)


def header_of(data: bytes) -> bytes:
    """The header lines at the beginning, b"" where there are none."""
    try:
        head = as_bytes(data[: 1 << 16])
    except DamagedDocument:  # binary data that only begins as UTF-16 may
        return b""
    start = _MAILBOX_LINE.match(head)
    position = start.end() if start else 0
    while match := _HEADER_LINE.match(head, position):
        position = match.end()
    return head[:position] if head[position : position + 1] in (b"\r", b"\n", b"") else b""


def as_bytes(data: bytes) -> bytes:
    """A message as its bytes are sent: saved as UTF-16 or UTF-32, or with a byte order mark, it is no message."""
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]
    return as_utf8(data, detect_encoding(data)) if marked else data


def is_message(header: bytes) -> bool:
    """Whether header lines are those of a message: one that only mail has, and one that a person reads."""
    return bool(_SURE.search(header) and _USUAL.search(header))


def is_mailbox(data: bytes) -> bool:
    """Whether there are two "From " lines, each with a header line after it."""
    return _MESSAGE_IN_MAILBOX.match(data) is not None and _MESSAGE_IN_MAILBOX.search(data, 6) is not None


def is_web_archive(header: bytes) -> bool:
    """Whether header lines are those that browsers write when they save a page with its parts."""
    return bool(_ARCHIVE.search(header) and re.search(rb"^mime-version:", header, re.I | re.M)) and not re.search(
        rb"^(?:received|return-path|delivered-to|to):", header, re.I | re.M
    )
