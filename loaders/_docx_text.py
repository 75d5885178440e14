"""The text of a Word paragraph as its reader sees it (ECMA-376 part 1, WordprocessingML)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element

from loaders._office_math import linear
from loaders._office_package import tag, value
from loaders._symbol_fonts import readable, symbol

TEXT_BOX = tag("w:txbxContent")
_FORMULA = tag("m:oMath")
_ALTERNATE = tag("mc:Fallback")
# Deleted and moved text, field codes, readings of characters, properties, and the older twin of a drawing.
_SKIPPED = frozenset(
    [tag(f"w:{n}") for n in ("del", "moveFrom", "instrText", "delText", "rt", "pPr", "rPr", "sdtPr")] + [_ALTERNATE]
)
_CHARACTERS = {
    tag("w:tab"): "\t",
    tag("w:ptab"): "\t",
    tag("w:br"): "\n",
    tag("w:cr"): "\n",
    tag("w:noBreakHyphen"): "-",
}
_APART = frozenset([TEXT_BOX, _FORMULA])
_PAGE_FIELD = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b")
_PAGE_WORDS = re.compile(r"(?:page|of|seite|von|sur|página|de|頁|ページ|[\W\d_])*", re.IGNORECASE)


def walk(element: _Element, stop: frozenset[str] = frozenset()) -> Iterator[_Element]:
    """Descendants that a reader sees, in order; what is under a tag of `stop` is not entered, but is given itself.

    A stack, not recursion: the nesting is the file's choice.
    """
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        yield child
        if child.tag not in stop:
            stack.extend(reversed(child))


def paragraph_text(paragraph: _Element) -> str:
    """What stands in a paragraph, its text boxes left out (they are text of their own)."""
    parts: list[str] = []
    for element in walk(paragraph, _APART):
        if element.tag == tag("w:t"):
            parts.append(readable(element.text or "", _font(element)))
        elif element.tag == _FORMULA:
            parts.append(linear(element))
        elif element.tag == tag("w:br") and value(element, "w:type") in ("page", "column"):
            parts.append(" ")
        elif element.tag == tag("w:sym"):
            parts.append(_symbol(element))
        else:
            parts.append(_CHARACTERS.get(str(element.tag), ""))
    return "".join(parts)


def is_page_number(paragraph: _Element) -> bool:
    """Whether a paragraph of a header or footer says nothing but the page: its number, "Page 1 of 3"."""
    codes = [element.text or "" for element in paragraph.iter(tag("w:instrText"))]
    codes += [value(element, "w:instr") for element in paragraph.iter(tag("w:fldSimple"))]
    return any(map(_PAGE_FIELD.match, codes)) and _PAGE_WORDS.fullmatch(paragraph_text(paragraph)) is not None


def _font(text: _Element) -> str:
    run = text.getparent()
    fonts = None if run is None else run.find(f"{tag('w:rPr')}/{tag('w:rFonts')}")
    return value(fonts, "w:ascii")


def _symbol(element: _Element) -> str:
    code = value(element, "w:char")
    return symbol(int(code, 16), value(element, "w:font")) if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code) else ""
