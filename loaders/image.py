"""Images (PNG, JPEG, TIFF, WebP, BMP, GIF, HEIF, AVIF, JPEG 2000): the text in them, by OCR, with where it stands."""

from __future__ import annotations

from loaders._content import Content

NAME = "an image"
EXTENSIONS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".avif": "image/avif",
    ".jp2": "image/jp2",
}
BINARY = True

# First bytes as the formats' own specifications have them; TIFF's last two are BigTIFF's.
_MAGIC = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"\0\0\0\x0cjP  \r\n\x87\n",
    b"II*\0", b"MM\0*", b"II+\0", b"MM\0+",
)  # fmt: skip
_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)  # the sizes that a BMP's second header has had
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")


def recognises(data: bytes) -> bool:
    """The first bytes; those of BMP are too short to be trusted alone."""
    if data[:2] == b"BM":
        return data[6:10] == bytes(4) and int.from_bytes(data[14:18], "little") in _BITMAP_HEADERS
    riff = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data.startswith(_MAGIC) or riff or (data[4:8] == b"ftyp" and data[8:12] in _HEIF)


def load(data: bytes, name: str, password: str | None) -> Content:
    """Paragraphs, headings and tables with a box for each line; a TIFF's pages are pages."""
    del name, password
    from loaders._picture_text import read

    return read(data)
