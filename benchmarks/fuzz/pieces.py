"""A piece of a large file as a file of its own: it can be broken as often as a small one.

Fuzzers trim what they start from, since most of a large file says nothing new. Here another piece is taken each time,
so that all of the file has its turn: two pages, some paragraphs or rows, a stretch of lines.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any

from benchmarks.fuzz.containers import entries_of, packed

PIECES = 8
_PAGES = 2
_CHILDREN = 40  # paragraphs, rows, notes
_LARGE_XML = 30_000  # bytes
_LARGE_TEXT = 60_000
_LONG_LINE = 2_000
_TEXT = 30_000
# What other entries point into by number or name stays as it is.
_CUT = re.compile(r"(?<!strings)(?<!styles)(?<!numbering)\.(xml|xhtml|html?)$", re.IGNORECASE)


@lru_cache(maxsize=2 * PIECES)
def piece_of(data: bytes, number: int) -> bytes:
    """The piece of this number, less than PIECES; the file itself where it is small or cannot be cut."""
    if data.startswith(b"%PDF"):
        return _pages(data, number)
    if data.startswith(b"PK"):
        entries = entries_of(data)
        if not any(_CUT.search(name) and len(content) > _LARGE_XML for name, content in entries):
            return data
        return packed(
            [(name, _elements(content, number) if _CUT.search(name) else content) for name, content in entries]
        )
    if data.startswith(b"<?xml"):
        return _elements(data, number)
    if data.startswith((b"\xd0\xcf", b"{", b"[")):
        return data
    return _lines(data, number)


def _start(number: int, whole: int, kept: int) -> int:
    return number * max(whole - kept, 0) // (PIECES - 1)


def _pages(data: bytes, number: int) -> bytes:
    import pypdfium2 as pdfium

    try:
        with pdfium.PdfDocument(data) as whole, pdfium.PdfDocument.new() as part:
            if len(whole) <= _PAGES:
                return data
            first = _start(number, len(whole), _PAGES)
            part.import_pages(whole, [first, first + 1])
            target = io.BytesIO()
            part.save(target)
            return target.getvalue()
    except pdfium.PdfiumError:
        return data


def _elements(data: bytes, number: int) -> bytes:
    """XML whose widest element keeps its first, its last and some other children, and long texts a stretch."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    if len(data) < _LARGE_XML:
        return data
    try:
        root: Any = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return data
    widest = max(root.iter(etree.Element), key=len)
    first = _start(number, len(widest), _CHILDREN)
    for child in [*widest[1:first], *widest[max(first + _CHILDREN, 1) : -1]]:
        widest.remove(child)
    for element in root.iter(etree.Element):
        if element.text and len(element.text) > _TEXT:
            start = _start(number, len(element.text), _TEXT)
            element.text = element.text[start : start + _TEXT]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _lines(data: bytes, number: int) -> bytes:
    """The first line, where a header may stand, and a stretch of lines."""
    if len(data) < _LARGE_TEXT:
        return data
    start = _start(number, len(data), _TEXT)
    stretch = data[start : start + _TEXT]
    return data[: data.find(b"\n", 0, _LONG_LINE) + 1] + stretch[stretch.find(b"\n") + 1 :]
