"""What a PDF says of itself: metadata and outline, read by pypdf."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader

from loaders._text import cell

_MAX_ENTRIES = 5000
_KEYS = {"/Author": "author", "/Subject": "subject", "/Keywords": "keywords", "/CreationDate": "created"}
_NOTHING = re.compile(r"\W*(unspecified|anonymous|unknown|)\W*", re.IGNORECASE)
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")  # ISO 32000-1, 7.9.4; the time of day is left out
logging.getLogger("pypdf").setLevel(logging.ERROR)  # it reports every oddity that it works around


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


def stated(data: bytes, password: str | None) -> Stated:
    """What the file says of itself; nothing where pypdf cannot read it, as the text does not depend on it."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False, password=password)
        information = {str(key): cell(str(value)) for key, value in (reader.metadata or {}).items()}
        outline = tuple(_entries(reader))
    except Exception:  # noqa: BLE001 - PDFium has read this file; pypdf raises anything on what it cannot read of it
        return Stated("", {}, ())
    metadata = {
        name: information[key] for key, name in _KEYS.items() if not _NOTHING.fullmatch(information.get(key, ""))
    }
    if date := _DATE.match(metadata.get("created", "")):
        metadata["created"] = "-".join(date.groups())
    return Stated(information.get("/Title", ""), metadata, outline)


def _entries(reader: PdfReader) -> Iterator[Entry]:
    """The outline in order. pypdf gives an entry's children as the list that follows it."""
    stack: list[tuple[int, Iterator[Any]]] = [(1, iter(reader.outline))]
    count = 0
    while stack and count < _MAX_ENTRIES:
        level, items = stack[-1]
        item = next(items, None)
        if item is None:
            stack.pop()
        elif isinstance(item, list):
            stack.append((level + 1, iter(item)))
        else:
            page = reader.get_destination_page_number(item)
            count += 1
            if page is not None and page >= 0 and item.title:
                yield Entry(cell(str(item.title)), level, page + 1)
