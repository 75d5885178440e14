"""What bytes say of themselves: formats that no part here reads, zip containers, and whether it is text at all."""

from __future__ import annotations

import io
import zipfile

from loaders._archives import UNREADABLE
from loaders._encoding import detect_encoding
from loaders._errors import DamagedDocument

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# First bytes as the formats' own specifications and the Unix `file` command have them.
_MAGIC = (
    (b"%!PS", "a PostScript file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a program (Windows)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"wOFF", "a font"),
    (b"PAR1", "a Parquet table"),
)
_SHORT = 3  # a mark of two or three characters may begin a text too


def foreign_format(data: bytes) -> str:
    """The name, with its article, of a format that is known by its bytes and not read here; "" otherwise."""
    if data.startswith(_OLE):
        return "an OLE container (an old Office document or an Outlook message)"
    if names := zip_names(data):
        return _zip_format(names)
    for magic, found in _MAGIC:
        if data.startswith(magic) and (len(magic) > _SHORT or not is_text(data)):
            return found
    if data[4:8] == b"ftyp":
        return "an MP4 video"
    return {b"WAVE": "a WAVE recording", b"AVI ": "an AVI video"}.get(data[8:12], "")


def zip_names(data: bytes) -> frozenset[str]:
    """The names in a zip archive's directory, empty where it is none."""
    if not data.startswith(b"PK"):
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return frozenset(name.replace("\\", "/") for name in archive.namelist())
    except (*UNREADABLE, OSError):
        return frozenset()


def _zip_format(names: frozenset[str]) -> str:
    if any(name.startswith("xl/") for name in names):
        return "a binary Excel workbook (.xlsb; save it as .xlsx)"
    if "META-INF/container.xml" in names:
        return "an EPUB book"
    return "a zip archive"


def is_text(data: bytes) -> bool:
    """Whether the bytes are text in some encoding: almost no control characters once decoded."""
    sample = data[: 1 << 16]
    try:
        text = sample.decode(detect_encoding(sample), errors="replace")
    except DamagedDocument:
        return False
    controls = sum((c < " " and c not in "\t\n\r\f\v\x1b") or c == "\ufffd" for c in text)
    return controls <= len(text) // 100
