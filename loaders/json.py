"""JSON and JSON Lines: records as a table's rows, everything else under the names of its keys."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a JSON file"
EXTENSIONS = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/x-ndjson",
    ".geojson": "application/geo+json",
}
BINARY = False

_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"(?:[^"\\]|\\.){1,200}"\s*:\s*["\[{\d\-tfn]')


def recognises(data: bytes) -> bool:
    """An object with a quoted key, or an array of such."""
    return _OBJECT.match(data[:4096]) is not None


def load(data: bytes, name: str, password: str | None) -> Content:
    """An array of objects is a block per object, "key: value | key: value"; keys of nested objects are joined by dots.

    An object's keys that hold objects or arrays are headings. Values are as written; nulls are left out. JSON Lines
    have the line that each record is on.
    """
    del name, password
    from loaders._json_blocks import read

    return read(data)
