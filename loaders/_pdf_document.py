"""A PDF from its bytes to its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders import _ocr
from loaders._collection import no_collection
from loaders._content import Content, Member
from loaders._document import Block, Location, Skipped
from loaders._errors import DocumentTooLarge, EmptyDocument
from loaders._ocr_page import as_scanned
from loaders._pdf_annotations import Annotations, attached, members, with_typed
from loaders._pdf_blocks import blocks
from loaders._pdf_headings import Headings
from loaders._pdf_layout import without_furniture
from loaders._pdf_lines import PageLines
from loaders._pdf_outline import Stated, stated
from loaders._pdf_scan import is_scan, recognised
from loaders._pdf_text import page_lines
from loaders._pdfium import is_cut_off, opened
from loaders._pulse import beat

MAX_PAGES = 20_000
_UNKNOWN = "\0\u21b5"  # what glyphs leave whose characters are not known
_TRIES = 3  # pages with such glyphs (there are more reasons for them) whose fonts are looked into


@dataclass(slots=True)
class _Found:
    """What the pages hold, and the files attached to them and to the document."""

    pages: list[PageLines] = field(default_factory=list)
    comments: list[Block] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read(data: bytes, password: str | None) -> Content:
    """The blocks, title and metadata; comments are notes at the end, attached files are members.

    Raises EncryptedDocument, DamagedDocument, DocumentTooLarge, and EmptyDocument where no page has text.
    """
    with no_collection():
        return _content(data, password)


def _content(data: bytes, password: str | None) -> Content:
    try:
        found, said = _found(data, password, wary=True)
    except _Mended as mended:
        found, said = _found(mended.data, password, wary=False)
    if not (any(page.lines for page in found.pages) or found.comments or found.members):
        raise EmptyDocument(
            f"The {len(found.pages)} page(s) of this PDF have no text: they are empty, or images as of a scan.",
            "Check that it is the file that you meant." if _ocr.available() else _ocr.how_to_install(),
        )
    kept = without_furniture(found.pages)
    if not any(page.lines for page in kept):
        kept = found.pages
    lines = [line for page in kept for line in page.lines]
    laid_out = as_scanned(blocks(kept, Headings(lines, said.outline)), kept)
    return Content(
        [*laid_out, *found.comments],
        said.title,
        said.metadata,
        len(found.pages),
        skipped=found.skipped,
        members=found.members,
    )


class _Mended(Exception):
    """The file has fonts that hide their characters; here it is with maps for them, to be read from the start."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data


class _Mender:
    """Looks into the fonts of the first pages that have glyphs without a character; raises _Mended."""

    def __init__(self, data: bytes, password: str | None, tries: int) -> None:
        self._file, self._tries = (data, password), tries

    def look(self, lines: PageLines) -> None:
        text = "".join([line.text for line in lines.lines]) if self._tries else ""
        if not any(unknown in text for unknown in _UNKNOWN):
            return
        from loaders._pdf_fonts import with_maps

        self._tries -= 1
        if mended := with_maps(*self._file, lines.number):
            raise _Mended(mended)


def _found(data: bytes, password: str | None, wary: bool) -> tuple[_Found, Stated]:
    """What is on the pages, and what the file says of itself; where `wary`, raises _Mended."""
    with opened(data, password) as document:
        if len(document) > MAX_PAGES:
            raise DocumentTooLarge(f"This PDF has {len(document)} pages; the limit is {MAX_PAGES}.", "Split it.")
        return _read(document, _Mender(data, password, _TRIES if wary else 0)), stated(document)


def _read(document: pdfium.PdfDocument, mender: _Mender) -> _Found:
    found, files = _Found(), attached(document)
    if document.get_formtype() == pdfium_c.FORMTYPE_ACRO_FORM:
        document.init_forms()
    before: pdfium.PdfPage | None = None
    for number in range(1, len(document) + 1):
        beat(number - 1, len(document), "pages")
        lines = PageLines(number, 0, 0, [])
        try:
            page = document[number - 1]
            if before:  # only now: the fonts that both pages have are not loaded again
                before.close()
            before = page
            lines = page_lines(page, number)
            mender.look(lines)
            lines = _or_recognised(page, lines, found)
            annotations = Annotations(document, page, number)
            lines = replace(lines, lines=with_typed(lines.lines, annotations.lines))
            notes = [*annotations.comments, *annotations.linked(lines.lines)]
            found.comments += [Block("note", text, location=Location(page=number)) for text in notes]
            files += annotations.files
        except pdfium.PdfiumError:
            found.skipped.append(Skipped("damaged_page", str(number)))
        found.pages.append(lines)
    found.members, damaged = members(files)
    found.skipped += damaged
    if is_cut_off(document):
        found.skipped.append(Skipped("damaged_end", f"after page {len(document)}"))
    return found


def _or_recognised(page: pdfium.PdfPage, lines: PageLines, found: _Found) -> PageLines:
    """The lines of a page, recognised where it is a picture of them."""
    if not is_scan(page, lines):
        return lines
    scanned = recognised(page, lines.number)
    if scanned is None:
        found.skipped.append(Skipped("no_ocr", str(lines.number)))
    return scanned if scanned and scanned.lines else lines
