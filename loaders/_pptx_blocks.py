"""Slides become blocks; python-pptx opens the package."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pptx  # noqa: F401 - it tells its package which class reads which part
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.oxml.ns import qn
from pptx.package import Package as PowerPoint
from pptx.parts.presentation import PresentationPart
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.text.text import TextFrame, _Paragraph

from loaders._archives import UNREADABLE
from loaders._content import Content
from loaders._document import Block, Location
from loaders._errors import DamagedDocument
from loaders._office_drawing import description, graphic_blocks
from loaders._office_package import Package
from loaders._text import cell, rows_text, tidy

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_BULLETED = (
    PP_PLACEHOLDER.BODY,
    PP_PLACEHOLDER.OBJECT,
    PP_PLACEHOLDER.VERTICAL_BODY,
    PP_PLACEHOLDER.VERTICAL_OBJECT,
)
_REPEATED = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE)


def read(data: bytes, package: Package) -> Content:
    """The blocks, title and metadata of a package whose size was checked; `package` has the parts that python-pptx
    does not know: charts of every kind, diagrams."""
    try:
        # Not pptx.Presentation, which refuses slide shows and templates.
        part = PowerPoint.open(io.BytesIO(data)).main_document_part
        presentation = cast(PresentationPart, part).presentation
    except (PackageNotFoundError, AttributeError, *UNREADABLE) as error:
        message = "The file is damaged: it has no readable presentation in it."
        raise DamagedDocument(message, "Open it in PowerPoint, let it repair the file, and save it again.") from error
    blocks: list[Block] = []
    for number, slide in enumerate(presentation.slides, start=1):
        blocks.extend(replace(block, location=Location(slide=number)) for block in _slide(slide, package))
    stated = presentation.core_properties
    metadata = {"author": stated.author, "subject": stated.subject, "keywords": stated.keywords}
    dates = {"created": stated.created, "modified": stated.modified}
    metadata.update({name: date.isoformat() for name, date in dates.items() if date})
    return Content(blocks, stated.title, metadata | {"slides": str(len(presentation.slides))})


def _slide(slide: Slide, package: Package) -> Iterator[Block]:
    relations = package.relations(str(slide.part.partname).lstrip("/"))
    shapes = list(_flat(slide.shapes))
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        if text := cell(shape.text_frame.text):
            yield Block("heading", text, 1)
    for shape in shapes:
        if shape not in titles and _placeholder(shape) not in _REPEATED:
            yield from _shape(shape)
            yield from description(next(shape._element.iter(qn("p:cNvPr")), None))
            if isinstance(shape, GraphicFrame):
                yield from graphic_blocks(shape._element, package, relations)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) and (text := tidy(frame.text)):
        yield Block("note", text)


def _flat(shapes: Any) -> Iterator[Any]:
    """Shapes in the slide's order, those in groups too; a stack, as the nesting is the file's choice."""
    stack: list[BaseShape] = list(reversed(list(shapes)))
    while stack:
        shape = stack.pop()
        if isinstance(shape, GroupShape):
            stack.extend(reversed(list(shape.shapes)))
        else:
            yield shape


def _placeholder(shape: BaseShape) -> PP_PLACEHOLDER | None:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _shape(shape: Any) -> Iterator[Block]:
    if shape.has_text_frame:
        yield from _texts(shape.text_frame, _placeholder(shape) in _BULLETED)
    elif isinstance(shape, GraphicFrame) and shape.has_table:
        yield Block("table", rows_text(_table_rows(shape.table)))


def _table_rows(table: Any) -> list[list[str]]:
    """Cells as text: one that spans rows stands in each of them, one that spans columns in the first."""
    rows = [list(row.cells) for row in table.rows]
    texts = [["" if one.is_spanned else cell(one.text_frame.text) for one in row] for row in rows]
    for n, row in enumerate(rows):
        for column, one in enumerate(row):
            if one.is_merge_origin:
                for below in texts[n + 1 : n + min(one.span_height, len(rows))]:
                    below[column] = texts[n][column]
    return texts


def _texts(frame: TextFrame, bulleted: bool) -> Iterator[Block]:
    """Each paragraph; in a body placeholder, or with a bullet of its own, it is a list item."""
    for paragraph in frame.paragraphs:
        text = tidy("".join(_runs(paragraph)))
        if not text:
            continue
        own = _own_bullet(paragraph)
        if own if own is not None else bulleted:
            yield Block("list", text, paragraph.level + 1)
        else:
            yield Block("paragraph", text)


def _runs(paragraph: _Paragraph) -> Iterator[str]:
    """The text with its fields, line breaks and formulas (python-pptx leaves the latter out)."""
    for element in paragraph._p.iter():
        if element.tag == qn("a:br"):
            yield "\n"
        elif str(element.tag).endswith("}t"):
            yield element.text or ""


def _own_bullet(paragraph: _Paragraph) -> bool | None:
    properties = paragraph._p.find(qn("a:pPr"))
    if properties is None:
        return None
    if properties.find(qn("a:buNone")) is not None:
        return False
    kinds = ("a:buChar", "a:buAutoNum", "a:buBlip")
    return True if any(properties.find(qn(kind)) is not None for kind in kinds) else None
