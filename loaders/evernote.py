"""Evernote exports (.enex): each note with its tags, check boxes and what is attached."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "an Evernote export"
EXTENSIONS = {".enex": "application/enex+xml"}
BINARY = False

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^>]*>\s*)?<en-export[\s>]")


def recognises(data: bytes) -> bool:
    """The root element of an export."""
    return _START.match(data[:4096]) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """A heading per note and the note under it; attached files are members."""
    del name, password
    from loaders._evernote_notes import read

    return read(data)
