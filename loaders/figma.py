"""Figma files as its interface gives them (JSON of GET /v1/files/KEY): the texts of each page and frame."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a Figma file"
EXTENSIONS = {"": "application/json"}
BINARY = False

_DOCUMENT = re.compile(rb'"document"\s*:\s*\{')
_CANVAS = re.compile(rb'"type"\s*:\s*"CANVAS"')


def recognises(data: bytes) -> bool:
    """An object with a document of canvases."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and bool(
        _DOCUMENT.search(data[: 1 << 20]) and _CANVAS.search(data[: 1 << 20])
    )


def load(data: bytes, name: str, password: str | None) -> Content:
    """A heading per page and per frame, the texts in it from top to bottom; components' descriptions are notes."""
    del name, password
    from loaders._figma_nodes import read

    return read(data)
