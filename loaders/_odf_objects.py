"""Formulas and charts, which OpenDocument keeps in files of their own, are put where they stand in the text."""

from __future__ import annotations

import zipfile
from typing import Any

from lxml.etree import SubElement, _Element

from loaders._errors import DamagedDocument
from loaders._mathml import linear
from loaders._odf_text import NAMES, named
from loaders._xml_tree import name_of, parse_xml

_MOST = 500
_HREF = "{http://www.w3.org/1999/xlink}href"


def put_in_place(root: _Element, archive: zipfile.ZipFile | None) -> None:
    """A formula becomes a span of text, a chart a text box with the table of its values."""
    for element in list(root.iter(named("draw:object")))[:_MOST]:
        found = _inside(element, archive)
        if found is None:
            continue
        if name_of(found) == "math":
            element.tag, element.text = named("text:span"), f" {linear(found)} "
            del element[:]
        elif (table := found.find(".//table:table", NAMES)) is not None:
            del element[:]
            element.tag = named("draw:text-box")
            if title := " ".join("".join(p.itertext()) for p in found.iterfind(".//chart:title//text:p", NAMES)):
                SubElement(element, named("text:p")).text = title
            element.append(table)


def _inside(element: _Element, archive: zipfile.ZipFile | None) -> Any:
    if _HREF not in element.attrib:
        return element[0] if len(element) else None
    path = element.get(_HREF, "").removeprefix("./").rstrip("/") + "/content.xml"
    if archive is None or path not in archive.namelist():
        return None
    try:
        found = parse_xml(archive.read(path))
    except DamagedDocument:
        return None
    return found
