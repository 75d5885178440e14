"""The text of a Word paragraph as its reader sees it (ECMA-376 part 1, WordprocessingML)."""

from __future__ import annotations

from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml.etree import _Element

TEXT_BOX = qn("w:txbxContent")
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted and moved text, field codes, readings of characters, properties, and the older twin of a drawing.
_SKIPPED = frozenset(
    [qn(f"w:{n}") for n in ("del", "moveFrom", "instrText", "delText", "rt", "pPr", "rPr", "sdtPr")] + [_ALTERNATE]
)
_CHARACTERS = {
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
_TEXT = frozenset([qn("w:t"), _MATH + "t"])


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
    for element in walk(paragraph, frozenset([TEXT_BOX])):
        if element.tag in _TEXT:
            parts.append(element.text or "")
        elif element.tag == qn("w:br") and element.get(qn("w:type")) in ("page", "column"):
            parts.append(" ")
        elif element.tag == qn("w:sym"):
            parts.append(_symbol(element))
        else:
            parts.append(_CHARACTERS.get(str(element.tag), ""))
    return "".join(parts)


def _symbol(element: _Element) -> str:
    """A character of a symbol font; those in the private use area have no meaning outside of the font."""
    code = int(element.get(qn("w:char"), "0"), 16)
    return chr(code) if 0x20 <= code < 0xD800 else ""
