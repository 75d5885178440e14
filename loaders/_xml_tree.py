"""XML becomes a tree: no entity is expanded, nothing is fetched, depth and sizes are limited by libxml2."""

from __future__ import annotations

import html
from typing import Any

from lxml.etree import Entity, QName, XMLParser, XMLSyntaxError, fromstring

from loaders._errors import DamagedDocument


def parse_xml(data: bytes) -> Any:
    """The root element; a damaged file is read as far as it goes. Raises DamagedDocument where nothing can be read."""
    parser = XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=False,
    )
    try:
        root = fromstring(data, parser)
    except (XMLSyntaxError, ValueError) as error:
        raise DamagedDocument(
            "This is not well-formed XML.", "Open it in its own program and save it again."
        ) from error
    if root is None:
        raise DamagedDocument("There is no XML element in this file.", "Get the file once more.")
    return root


def name_of(element: Any) -> str:
    """An element's name without its namespace; "" for an entity."""
    return QName(element).localname if isinstance(element.tag, str) else ""


def text_of(element: Any) -> str:
    """All text in an element; entities that HTML knows are characters, others are left out.

    A stack, not recursion: the nesting is the file's choice.
    """
    parts = [element.text or ""]
    stack = [(iter(element), "")]
    while stack:
        children, tail = stack[-1]
        child = next(children, None)
        if child is None:
            parts.append(tail)
            stack.pop()
        elif isinstance(child.tag, str):
            parts.append(child.text or "")
            stack.append((iter(child), child.tail or ""))
        else:
            parts += (html.unescape(child.text or "") if child.tag is Entity else "", child.tail or "")
    return "".join(parts)


def child_text(element: Any, name: str) -> str:
    """The text of the first child of this name; "" where there is none."""
    return next((text_of(child).strip() for child in element if name_of(child) == name), "")
