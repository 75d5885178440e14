"""XML of any kind: elements with running text are paragraphs, records a table's rows; feeds show what they announce."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "an XML file"
EXTENSIONS = {
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".opml": "text/x-opml",
    ".svg": "image/svg+xml",
    ".kml": "application/vnd.google-earth.kml+xml",
}
BINARY = False

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s|(?:\xef\xbb\xbf)?\s*<(?:rss|feed|opml|svg|kml)[\s>]")
_UTF16 = re.compile(rb"(?:\xff\xfe|\xfe\xff)\0?<\0?\?\0?x\0?m\0?l\0?")


def recognises(data: bytes) -> bool:
    """An XML declaration, or the root element of a feed or drawing."""
    return _START.match(data[:1024]) is not None or _UTF16.match(data[:16]) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """Blocks in the order of the file, each with its line; values in attributes count as text of their element."""
    del name, password
    from loaders._xml_blocks import read

    return read(data)
