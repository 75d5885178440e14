"""A PDF that was cut off has lost its list of pages, which is at its end: the pages that are left get a new one.

Object streams (ISO 32000-1, 7.5.7), in which newer files keep their pages, are unpacked for that.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?<!\d)(\d{1,8}) 0 obj\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_STREAM = re.compile(rb"(<<.{1,600}?/Type\s*/ObjStm.{0,600}?>>)\s*stream\r?\n", re.DOTALL)
_NUMBER = rb"/%s\s+(\d{1,8})"
_FAR = 4000  # bytes in which a page's dictionary says that it is one
_MOST_PAGES = 20_000
_MOST = 100_000_000  # bytes unpacked


def salvaged(data: bytes) -> bytes | None:
    """The file with its packed objects unpacked and a list of its pages; None where there are no pages."""
    unpacked = b"".join(_unpacked(data))
    whole = data + b"\nendstream\nendobj\n" + unpacked
    pages = list(dict.fromkeys(_pages(whole)))[:_MOST_PAGES]
    if not pages or b"/Encrypt" in data:
        return None
    last = max(int(match[1]) for match in _OBJECT.finditer(whole))
    kids = b" ".join(b"%d 0 R" % page for page in pages)
    return whole + (
        b"%d 0 obj\n<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 612 792]>>\nendobj\n" % (last + 1, len(pages), kids)
        + b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (last + 2, last + 1)
        + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n0\n%%%%EOF\n" % (last + 3, last + 2)
    )


def _pages(data: bytes) -> Iterator[int]:
    """The numbers of the objects that are pages, in the order of the file."""
    for match in _OBJECT.finditer(data):
        end = data.find(b"endobj", match.end(), match.end() + _FAR)
        head = data[match.end() : end if end >= 0 else match.end() + _FAR].partition(b"stream")[0]
        if _PAGE.search(head):
            yield int(match[1])


def _unpacked(data: bytes) -> Iterator[bytes]:
    """The objects of each object stream that is whole, as objects of their own."""
    left = _MOST
    for match in _STREAM.finditer(data):
        count, first = (re.search(_NUMBER % name, match[1]) for name in (b"N", b"First"))
        try:
            content = zlib.decompressobj().decompress(data[match.end() :], left)
        except zlib.error:
            continue
        left -= len(content)
        if not count or not first or left <= 0:
            continue
        numbers = content[: int(first[1])].split()[: 2 * int(count[1])]
        places = [(int(n), int(first[1]) + int(at)) for n, at in zip(numbers[::2], numbers[1::2], strict=False)]
        for (number, start), (_, end) in zip(places, [*places[1:], (0, len(content))], strict=True):
            yield b"%d 0 obj\n%s\nendobj\n" % (number, content[start:end])
