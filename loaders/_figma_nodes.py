"""The nodes of a Figma document become blocks (Figma REST API, file nodes)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from loaders._content import Content
from loaders._document import Block, Location, Skipped
from loaders._encoding import decode
from loaders._errors import DamagedDocument, DocumentTooLarge
from loaders._json_blocks import parse_json
from loaders._text import cell, tidy

Node = dict[str, Any]
_FRAMES = frozenset(["FRAME", "SECTION", "COMPONENT", "COMPONENT_SET"])
_HEADING_LEVELS = 2  # of frames below the page; deeper ones only place things
_MAX_DEPTH = 200


def read(data: bytes) -> Content:
    """The pages of the file with everything written in them; hidden layers are skipped."""
    text, encoding = decode(data)
    file = parse_json(text)
    document = file.get("document") if isinstance(file, dict) else None
    if not isinstance(document, dict):
        raise DamagedDocument("There is no document in this Figma file.", "Export it again.")
    reader = _Reader()
    blocks = [
        replace(block, location=Location(page=number))
        for number, page in enumerate(_children(document), start=1)
        for block in reader.page(page)
    ]
    components = [*(file.get("components") or {}).values(), *(file.get("componentSets") or {}).values()]
    for component in components:
        if description := tidy(str(component.get("description") or "")):
            blocks.append(Block("note", f"{component.get('name', '')}: {description}"))
    metadata = {"modified": str(file.get("lastModified") or ""), "version": str(file.get("version") or "")}
    skipped = [Skipped("image", f"{reader.images} fills")] if reader.images else []
    skipped += [Skipped("hidden", f"{reader.hidden} layers")] if reader.hidden else []
    return Content(blocks, str(file.get("name") or ""), metadata, len(_children(document)), encoding, skipped)


class _Reader:
    """Walks the layers of a page in the order in which a person reads them."""

    def __init__(self) -> None:
        self.images = 0
        self.hidden = 0

    def page(self, page: Node) -> Iterator[Block]:
        yield Block("heading", cell(str(page.get("name") or "Page")), 1)
        yield from self._layers(page, 2)

    def _layers(self, parent: Node, level: int) -> Iterator[Block]:
        if level > _MAX_DEPTH:
            raise DocumentTooLarge("The layers of this file are nested too deep.", "Split it.")
        for node in sorted(_children(parent), key=_place):
            if node.get("visible") is False:
                self.hidden += 1
                continue
            self.images += sum(fill.get("type") == "IMAGE" for fill in node.get("fills") or ())
            if node.get("type") == "TEXT" or node.get("type") in ("STICKY", "SHAPE_WITH_TEXT", "CONNECTOR"):
                yield from _text(node)
            inner = list(self._layers(node, level + 1))
            if inner and node.get("type") in _FRAMES and level < 2 + _HEADING_LEVELS:
                yield Block("heading", cell(str(node.get("name") or "")), level)
            yield from inner


def _text(node: Node) -> Iterator[Block]:
    text = str(node.get("characters") or "")
    kinds = node.get("lineTypes") or []
    lines = text.replace("\u2028", "\n").split("\n")
    if len(kinds) == len(lines) and any(kind in ("ORDERED", "UNORDERED") for kind in kinds):
        levels = node.get("lineIndentations") or [0] * len(lines)
        for kind, line, indent in zip(kinds, lines, levels, strict=False):
            if line.strip():
                yield Block(
                    "paragraph" if kind == "NONE" else "list", line.strip(), int(indent) if kind != "NONE" else 0
                )
    elif shown := tidy(text):
        yield Block("paragraph", shown)


def _children(node: Node) -> list[Node]:
    return [child for child in node.get("children") or () if isinstance(child, dict)]


def _place(node: Node) -> tuple[float, float]:
    """From top to bottom, then from left to right; parts of a row that differ by a few points stay in their row."""
    box = node.get("absoluteBoundingBox") or {}
    return round(float(box.get("y") or 0) / 8), float(box.get("x") or 0)
