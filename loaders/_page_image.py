"""A page of a PDF, or of an image, as a picture with passages marked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from loaders import _picture, pdf
from loaders._document import Box
from loaders._errors import DamagedDocument

if TYPE_CHECKING:
    from PIL import Image

_MARK = (255, 214, 0)
_MARGIN = 1.0  # points around a line, so that the mark does not cut its letters
_MAX_PIXELS = 40_000_000


def render_page(
    data: bytes, page: int, boxes: Sequence[Box] = (), scale: float = 1.5, password: str | None = None
) -> bytes:
    """A PNG of page `page` (from 1) at `scale` pixels per point, with the boxes on that page marked in yellow.

    An image file's points are such that its pages are at most as large as A4. Raises ValueError where there is no
    such page, and what opening a PDF or an image raises.
    """
    image, scale = _pdf_page(data, page, scale, password) if pdf.recognises(data) else _image_page(data, page, scale)
    png = io.BytesIO()
    _marked(image, [box for box in boxes if box.page == page], scale).save(png, "PNG")
    return png.getvalue()


def _pdf_page(data: bytes, page: int, scale: float, password: str | None) -> tuple[Image.Image, float]:
    """The page in RGB, and its pixels per point."""
    import pypdfium2 as pdfium

    from loaders._pdfium import opened

    with opened(data, password) as document:
        if not 1 <= page <= len(document):
            raise ValueError(f"The document has pages 1 to {len(document)}, not {page}.")
        try:
            opened_page = document[page - 1]
            width, height = opened_page.get_size()
            scale = min(scale, (_MAX_PIXELS / max(width * height, 1)) ** 0.5)
            return opened_page.render(scale=cast(int, scale)).to_pil().convert("RGB"), scale
        except pdfium.PdfiumError as error:
            raise DamagedDocument(f"Page {page} cannot be drawn.") from error


def _image_page(data: bytes, page: int, scale: float) -> tuple[Image.Image, float]:
    with _picture.opened(data) as image:
        shown = _picture.page(image, page)
    wanted = scale * _picture.points(shown)
    if wanted < 1:
        shown = shown.resize((max(1, round(shown.width * wanted)), max(1, round(shown.height * wanted))))
        return shown.convert("RGB"), scale
    return shown.convert("RGB"), 1 / _picture.points(shown)


def _marked(image: Image.Image, boxes: Sequence[Box], scale: float) -> Image.Image:
    from PIL import Image, ImageChops

    marks = Image.new("RGB", image.size, (255, 255, 255))
    for box in boxes:
        edges = (box.left - _MARGIN, box.top - _MARGIN, box.right + _MARGIN, box.bottom + _MARGIN)
        left, top, right, bottom = (round(edge * scale) for edge in edges)
        marks.paste(_MARK, (left, top, max(right, left + 1), max(bottom, top + 1)))
    # Multiplied like a marker pen: black text stays black.
    return ImageChops.multiply(image, marks)
