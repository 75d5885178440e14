"""Contacts (vCard 2.1 to 4.0): each person or organisation with what is known of it."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a list of contacts"
EXTENSIONS = {".vcf": "text/vcard", ".vcard": "text/vcard"}
BINARY = False

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCARD\s", re.IGNORECASE)


def recognises(data: bytes) -> bool:
    """The line that a contact begins with."""
    return _START.match(data[:200]) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """A heading with the name of each contact, and its particulars as a row; pictures are left out."""
    del name, password
    from loaders._contact_cards import read

    return read(data)
