"""A PDF from its bytes to its blocks."""

from __future__ import annotations

import pypdfium2 as pdfium

from loaders._content import Content
from loaders._errors import DocumentTooLarge, EmptyDocument
from loaders._pdf_blocks import blocks
from loaders._pdf_headings import Headings
from loaders._pdf_layout import without_furniture
from loaders._pdf_lines import PageLines, page_lines
from loaders._pdf_outline import stated
from loaders._pdfium import opened

MAX_PAGES = 20_000


def read(data: bytes, password: str | None) -> Content:
    """The blocks, title and metadata.

    Raises EncryptedDocument, DamagedDocument, DocumentTooLarge, and EmptyDocument where no page has text.
    """
    with opened(data, password) as document:
        if len(document) > MAX_PAGES:
            raise DocumentTooLarge(f"This PDF has {len(document)} pages; the limit is {MAX_PAGES}.", "Split it.")
        pages, unreadable = _pages(document)
    if not any(page.lines for page in pages):
        raise EmptyDocument(
            f"The {len(pages)} page(s) of this PDF have no text: they are images, as of a scan.",
            "Text recognition (OCR) is not there yet; run it through an OCR program and add the result.",
        )
    said = stated(data, password)
    kept = without_furniture(pages)
    if not any(page.lines for page in kept):
        kept = pages
    lines = [line for page in kept for line in page.lines]
    without_text = sum(not page.lines for page in pages)
    counts = {"pages": len(pages), "pages_without_text": without_text, "pages_unreadable": unreadable}
    metadata = said.metadata | {name: str(count) for name, count in counts.items() if count}
    return Content(list(blocks(kept, Headings(lines, said.outline))), said.title, metadata)


def _pages(document: pdfium.PdfDocument) -> tuple[list[PageLines], int]:
    """Each page's lines, and how many pages could not be read."""
    pages: list[PageLines] = []
    unreadable = 0
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            pages.append(page_lines(page, number))
            page.close()
        except pdfium.PdfiumError:
            unreadable += 1
            pages.append(PageLines(number, 0, 0, []))
    return pages, unreadable
