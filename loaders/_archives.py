"""Office files are zip archives: what is in them is measured before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib

from loaders._errors import DamagedDocument, DocumentTooLarge, EncryptedDocument

UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, NotImplementedError)
"""What a damaged container raises when its parts are unpacked and looked up."""

MAX_ENTRIES = 20_000
MAX_UNPACKED = 1 << 30
MAX_XML = 160 << 20  # lxml takes some ten times this in memory
MAX_RATIO = 200
_RATIO_COUNTS_FROM = 32 << 20


def check_archive(data: bytes, password: str | None = None) -> None:
    """Raises DamagedDocument, EncryptedDocument or DocumentTooLarge where the archive must not be unpacked.

    With a password, encrypted entries are no error. Sizes are those the directory states; zipfile never unpacks
    more of an entry than that.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (*UNREADABLE, OSError) as error:
        raise DamagedDocument(
            "The file is truncated or damaged (its zip container cannot be read).", "Get it once more."
        ) from error
    if not password and any(entry.flag_bits & 1 for entry in entries):
        raise EncryptedDocument("The file's zip container is encrypted.", "Give its password, or save it without one.")
    unpacked = sum(entry.file_size for entry in entries)
    xml = sum(entry.file_size for entry in entries if entry.filename.lower().endswith((".xml", ".rels")))
    bomb = unpacked > _RATIO_COUNTS_FROM and unpacked > MAX_RATIO * len(data)
    if bomb or len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or xml > MAX_XML:
        raise DocumentTooLarge(
            f"Unpacked, this file has {unpacked / 1e6:,.0f} MB in {len(entries):,} parts ({xml / 1e6:,.0f} MB of XML); "
            f"the limits are {MAX_UNPACKED / 1e6:,.0f} MB, {MAX_ENTRIES:,} parts, {MAX_XML / 1e6:,.0f} MB of XML.",
            "Split it into smaller files.",
        )
