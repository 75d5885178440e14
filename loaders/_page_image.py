"""A page of a PDF as a picture, with passages marked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import cast

from loaders._document import Box
from loaders._errors import DamagedDocument

_MARK = (255, 214, 0)
_MARGIN = 1.0  # points around a line, so that the mark does not cut its letters
_MAX_PIXELS = 40_000_000


def render_page(
    data: bytes, page: int, boxes: Sequence[Box] = (), scale: float = 1.5, password: str | None = None
) -> bytes:
    """A PNG of page `page` (from 1) at `scale` pixels per point, with the boxes on that page marked in yellow.

    Raises ValueError where there is no such page, and what opening a PDF raises.
    """
    import pypdfium2 as pdfium
    from PIL import Image, ImageChops

    from loaders._pdfium import opened

    with opened(data, password) as document:
        if not 1 <= page <= len(document):
            raise ValueError(f"The document has pages 1 to {len(document)}, not {page}.")
        try:
            opened_page = document[page - 1]
            width, height = opened_page.get_size()
            scale = min(scale, (_MAX_PIXELS / max(width * height, 1)) ** 0.5)
            image = opened_page.render(scale=cast(int, scale)).to_pil().convert("RGB")
        except pdfium.PdfiumError as error:
            raise DamagedDocument(f"Page {page} cannot be drawn.") from error
    marks = Image.new("RGB", image.size, (255, 255, 255))
    for box in boxes:
        if box.page == page:
            edges = (box.left - _MARGIN, box.top - _MARGIN, box.right + _MARGIN, box.bottom + _MARGIN)
            left, top, right, bottom = (round(edge * scale) for edge in edges)
            marks.paste(_MARK, (left, top, max(right, left + 1), max(bottom, top + 1)))
    # Multiplied like a marker pen: black text stays black.
    png = io.BytesIO()
    ImageChops.multiply(image, marks).save(png, "PNG")
    return png.getvalue()
