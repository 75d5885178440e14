"""A Word document's XML becomes blocks; python-docx opens the package."""

from __future__ import annotations

import io
from collections.abc import Iterator

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import Part, XmlPart
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.package import Package
from lxml.etree import _Element

from loaders._archives import UNREADABLE
from loaders._content import Content
from loaders._document import Block
from loaders._docx_styles import Styles
from loaders._docx_text import TEXT_BOX, paragraph_text, walk
from loaders._errors import DamagedDocument
from loaders._text import cell, rows_text, tidy

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_CONTAINERS = frozenset([_PARAGRAPH, _TABLE])
_MAX_SPAN = 64
_COMMENTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
# In the order in which they are given after the body.
_NOTES = (RT.FOOTNOTES, RT.ENDNOTES, _COMMENTS, RT.HEADER, RT.FOOTER)


def read(data: bytes) -> Content:
    """The blocks, title and metadata of a package whose size was checked."""
    try:
        package = Package.open(io.BytesIO(data))
        part = package.main_document_part
        # python-docx knows the root of .docx only; that of templates and macro documents has the same XML.
        root = part.element if isinstance(part, XmlPart) else parse_xml(part.blob)
    except (PackageNotFoundError, *UNREADABLE) as error:
        message = "The file is damaged: it has no readable Word document in it."
        raise DamagedDocument(message, "Open it in Word, let it repair the file, and save it again.") from error
    styles = Styles(_styles_root(part))
    body = root.find(qn("w:body"))
    blocks = [] if body is None else list(_blocks(body, styles))
    blocks.extend(_notes(part, styles))
    stated = package.core_properties
    metadata = {"author": stated.author, "subject": stated.subject, "keywords": stated.keywords}
    dates = {"created": stated.created, "modified": stated.modified}
    metadata.update({name: date.isoformat() for name, date in dates.items() if date})
    return Content(blocks, stated.title, metadata)


def _styles_root(part: Part) -> _Element | None:
    related = next((r for r in part.rels.values() if r.reltype == RT.STYLES and not r.is_external), None)
    return None if related is None else parse_xml(related.target_part.blob)


def _notes(part: Part, styles: Styles) -> Iterator[Block]:
    """Footnotes, endnotes, comments, headers and footers, each text once."""
    seen: set[str] = set()
    for kind in _NOTES:
        for relation in part.rels.values():
            if relation.reltype != kind or relation.is_external:
                continue
            for note in _note_roots(parse_xml(relation.target_part.blob)):
                text = "\n".join(block.text for block in _blocks(note, styles))
                if text and text not in seen:
                    seen.add(text)
                    yield Block("note", text)


def _note_roots(root: _Element) -> Iterator[_Element]:
    """Each note of a notes part; a header or footer part is one note itself."""
    kinds = {
        qn("w:footnotes"): qn("w:footnote"),
        qn("w:endnotes"): qn("w:endnote"),
        qn("w:comments"): qn("w:comment"),
    }
    if root.tag not in kinds:
        yield root
        return
    for note in root.findall(kinds[str(root.tag)]):
        if note.get(qn("w:type")) not in ("separator", "continuationSeparator", "continuationNotice"):
            yield note


def _blocks(container: _Element, styles: Styles) -> Iterator[Block]:
    """Paragraphs and tables in order, also those in content controls; text boxes after the paragraph they hang on."""
    for element in walk(container, _CONTAINERS):
        if element.tag == _TABLE:
            yield from _table(element, styles)
        elif element.tag == _PARAGRAPH:
            yield from _paragraph(element, styles)
            for box in walk(element, frozenset([TEXT_BOX])):
                if box.tag == TEXT_BOX:
                    yield from _blocks(box, styles)


def _paragraph(element: _Element, styles: Styles) -> Iterator[Block]:
    text = tidy(paragraph_text(element))
    if not text:
        return
    if level := styles.heading_level(element):
        yield Block("heading", cell(text), level)
    elif level := styles.list_level(element):
        yield Block("list", text, level)
    else:
        yield Block("paragraph", text)


def _table(table: _Element, styles: Styles) -> Iterator[Block]:
    """A table as rows; one of a single cell is a frame around what is in it."""
    cells = [c for row in _children(table, _ROW) for c in _children(row, _CELL)]
    if len(cells) == 1:
        yield from _blocks(cells[0], styles)
        return
    text = rows_text(_rows(table))
    if text:
        yield Block("table", text)


def _rows(table: _Element) -> list[list[str]]:
    """Cell texts by grid: a cell merged downwards is repeated in each row, one merged sideways stands once."""
    rows: list[list[str]] = []
    above: list[str] = []
    for row in _children(table, _ROW):
        current = [""] * _grid_value(row.find(qn("w:trPr")), "w:gridBefore", 0)
        for element in _children(row, _CELL):
            properties = element.find(qn("w:tcPr"))
            merged = None if properties is None else properties.find(qn("w:vMerge"))
            continues = merged is not None and merged.get(qn("w:val"), "continue") == "continue"
            text = above[len(current)] if continues and len(current) < len(above) else _cell_text(element)
            current.append(text)
            current.extend([""] * (_grid_value(properties, "w:gridSpan", 1) - 1))
        rows.append(current)
        above = current
    return rows


def _grid_value(properties: _Element | None, name: str, default: int) -> int:
    found = None if properties is None else properties.find(qn(name))
    value = "" if found is None else found.get(qn("w:val"), "")
    return min(int(value), _MAX_SPAN) if value.isdigit() else default


def _cell_text(element: _Element) -> str:
    """All text of a cell on one line, that of a table inside it too."""
    texts = (cell(paragraph_text(child)) for child in walk(element) if child.tag == _PARAGRAPH)
    return " ".join(text for text in texts if text)


def _children(element: _Element, tag: str) -> Iterator[_Element]:
    """The rows of a table or the cells of a row, also those inside content controls, but not of a table within."""
    for child in walk(element, frozenset([tag, _TABLE])):
        if child.tag == tag:
            yield child
