"""A PDF from its bytes to its blocks."""

from __future__ import annotations

import pypdfium2 as pdfium

from loaders import _ocr
from loaders._content import Content
from loaders._document import Skipped
from loaders._errors import DocumentTooLarge, EmptyDocument
from loaders._ocr_page import as_scanned
from loaders._pdf_blocks import blocks
from loaders._pdf_headings import Headings
from loaders._pdf_layout import without_furniture
from loaders._pdf_lines import PageLines, page_lines
from loaders._pdf_outline import stated
from loaders._pdf_scan import is_scan, recognised
from loaders._pdfium import opened
from loaders._pulse import beat

MAX_PAGES = 20_000


def read(data: bytes, password: str | None) -> Content:
    """The blocks, title and metadata.

    Raises EncryptedDocument, DamagedDocument, DocumentTooLarge, and EmptyDocument where no page has text.
    """
    with opened(data, password) as document:
        if len(document) > MAX_PAGES:
            raise DocumentTooLarge(f"This PDF has {len(document)} pages; the limit is {MAX_PAGES}.", "Split it.")
        pages, skipped = _pages(document)
    if not any(page.lines for page in pages):
        raise EmptyDocument(
            f"The {len(pages)} page(s) of this PDF have no text: they are empty, or images as of a scan.",
            "Check that it is the file that you meant." if _ocr.available() else _ocr.how_to_install(),
        )
    said = stated(data, password)
    kept = without_furniture(pages)
    if not any(page.lines for page in kept):
        kept = pages
    lines = [line for page in kept for line in page.lines]
    laid_out = as_scanned(blocks(kept, Headings(lines, said.outline)), kept)
    return Content(list(laid_out), said.title, said.metadata, len(pages), skipped=skipped)


def _pages(document: pdfium.PdfDocument) -> tuple[list[PageLines], list[Skipped]]:
    """Each page's lines, and the pages that could not be read."""
    pages: list[PageLines] = []
    skipped: list[Skipped] = []
    for number in range(1, len(document) + 1):
        beat()
        lines = PageLines(number, 0, 0, [])
        try:
            page = document[number - 1]
            lines = page_lines(page, number)
            if is_scan(page, lines):
                found = recognised(page, number)
                lines = found if found and found.lines else lines
                skipped += [] if found else [Skipped("no_ocr", str(number))]
            page.close()
        except pdfium.PdfiumError:
            skipped.append(Skipped("damaged_page", str(number)))
        pages.append(lines)
    return pages, skipped
