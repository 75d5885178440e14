"""What a PDF says of itself: metadata and outline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pypdfium2 as pdfium

from loaders._text import cell

_MAX_ENTRIES = 5000
_KEYS = {"Author": "author", "Subject": "subject", "Keywords": "keywords", "CreationDate": "created"}
_NOTHING = re.compile(r"\W*(unspecified|anonymous|unknown|)\W*", re.IGNORECASE)
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")  # ISO 32000-1, 7.9.4; the time of day is left out


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the outline: a heading of this level (from 1) on this page (from 1)."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class Stated:
    """Title, metadata and outline, as far as they can be read."""

    title: str
    metadata: dict[str, str]
    outline: tuple[Entry, ...]


def stated(document: pdfium.PdfDocument) -> Stated:
    """What the open file says of itself."""
    metadata = {name: _value(document, key) for key, name in _KEYS.items()}
    metadata = {name: value for name, value in metadata.items() if not _NOTHING.fullmatch(value)}
    if date := _DATE.match(metadata.get("created", "")):
        metadata["created"] = "-".join(date.groups())
    return Stated(_value(document, "Title"), metadata, tuple(islice(_entries(document), _MAX_ENTRIES)))


def _value(document: pdfium.PdfDocument, key: str) -> str:
    return cell(document.get_metadata_value(key).replace("\0", ""))


def _entries(document: pdfium.PdfDocument) -> Iterator[Entry]:
    """The outline in order, without the entries that lead to no page of this file."""
    for bookmark in islice(document.get_toc(), _MAX_ENTRIES):
        destination, title = bookmark.get_dest(), cell(bookmark.get_title())
        page = destination.get_index() if destination else None
        if page is not None and title:
            yield Entry(title, bookmark.level + 1, page + 1)
