"""Which change is made to which file: always the same for the same seed."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

from benchmarks.fuzz.containers import change_entries, change_object, entries_of, packed
from benchmarks.fuzz.mutations import changed

_WHOLE = 0.05  # of the mutants of a large file are of all of it, the others of its first part
_LARGE_TEXT = 150_000  # bytes
_TEXT_PART = 60_000
_LARGE_XML = 600_000
_BODY_PART = 120  # paragraphs and tables
_MANY_PAGES = 12
_PAGES_PART = 6
_BODY = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}body"


def mutant(data: bytes, seed: str) -> bytes:
    """One broken copy of a file."""
    chance = random.Random(seed)
    source = data if chance.random() < _WHOLE else part_of(data)
    if source.startswith(b"PK") and chance.random() < 0.85:
        return change_entries(source, chance)
    if source.startswith(b"%PDF") and chance.random() < 0.65:
        return change_object(source, chance)
    return changed(source, chance)


@lru_cache(maxsize=2)
def part_of(data: bytes) -> bytes:
    """A large file's first part as a file of its own, so that it can be broken as often as a small one."""
    if data.startswith(b"%PDF"):
        return _first_pages(data)
    if data.startswith(b"PK"):
        return _first_paragraphs(data)
    if len(data) > _LARGE_TEXT and not data.startswith((b"<?xml", b"\xd0\xcf")):
        return data[: data.index(b"\n", _TEXT_PART) + 1] if b"\n" in data[_TEXT_PART:] else data[:_TEXT_PART]
    return data


def _first_pages(data: bytes) -> bytes:
    import io

    import pypdfium2 as pdfium

    try:
        with pdfium.PdfDocument(data) as whole, pdfium.PdfDocument.new() as part:
            if len(whole) <= _MANY_PAGES:
                return data
            part.import_pages(whole, list(range(_PAGES_PART)))
            target = io.BytesIO()
            part.save(target)
            return target.getvalue()
    except pdfium.PdfiumError:
        return data


def _first_paragraphs(data: bytes) -> bytes:
    entries = dict(entries_of(data))
    text = entries.get("word/document.xml", b"")
    if len(text) < _LARGE_XML:
        return data
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    root: Any = etree.fromstring(text, etree.XMLParser(recover=True, resolve_entities=False, huge_tree=True))
    del root.find(_BODY)[_BODY_PART:-1]
    entries["word/document.xml"] = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return packed(list(entries.items()))
