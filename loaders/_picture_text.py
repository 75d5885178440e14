"""The text in a picture, laid out as that of a PDF's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from loaders import _ocr, _picture
from loaders._content import Content
from loaders._document import Skipped
from loaders._errors import DocumentTooLarge, EmptyDocument, UnsupportedFormat
from loaders._ocr_page import as_scanned, page_lines
from loaders._pdf_blocks import blocks
from loaders._pdf_headings import Headings
from loaders._pdf_layout import without_furniture
from loaders._pdf_lines import PageLines
from loaders._pulse import beat

if TYPE_CHECKING:
    from PIL import Image

MAX_PAGES = 2_000
_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
_SMALLEST = 16  # pixels; nothing can be written in less
# Exif 2.32, 4.6.4, and the keywords of PNG (third edition, 11.3.3.2).
_EXIF = {0x010E: "description", 0x013B: "author", 0x0132: "modified", 0x8298: "copyright"}
_EXIF_PHOTO = 0x8769
_TAKEN = 0x9003
_PNG = {"Author": "author", "Description": "description", "Comment": "comment", "Copyright": "copyright"}


def read(data: bytes) -> Content:
    """What OCR reads. Raises EmptyDocument where that is nothing, UnsupportedFormat where OCR is not installed."""
    with _picture.opened(data) as image:
        if not _ocr.available():
            raise UnsupportedFormat(
                "This is an image; reading the text in it needs text recognition (OCR), which is not installed.",
                _ocr.how_to_install(),
            )
        count = _picture.pages(image)
        if count > MAX_PAGES:
            raise DocumentTooLarge(f"This image has {count} pages; the limit is {MAX_PAGES}.", "Split it.")
        metadata = _metadata(image)
        found = list(_pages(image, count))
        frames = getattr(image, "n_frames", 1)
        format_name, title = image.format, str(image.info.get("Title") or "")
    if not any(page.lines for page in found):
        raise EmptyDocument("No text was found in this image.", "If there is some, add a larger or sharper picture.")
    kept = without_furniture(found)
    lines = [line for page in kept for line in page.lines]
    skipped = [Skipped("animation_frames", str(frames - 1))] if format_name in _ANIMATED and frames > 1 else []
    laid_out = as_scanned(blocks(kept, Headings(lines, ())), kept)
    return Content(list(laid_out), title, metadata, count, skipped=skipped)


def _pages(image: Image.Image, count: int) -> Iterator[PageLines]:
    for number in range(1, count + 1):
        beat(number - 1, count, "pages")
        page = _picture.page(image, number)
        if min(page.size) < _SMALLEST:
            yield PageLines(number, 0, 0, [])
        else:
            yield page_lines(page, number, _picture.points(page))


def _metadata(image: Image.Image) -> Mapping[str, str]:
    exif = image.getexif()
    found = {name: str(exif.get(tag) or "") for tag, name in _EXIF.items()}
    found["created"] = _date(str(exif.get_ifd(_EXIF_PHOTO).get(_TAKEN) or ""))
    found["modified"] = _date(found["modified"])
    found |= {name: str(image.info[key]) for key, name in _PNG.items() if image.info.get(key)}
    found["size"] = f"{image.width} x {image.height}"
    return {name: " ".join(value.replace("\0", " ").split()) for name, value in found.items()}


def _date(exif: str) -> str:
    """`2024:05:01 12:30:00` as the other loaders write it, without the time."""
    return exif[:10].replace(":", "-")
