"""What a Word paragraph is by its style: a heading of some level, a list item of some level, or neither."""

from __future__ import annotations

import re

from docx.oxml.ns import qn
from lxml.etree import _Element

_NAMED_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|表題|タイトル", re.IGNORECASE)
_SUBTITLE = re.compile(r"subtitle|副題", re.IGNORECASE)
_BODY_LEVEL = 9
_MAX_CHAIN = 20  # a style may be based on itself in a damaged file


class Styles:
    """The styles part; asked by style id."""

    def __init__(self, root: _Element | None) -> None:
        styles = [] if root is None else root.findall(qn("w:style"))
        self._styles = {style.get(qn("w:styleId"), ""): style for style in styles}
        default = [s for s in styles if s.get(qn("w:type")) == "paragraph" and s.get(qn("w:default")) in ("1", "true")]
        self._default = default[0].get(qn("w:styleId"), "") if default else ""

    def heading_level(self, paragraph: _Element) -> int:
        """1 to 9, or 0 where the paragraph is no heading."""
        properties = paragraph.find(qn("w:pPr"))
        own = _outline_level(properties)
        if own is not None:
            return own
        for style in self._chain(properties):
            name = _value(style.find(qn("w:name"))) or ""
            if named := _NAMED_HEADING.fullmatch(name.strip()):
                return int(named[1])
            if _TITLE.fullmatch(name.strip()):
                return 1
            if _SUBTITLE.fullmatch(name.strip()):
                return 2
            level = _outline_level(style.find(qn("w:pPr")))
            if level is not None:
                return level
        return 0

    def list_level(self, paragraph: _Element) -> int:
        """1 for an item of the outermost list, or 0 where the paragraph is no item."""
        properties = paragraph.find(qn("w:pPr"))
        for holder in [properties, *(style.find(qn("w:pPr")) for style in self._chain(properties))]:
            numbering = None if holder is None else holder.find(qn("w:numPr"))
            if numbering is None:
                continue
            if _value(numbering.find(qn("w:numId"))) == "0":
                return 0  # a list of its style, switched off here
            level = _value(numbering.find(qn("w:ilvl"))) or "0"
            return int(level) + 1 if level.isdigit() else 1
        return 0

    def _chain(self, properties: _Element | None) -> list[_Element]:
        """The paragraph's style and those it is based on."""
        style_id = (None if properties is None else _value(properties.find(qn("w:pStyle")))) or self._default
        chain: list[_Element] = []
        while style_id in self._styles and len(chain) < _MAX_CHAIN:
            chain.append(self._styles[style_id])
            style_id = _value(chain[-1].find(qn("w:basedOn"))) or ""
        return chain


def _value(element: _Element | None) -> str | None:
    return None if element is None else element.get(qn("w:val"))


def _outline_level(properties: _Element | None) -> int | None:
    value = None if properties is None else _value(properties.find(qn("w:outlineLvl")))
    if value is None or not value.isdigit():
        return None
    return 0 if int(value) >= _BODY_LEVEL else int(value) + 1
