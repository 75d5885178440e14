"""The elements of an XML file become blocks, by what they hold and not by what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from loaders._content import Content
from loaders._document import Block, Location
from loaders._errors import DocumentTooLarge
from loaders._html_blocks import blocks as html_blocks
from loaders._html_page import parse
from loaders._text import cell, collapse
from loaders._xml_tree import child_text, name_of, parse_xml, text_of

_TITLES = frozenset(["title", "head", "heading", "caption", "label", "subtitle"])
_MARKUP = re.compile(r"<(p|br|div|a|ul|li|b|i|img|span|h\d)\b[^>]*>", re.IGNORECASE)
_DEEPEST_HEADING = 6
_MAX_DEPTH = 200
_LONGEST_ID = 40  # characters: a longer one is a program's, not a person's
_SILENT = frozenset(["style", "script", "defs", "metadata"])
_NOT_SHOWN = re.compile(
    r"(?:\{http://www\.w3\.org/[^}]*\}|xml:|xmlns|xsi:).*|id|class|style|version|d|transform|fill|stroke.*"
)


def read(data: bytes) -> Content:
    """The blocks of the root element; its first title is the file's."""
    root = parse_xml(data)
    encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
    about = next((child for child in root if name_of(child) in ("channel", "info", "head", "front")), root)
    return Content(list(_blocks(root, 1)), cell(child_text(about, "title")), encoding=encoding)


def _blocks(element: Any, level: int) -> Iterator[Block]:
    if level > _MAX_DEPTH:
        raise DocumentTooLarge("The elements of this file are nested too deep.", "Split it.")
    name = name_of(element)
    if not name or name in _SILENT:
        return
    where = Location(line=element.sourceline)
    children = [child for child in element if name_of(child)]
    if _has_own_text(element):
        yield from _text(element, name, level, where)
    elif not children:
        if row := _attributes(element):
            yield Block("table", f"{name}: {row}", 0, where)
    elif _is_record(children):
        yield Block("table", _record(element, children), 0, where)
    else:
        if row := _attributes(element):
            yield Block("table", f"{name}: {row}", 0, where)
        for child in children:
            yield from _blocks(child, level + 1)


def _has_own_text(element: Any) -> bool:
    """Whether text stands directly in an element, and not only in the elements in it."""
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _text(element: Any, name: str, level: int, where: Location) -> Iterator[Block]:
    source = text_of(element).strip()
    if _MARKUP.search(source):  # a feed's description is a page in disguise
        yield from (Block(b.kind, b.text, b.level, where) for b in html_blocks(parse(source)))
        return
    text = collapse(source)
    if name.lower() in _TITLES:
        yield Block("heading", cell(text), min(max(level - 1, 1), _DEEPEST_HEADING), where)
        return
    row = _attributes(element)
    yield Block("paragraph", f"{text} ({row})" if row else text, 0, where)


def _is_record(children: list[Any]) -> bool:
    """Whether all children are short values of different names: a row of a table."""
    names = [name_of(child) for child in children]
    return (
        len(children) > 1
        and len(set(names)) > len(names) // 2
        and all(not any(name_of(inner) for inner in child) for child in children)
        and all(len(text_of(child)) < 500 and not _MARKUP.search(text_of(child)) for child in children)
    )


def _record(element: Any, children: list[Any]) -> str:
    values = [
        (name_of(child), " ".join(filter(None, (cell(text_of(child)), _attributes(child))))) for child in children
    ]
    row = " | ".join(f"{name}: {value}" for name, value in values if value)
    number = element.get("id", "")
    named = f"id: {number}" if number and len(number) <= _LONGEST_ID and "id" not in map(name_of, children) else ""
    return " | ".join(filter(None, (named, _attributes(element), row)))


def _attributes(element: Any) -> str:
    """The attributes that may say something: "name: value | name: value"."""
    found = ((str(key), cell(str(value))) for key, value in element.attrib.items())
    return " | ".join(
        f"{key.split('}')[-1]}: {value}" for key, value in found if value and not _NOT_SHOWN.fullmatch(key)
    )
