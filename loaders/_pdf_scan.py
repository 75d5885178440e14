"""Pages of a PDF that are pictures of text: drawn, and read by OCR where that is available."""

from __future__ import annotations

from itertools import islice
from typing import cast

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from loaders import _ocr
from loaders._pdf_lines import PageLines

_READ_SIDE = 2000  # pixels of the longer side that text recognition makes use of
_FEW_CHARACTERS = 16  # a page with a picture and less text than this is a scan with a stamp on it
_UNKNOWN = 0.05  # of a page's characters: what else there is has most likely the same font without a map
_DRAWN = (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_FORM)


def is_scan(page: pdfium.PdfPage, lines: PageLines) -> bool:
    """Whether something is drawn on the page and (nearly) none of it is text that can be read as such."""
    text = "".join([line.text for line in lines.lines])
    unknown = text.count("\0")
    if unknown > _UNKNOWN * len(text):
        return True
    readable = sum(1 for _ in islice(filter(str.isalnum, text), _FEW_CHARACTERS))
    if readable == _FEW_CHARACTERS:
        return False
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    kinds = {pdfium_c.FPDFPageObj_GetType(pdfium_c.FPDFPage_GetObject(page.raw, n)) for n in range(count)}
    return unknown > 0 or (not readable and not kinds.isdisjoint(_DRAWN)) or pdfium_c.FPDF_PAGEOBJ_IMAGE in kinds


def recognised(page: pdfium.PdfPage, number: int) -> PageLines | None:
    """The lines of such a page, None where text recognition is not available."""
    if not _ocr.available():
        return None
    from loaders._ocr_page import page_lines

    scale = _READ_SIDE / max(1.0, *page.get_size())
    return page_lines(page.render(scale=cast(int, scale)).to_pil(), number, 1 / scale)
