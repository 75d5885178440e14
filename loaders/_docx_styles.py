"""What a Word paragraph is by its style: a heading of some level, a list item of some level, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml.etree import _Element

from loaders._document import BlockKind
from loaders._office_package import tag, value

_NAMED_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|表題|タイトル", re.IGNORECASE)
_SUBTITLE = re.compile(r"subtitle|副題", re.IGNORECASE)
_KINDS: tuple[tuple[re.Pattern[str], BlockKind], ...] = (
    (re.compile(r"(?:table |image )?caption|図表番号", re.IGNORECASE), "caption"),
    (re.compile(r"source ?code|html preformatted|html 書式付き|macro", re.IGNORECASE), "code"),
)
_BODY_LEVEL = 9
_MAX_CHAIN = 20  # a style may be based on itself in a damaged file


class Numbering(NamedTuple):
    """The list that a paragraph belongs to: its id, and the level in it (0 is the outermost), "" and 0 in none.

    `style` is the style that says so, "" where the paragraph itself does.
    """

    list_id: str = ""
    level: int = 0
    style: str = ""


class Styles:
    """The styles part; asked by style id."""

    def __init__(self, root: _Element | None) -> None:
        styles = [] if root is None else root.findall(tag("w:style"))
        self._styles = {value(style, "w:styleId"): style for style in styles}
        default = [
            s for s in styles if value(s, "w:type") == "paragraph" and value(s, "w:default") in ("1", "true", "on")
        ]
        self._default = value(default[0], "w:styleId") if default else ""

    def heading_level(self, paragraph: _Element) -> int:
        """1 to 9, or 0 where the paragraph is no heading."""
        properties = paragraph.find(tag("w:pPr"))
        own = _outline_level(properties)
        if own is not None:
            return own
        for style in self._chain(properties):
            name = value(style.find(tag("w:name"))).strip()
            if named := _NAMED_HEADING.fullmatch(name):
                return int(named[1])
            if _TITLE.fullmatch(name):
                return 1
            if _SUBTITLE.fullmatch(name):
                return 2
            level = _outline_level(style.find(tag("w:pPr")))
            if level is not None:
                return level
        return 0

    def kind(self, paragraph: _Element) -> BlockKind:
        """What a paragraph that is neither a heading nor a list item is: a caption, code, or just a paragraph."""
        for style in self._chain(paragraph.find(tag("w:pPr"))):
            name = value(style.find(tag("w:name"))).strip()
            for pattern, kind in _KINDS:
                if pattern.fullmatch(name):
                    return kind
        return "paragraph"

    def numbering(self, paragraph: _Element) -> Numbering:
        """Its list by itself or by its style."""
        properties = paragraph.find(tag("w:pPr"))
        own = None if properties is None else properties.find(tag("w:numPr"))
        level = None if own is None else own.find(tag("w:ilvl"))
        if own is not None and own.find(tag("w:numId")) is not None:
            return _numbering(own, level, "")
        for style in self._chain(properties):
            found = style.find(f"{tag('w:pPr')}/{tag('w:numPr')}")
            if found is not None:
                by_style = "" if level is not None else value(style, "w:styleId")
                return _numbering(found, found.find(tag("w:ilvl")) if level is None else level, by_style)
        return Numbering()

    def _chain(self, properties: _Element | None) -> Iterator[_Element]:
        """The paragraph's style and those it is based on."""
        stated = "" if properties is None else value(properties.find(tag("w:pStyle")))
        style_id = stated or self._default
        for _ in range(_MAX_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = value(style.find(tag("w:basedOn")))


def _numbering(stated: _Element, level: _Element | None, style: str) -> Numbering:
    """Id 0 switches off the list of a style."""
    list_id = value(stated.find(tag("w:numId")))
    depth = value(level)
    if list_id in ("", "0"):
        return Numbering()
    return Numbering(list_id, int(depth) if depth.isdigit() and len(depth) < 2 else 0, style)


def _outline_level(properties: _Element | None) -> int | None:
    level = "" if properties is None else value(properties.find(tag("w:outlineLvl")))
    if not level.isdigit():
        return None
    return 0 if int(level) >= _BODY_LEVEL else int(level) + 1
