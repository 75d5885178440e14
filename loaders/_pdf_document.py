"""A PDF from its bytes to its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders import _ocr
from loaders._content import Content, Member
from loaders._document import Block, Location, Skipped
from loaders._errors import DocumentTooLarge, EmptyDocument
from loaders._ocr_page import as_scanned
from loaders._pdf_annotations import Annotations, attached, members, with_typed
from loaders._pdf_blocks import blocks
from loaders._pdf_headings import Headings
from loaders._pdf_layout import without_furniture
from loaders._pdf_lines import PageLines
from loaders._pdf_outline import stated
from loaders._pdf_scan import is_scan, recognised
from loaders._pdf_text import page_lines
from loaders._pdfium import opened
from loaders._pulse import beat

MAX_PAGES = 20_000


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
    with opened(data, password) as document:
        if len(document) > MAX_PAGES:
            raise DocumentTooLarge(f"This PDF has {len(document)} pages; the limit is {MAX_PAGES}.", "Split it.")
        found = _read(document)
        said = stated(document)
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


def _read(document: pdfium.PdfDocument) -> _Found:
    found, files = _Found(), attached(document)
    if document.get_formtype() == pdfium_c.FORMTYPE_ACRO_FORM:
        document.init_forms()
    for number in range(1, len(document) + 1):
        beat()
        lines = PageLines(number, 0, 0, [])
        try:
            page = document[number - 1]
            lines = _lines(page, number, found)
            annotations = Annotations(document, page, number)
            lines = replace(lines, lines=with_typed(lines.lines, annotations.lines))
            found.comments += [Block("note", text, location=Location(page=number)) for text in annotations.comments]
            files += annotations.files
            page.close()
        except pdfium.PdfiumError:
            found.skipped.append(Skipped("damaged_page", str(number)))
        found.pages.append(lines)
    found.members, damaged = members(files)
    found.skipped += damaged
    return found


def _lines(page: pdfium.PdfPage, number: int, found: _Found) -> PageLines:
    """The lines of a page, recognised where it is a picture of them."""
    lines = page_lines(page, number)
    if not is_scan(page, lines):
        return lines
    scanned = recognised(page, number)
    if scanned is None:
        found.skipped.append(Skipped("no_ocr", str(number)))
    return scanned if scanned and scanned.lines else lines
