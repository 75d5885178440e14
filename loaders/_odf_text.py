"""The text inside an element of OpenDocument content."""

from __future__ import annotations

from collections.abc import Callable

from lxml.etree import _Element

_URN = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
NAMES = {
    **{prefix: _URN.format(prefix) for prefix in ("office", "text", "table", "presentation", "meta", "style", "chart")},
    "draw": _URN.format("drawing"),
    "svg": _URN.format("svg-compatible"),
    "dc": "http://purl.org/dc/elements/1.1/",
}
Note = Callable[[_Element], None]
"""Is given each footnote and comment that stands in a text."""
_MAX_SPACES = 100


def named(name: str) -> str:
    """The tag or attribute with a prefix of NAMES, as lxml spells it."""
    prefix, local = name.split(":")
    return f"{{{NAMES[prefix]}}}{local}"


_NOTES = (named("text:note"), named("office:annotation"))
_APART = (named("draw:text-box"), named("draw:custom-shape"), named("draw:object"), named("draw:object-ole"))
_SILENT = (named("text:tracked-changes"), named("office:binary-data"), named("text:ruby-text"))
_ENDS_LINE = (named("text:p"), named("text:h"), named("text:line-break"))


def text_of(element: _Element, note: Note) -> str:
    """Its running text, paragraphs on lines of their own; notes go to `note`, text boxes are left to the caller."""
    parts: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            pass  # a comment
        elif child.tag in _NOTES:
            note(child)
        elif child.tag == named("text:s"):
            parts.append(" " * min(repeated(child, "text:c"), _MAX_SPACES))
        elif child.tag == named("text:tab"):
            parts.append("\t")
        elif child.tag in (named("svg:title"), named("svg:desc")):
            parts.append(f" {child.text or ''} ")
        elif child.tag not in _SILENT and child.tag not in _APART:
            parts.append(text_of(child, note))
        if child.tag in _ENDS_LINE:
            parts.append("\n")
        parts.append(child.tail or "")
    return "".join(parts)


def plain(element: _Element | None) -> str:
    """All its text on one line; "" of none."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def repeated(element: _Element, attribute: str) -> int:
    """A count that an attribute gives, 1 where it is not there or makes no sense."""
    value = element.get(named(attribute), "1")
    return int(value) if value.isdigit() and len(value) < 8 else 1
