"""A Word document's parts become blocks."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from loaders._content import Content, Member
from loaders._document import Block, Skipped
from loaders._docx_numbering import Numbers
from loaders._docx_styles import Styles
from loaders._docx_tables import cells, grid, inner_tables
from loaders._docx_text import TEXT_BOX, is_page_number, paragraph_text, walk
from loaders._errors import DamagedDocument
from loaders._office_drawing import description, graphic_blocks
from loaders._office_package import Package, tag, value
from loaders._text import cell, rows_text, tidy

_PARAGRAPH, _TABLE, _ALTERNATIVE = tag("w:p"), tag("w:tbl"), tag("w:altChunk")
_FORMULAS = tag("m:oMathPara")
_CONTAINERS = frozenset([_PARAGRAPH, _TABLE, _FORMULAS])
_DRAWINGS = frozenset([TEXT_BOX, tag("wp:inline"), tag("wp:anchor")])
# In the order in which they are given after the body.
_NOTES = ("footnotes", "endnotes", "comments", "header", "footer")
_NOTE_TAGS = frozenset([tag("w:footnote"), tag("w:endnote"), tag("w:comment")])
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")


def read(package: Package) -> Content:
    """The blocks, title and metadata. Raises DamagedDocument where there is no document in the package."""
    name = package.main("word/document.xml")
    root = package.xml(name)
    body = None if root is None else next(root.iter(tag("w:body")), None)
    if body is None:
        message = "The file is damaged: it has no readable Word document in it."
        raise DamagedDocument(message, "Open it in Word, let it repair the file, and save it again.")
    story = _Story(package, name)
    blocks = list(story.blocks(body))
    blocks.extend(_notes(package, name, story))
    title, metadata = package.properties()
    members = list(_alternatives(package, name, body))
    skipped = [Skipped("damaged_part", part) for part in dict.fromkeys(package.damaged)]
    return Content(blocks, title, metadata, skipped=skipped, members=members)


def _part(package: Package, name: str, kind: str) -> _Element | None:
    return next((package.xml(target) for target in package.related(name, kind)), None)


def _notes(package: Package, document: str, story: _Story) -> Iterator[Block]:
    """Footnotes, endnotes, comments, headers and footers, each text once."""
    seen: set[str] = set()
    for kind in _NOTES:
        for part in package.related(document, kind):
            root = package.xml(part)
            for note in [] if root is None else _note_roots(root):
                text = "\n".join(block.text for block in story.of(part, kind).blocks(note))
                if text and text not in seen:
                    seen.add(text)
                    yield Block("note", text)


def _note_roots(root: _Element) -> list[_Element]:
    """Each note of a notes part; a header or footer part is one note itself."""
    if root.tag in (tag("w:hdr"), tag("w:ftr")):
        return [root]
    return [note for note in root if note.tag in _NOTE_TAGS and value(note, "w:type") not in _SEPARATORS]


def _alternatives(package: Package, document: str, body: _Element) -> Iterator[Member]:
    """Documents of another format that Word shows in this one's place (an HTML page, say)."""
    relations = package.relations(document)
    for chunk in body.iter(_ALTERNATIVE):
        relation = relations.get(value(chunk, "r:id"))
        if relation and not relation.external and (data := package.read(relation.target)):
            yield Member(relation.target.rpartition("/")[2], data)


class _Story:
    """One part's text. Styles and the counts of numbered lists are those of the document."""

    def __init__(self, package: Package, part: str, kind: str = "", document: _Story | None = None) -> None:
        self._package = package
        self._relations = package.relations(part)
        self._has_page_numbers = kind in ("header", "footer")
        self._styles = document._styles if document else Styles(_part(package, part, "styles"))
        self._numbers = document._numbers if document else Numbers(_part(package, part, "numbering"))

    def of(self, part: str, kind: str) -> _Story:
        """The text of another part of the same document."""
        return _Story(self._package, part, kind, self)

    def blocks(self, container: _Element) -> Iterator[Block]:
        """Paragraphs and tables in order, also those in content controls; drawings after the paragraph they hang on."""
        deleted_end = ""
        for element in walk(container, _CONTAINERS):
            if element.tag == _TABLE:
                yield from self._table(element)
            elif element.tag == _FORMULAS:
                yield from self._paragraph(element, "")
            elif element.tag == _PARAGRAPH:
                if _end_is_deleted(element):
                    deleted_end += paragraph_text(element)
                    continue
                yield from self._paragraph(element, deleted_end)
                deleted_end = ""
                yield from self._drawings(element)
        if text := tidy(deleted_end):
            yield Block("paragraph", text)

    def _paragraph(self, element: _Element, before: str) -> Iterator[Block]:
        """`before` is the text of paragraphs whose end a tracked change deletes: they go on in this one."""
        text = tidy(before + paragraph_text(element))
        if not text or (self._has_page_numbers and is_page_number(element)):
            return
        numbering = self._styles.numbering(element)
        place = self._numbers.place(numbering)
        numbered = _with_label(self._numbers.next(numbering), text)
        if level := self._styles.heading_level(element):
            yield Block("heading", cell(numbered), level)
        elif place:
            yield Block("list", numbered, place)
        else:
            yield Block(self._styles.kind(element), numbered)

    def _drawings(self, paragraph: _Element) -> Iterator[Block]:
        for drawing in walk(paragraph, _DRAWINGS):
            if drawing.tag == TEXT_BOX:
                yield from self.blocks(drawing)
            elif drawing.tag in _DRAWINGS:
                yield from description(drawing.find(tag("wp:docPr")))
                yield from graphic_blocks(drawing, self._package, self._relations)
                for box in walk(drawing, frozenset([TEXT_BOX])):
                    if box.tag == TEXT_BOX:
                        yield from self.blocks(box)

    def _table(self, table: _Element) -> Iterator[Block]:
        """A table as rows, then the tables and drawings in its cells; one of a single cell is a frame."""
        entries = cells(table)
        if len(entries) == 1:
            yield from self.blocks(entries[0])
            return
        if text := rows_text(grid(table, self._cell_paragraph)):
            yield Block("table", text)
        for entry in entries:
            for paragraph in walk(entry, _CONTAINERS):
                if paragraph.tag == _PARAGRAPH:
                    yield from self._drawings(paragraph)
        for inner in inner_tables(table):
            yield from self._table(inner)

    def _cell_paragraph(self, paragraph: _Element) -> str:
        """A number alone counts too: a column of numbers is often an empty numbered list."""
        return _with_label(self._numbers.next(self._styles.numbering(paragraph)), paragraph_text(paragraph))


def _with_label(label: str, text: str) -> str:
    return f"{label} {text}".strip() if label else text


def _end_is_deleted(paragraph: _Element) -> bool:
    return paragraph.find(f"{tag('w:pPr')}/{tag('w:rPr')}/{tag('w:del')}") is not None
