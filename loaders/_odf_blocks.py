"""OpenDocument content (OASIS ODF 1.3 part 3) as blocks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from lxml.etree import _Element

from loaders._archives import check_archive
from loaders._content import Content
from loaders._document import Block, Location, Skipped
from loaders._errors import EncryptedDocument
from loaders._odf_objects import put_in_place
from loaders._odf_styles import Styles
from loaders._odf_text import NAMES, Note, named, plain, repeated, text_of
from loaders._sheet_tables import Row, sheet_blocks, within_limit
from loaders._text import cell, rows_text, tidy
from loaders._xml_tree import parse_xml

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".emf", ".wmf", ".svm", ".bmp", ".tif", ".tiff", ".webp")
_METADATA = {
    "author": "meta:initial-creator",
    "creator": "dc:creator",
    "subject": "dc:subject",
    "description": "dc:description",
    "created": "meta:creation-date",
}
_CODE = frozenset(["Preformatted Text", "Source Text"])
_CAPTION = re.compile(r"caption$", re.IGNORECASE)
_HIDDEN = frozenset(named(name) for name in ("text:tracked-changes", "office:forms", "text:sequence-decls"))
_MARGINS = frozenset(
    named(f"style:{side}{pages}") for side in ("header", "footer") for pages in ("", "-left", "-first")
)
_MAX_REPEATED_ROWS = 10_000  # a sheet says "this empty row a million times"


def read(data: bytes) -> Content:
    """Texts give their blocks, presentations a slide each, spreadsheets their tables."""
    root, others, skipped = _parts(data)
    meta = others.get("meta.xml", root).find("office:meta", NAMES)
    body = root.find("office:body", NAMES)
    body = next(iter(body), None) if body is not None else None
    if body is None:
        return Content([])
    styles = Styles([*others.values(), root])
    reader = _Reader(styles)
    slides = body.findall("draw:page", NAMES)
    if body.tag == named("office:spreadsheet"):
        sheets = body.findall("table:table", NAMES)
        hidden = [sheet for sheet in sheets if styles.hides(sheet.get(named("table:style-name"), ""))]
        skipped += [Skipped("hidden", sheet.get(named("table:name"), "")) for sheet in hidden]
        blocks = list(within_limit(_sheets(sheet for sheet in sheets if sheet not in hidden)))
    elif slides:
        blocks = [block for number, slide in enumerate(slides, 1) for block in reader.slide(slide, number)]
    else:
        blocks = [*_code_whole(reader.blocks(body, Location())), *reader.notes]
        blocks += _margins(others.get("styles.xml", root))
    title = plain(meta.find(".//dc:title", NAMES)) if meta is not None else ""
    found = (
        {ours: plain(meta.find(f".//{name}", NAMES)) for ours, name in _METADATA.items()} if meta is not None else {}
    )
    return Content(blocks, title, found, len(slides), "utf-8", skipped)


def _parts(data: bytes) -> tuple[_Element, dict[str, _Element], list[Skipped]]:
    """The content, the parts with metadata and styles, and the pictures."""
    if not data.startswith(b"PK"):
        root = parse_xml(data)
        put_in_place(root, None)
        return root, {}, []
    check_archive(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise EncryptedDocument("This OpenDocument file is encrypted.", "Save it without a password.")
        others = {name: parse_xml(archive.read(name)) for name in ("meta.xml", "styles.xml") if name in names}
        pictures = [name for name in names if name.startswith("Pictures/") and name.lower().endswith(_PICTURES)]
        root = parse_xml(archive.read("content.xml"))
        put_in_place(root, archive)
        return root, others, [Skipped("image", str(len(pictures)))] if pictures else []


class _Reader:
    """Walks the elements; `notes` are footnotes and comments, which come after the text."""

    def __init__(self, styles: Styles) -> None:
        self.notes: list[Block] = []
        self._styles = styles
        self._label = ""  # of the list item that has just begun

    def slide(self, slide: _Element, number: int) -> Iterator[Block]:
        """Titles as headings, then the rest, then the speaker's notes."""
        here = Location(slide=number)
        titles = [f for f in slide.iter(named("draw:frame")) if f.get(named("presentation:class")) == "title"]
        for frame in titles:
            lines = (text_of(paragraph, self._note(here)) for paragraph in frame.iter(named("text:p")))
            if text := " ".join(" ".join(lines).split()):
                yield Block("heading", text, 1, here)
        for child in slide:
            if child not in titles and child.tag != named("presentation:notes"):
                yield from self.blocks(child, here)
        for notes in slide.findall("presentation:notes", NAMES):
            if text := tidy("\n".join(block.text for block in self.blocks(notes, here))):
                yield Block("note", text, 0, here)
        yield from self.notes
        self.notes = []

    def blocks(self, parent: _Element, here: Location, depth: int = 0, style: str = "") -> Iterator[Block]:
        """The blocks under an element, in order. `style` is that of the list around it."""
        if parent.tag in _HIDDEN or parent.get(named("presentation:class")) == "page-number":
            return
        if parent.tag in (named("text:h"), named("text:p")):
            yield from self._paragraph(parent, here, depth)
        elif parent.tag == named("table:table"):
            yield from self._table(parent, here)
        elif parent.tag == named("text:list"):
            yield from self._list(parent, here, depth + 1, style)
        else:
            for child in parent:
                yield from self.blocks(child, here, depth, style)

    def _list(self, element: _Element, here: Location, depth: int, style: str) -> Iterator[Block]:
        first = next(element.iter(named("text:p"), named("text:h")), None)
        own = self._styles.list_of(first.get(named("text:style-name"), "")) if first is not None else ""
        style = element.get(named("text:style-name")) or style or own
        goes_on = (
            element.get(named("text:continue-numbering")) == "true" or named("text:continue-list") in element.attrib
        )
        self._styles.begin(style, depth, goes_on=goes_on)
        for item in element:
            if item.find("text:p", NAMES) is not None or item.find("text:h", NAMES) is not None:
                numbered = item.tag == named("text:list-item")
                self._label = self._styles.next_label(style, depth, item) if numbered else ""
            yield from self.blocks(item, here, depth, style)
            self._label = ""

    def _paragraph(self, element: _Element, here: Location, depth: int) -> Iterator[Block]:
        text = tidy(text_of(element, self._note(here)))
        if text:
            text, self._label = self._label + text, ""
        styles = set(self._styles.lineage(element.get(named("text:style-name"), "")))
        if text and element.tag == named("text:h"):
            level = element.get(named("text:outline-level"), "1")
            yield Block("heading", text.replace("\n", " "), int(level) if level.isdigit() else 1, here)
        elif text and "Title" in styles:
            yield Block("heading", text.replace("\n", " "), 1, here)
        elif text and depth:
            yield Block("list", text, depth, here)
        elif text and not _CODE.isdisjoint(styles):
            yield Block("code", text_of(element, lambda _: None).strip("\n"), 0, here)
        elif text:
            yield Block("caption" if any(map(_CAPTION.search, styles)) else "paragraph", text, 0, here)
        for box in element.iter(named("draw:text-box"), named("draw:custom-shape")):
            for child in box:
                yield from self.blocks(child, here, depth)

    def _table(self, table: _Element, here: Location) -> Iterator[Block]:
        rows = [cells for _, cells in _rows(table, self._note(here))]
        if text := rows_text(rows):
            yield Block("table", text, 0, here)
        for inner in table.iterdescendants(named("table:table")):  # its text stands in its cell, too, with its notes
            if text := rows_text([cells for _, cells in _rows(inner, lambda _: None)]):
                yield Block("table", text, 0, here)

    def _note(self, here: Location) -> Note:
        def note(element: _Element) -> None:
            body = element.find("text:note-body", NAMES)
            paragraphs = (element if body is None else body).iter(named("text:p"))
            if text := tidy("\n".join(text_of(p, note) for p in paragraphs)):
                self.notes.append(Block("note", text, 0, here))

        return note


def _code_whole(blocks: Iterator[Block]) -> Iterator[Block]:
    """Lines of code, which are paragraphs of their own, as one block."""
    for kind, group in groupby(blocks, lambda block: block.kind):
        if kind == "code":
            lines = list(group)
            yield replace(lines[0], text="\n".join(line.text for line in lines))
        else:
            yield from group


def _margins(styles: _Element) -> Iterator[Block]:
    """Headers and footers as notes, each once, without their lines with page numbers."""
    texts = (
        tidy("\n".join(text_of(line, lambda _: None) for line in margin.iter(named("text:p")) if not _numbers(line)))
        for page in styles.iter(named("style:master-page"))
        for margin in page
        if margin.tag in _MARGINS
    )
    yield from (Block("note", text) for text in dict.fromkeys(texts) if text)


def _numbers(line: _Element) -> bool:
    return next(line.iter(named("text:page-number"), named("text:page-count")), None) is not None


def _sheets(tables: Iterable[_Element]) -> Iterator[Block]:
    for table in tables:
        notes: list[Block] = []
        name = table.get(named("table:name"), "")

        def note(element: _Element, name: str = name, notes: list[Block] = notes) -> None:
            if text := tidy("\n".join(plain(p) for p in element.iter(named("text:p")))):
                notes.append(Block("note", text, 0, Location(sheet=name)))

        yield from sheet_blocks(name, _rows(table, note))
        yield from notes


def _rows(table: _Element, note: Note) -> Iterator[Row]:
    """Rows with their numbers; a spanned cell's text stands in each row that it spans, in its first column."""
    number = 0
    spanning: dict[int, tuple[int, str]] = {}
    for row in _own_rows(table):
        cells: list[str] = []
        for entry in row:
            if entry.tag not in (named("table:table-cell"), named("table:covered-table-cell")):
                continue
            text = cell("\n".join(text_of(part, note) for part in entry if part.tag != named("office:annotation")))
            for annotation in entry.findall("office:annotation", NAMES):
                note(annotation)
            left, above = len(cells), spanning.get(len(cells), (0, ""))
            if entry.tag == named("table:covered-table-cell") and above[0]:
                text = text or above[1]
                spanning[left] = (above[0] - 1, above[1])
            if (rows := repeated(entry, "table:number-rows-spanned")) > 1:
                spanning[left] = (rows - 1, text)
            times = repeated(entry, "table:number-columns-repeated")
            cells += [text] * (times if text else min(times, 1000))
        while cells and not cells[-1]:
            cells.pop()
        times = repeated(row, "table:number-rows-repeated")
        for _ in range(min(times, _MAX_REPEATED_ROWS) if cells else 1):
            number += 1
            yield number, cells
        number += times - 1 if not cells else 0


def _own_rows(table: _Element) -> Iterator[_Element]:
    """The rows of a table, in its groups too, but not those of tables in its cells."""
    for child in table:
        if child.tag == named("table:table-row"):
            yield child
        elif child.tag in (
            named("table:table-header-rows"),
            named("table:table-rows"),
            named("table:table-row-group"),
        ):
            yield from _own_rows(child)
