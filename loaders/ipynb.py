"""Jupyter notebooks: their text, their code with its language, and what the code gave."""

from __future__ import annotations

import re

from loaders._content import Content

NAME = "a Jupyter notebook"
EXTENSIONS = {".ipynb": "application/x-ipynb+json"}
BINARY = False

_CELLS = re.compile(rb'"cells"\s*:\s*\[')
_FORMAT = re.compile(rb'"nbformat"\s*:\s*\d')


def recognises(data: bytes) -> bool:
    """An object of JSON that names its format as notebooks do."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and bool(
        _FORMAT.search(data) and _CELLS.search(data)
    )


def load(data: bytes, name: str, password: str | None) -> Content:
    """Text cells as Markdown, code cells as code, outputs as code or tables; each with the number of its cell."""
    del name, password
    from loaders._notebook_cells import read

    return read(data)
