"""A notebook's cells become blocks (nbformat 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from loaders._code_language import of_fence
from loaders._content import Content
from loaders._document import Block, Location, Skipped
from loaders._encoding import decode
from loaders._errors import DamagedDocument
from loaders._html_blocks import blocks as html_blocks
from loaders._html_page import parse
from loaders._json_blocks import parse_json
from loaders._markdown_blocks import markdown_blocks

_COLOURS = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
_DISPLAY = ("text/html", "text/markdown", "text/latex", "text/plain")  # the fullest first
_OBJECT = re.compile(r"<[\w.]+(?: object)? at 0x[0-9a-f]+>|<Figure size .*>|<IPython\.core\.display\.\w+ object>")


def read(data: bytes) -> Content:
    """The blocks of all cells, and the kernel's language as metadata."""
    text, encoding = decode(data)
    notebook = parse_json(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise DamagedDocument("There are no cells in this notebook.", "Save it in Jupyter again (nbformat 4).")
    metadata = _mapping(notebook.get("metadata"))
    language = str(_mapping(metadata.get("language_info")).get("name") or "")
    language = language or str(_mapping(metadata.get("kernelspec")).get("language") or "")
    blocks: list[Block] = []
    pictures = 0
    for number, cell in enumerate(map(_mapping, cells), start=1):
        where = Location(cell=number)
        blocks += [replace(block, location=where) for block in _cell(cell, of_fence(language))]
        pictures += sum(_is_picture(output) for output in _outputs(cell))
    skipped = [Skipped("image", str(pictures))] if pictures else []
    return Content(blocks, str(metadata.get("title") or ""), {"language": language}, encoding=encoding, skipped=skipped)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Text is a string, or a list of its lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _cell(cell: Mapping[str, Any], language: str) -> Iterator[Block]:
    source = _text(cell.get("source"))
    if cell.get("cell_type") == "markdown":
        yield from markdown_blocks(source)
    elif cell.get("cell_type") == "code":
        if source.strip():
            yield Block("code", source.strip("\n"), language=_magic(source) or language)
        for output in _outputs(cell):
            yield from _output(output)
    elif source.strip():
        yield Block("paragraph", source.strip())


def _magic(source: str) -> str:
    """The language of a cell that another program runs: "%%bash"."""
    return (
        of_fence(source[2:]) if source.startswith(("%%bash", "%%sh", "%%sql", "%%html", "%%javascript", "%%R")) else ""
    )


def _outputs(cell: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    outputs = cell.get("outputs")
    return [_mapping(output) for output in outputs] if isinstance(outputs, list) else []


def _is_picture(output: Mapping[str, Any]) -> bool:
    return any(str(kind).startswith("image/") for kind in _mapping(output.get("data")))


def _output(output: Mapping[str, Any]) -> Iterator[Block]:
    """What was printed, shown or raised."""
    if output.get("output_type") == "stream":
        yield from _printed(_text(output.get("text")))
    elif output.get("output_type") == "error":
        yield from _printed(f"{output.get('ename', '')}: {output.get('evalue', '')}")
    else:
        shown = _mapping(output.get("data"))
        kind = next((kind for kind in _DISPLAY if shown.get(kind)), "")
        if kind == "text/html":
            yield from html_blocks(parse(_text(shown[kind])))
        elif kind == "text/markdown":
            yield from markdown_blocks(_text(shown[kind]))
        elif kind and not _OBJECT.fullmatch(_text(shown[kind]).strip()):
            yield from _printed(_text(shown[kind]))


def _printed(text: str) -> Iterator[Block]:
    text = _COLOURS.sub("", text).strip("\n")
    if text.strip():
        yield Block("code", text)
