"""What is in a zip archive: names as people see them, bytes in memory; nothing touches the disk."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from loaders._archives import UNREADABLE, check_archive
from loaders._content import Member
from loaders._document import Skipped
from loaders._encoding import decode
from loaders._errors import DamagedDocument, EncryptedDocument

_UTF8 = 0x800  # bit 11 of an entry's flags
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075  # Info-ZIP's extra field
_JUNK_FOLDERS = frozenset(
    ["__MACOSX", ".git", ".svn", ".Trashes", ".Spotlight-V100", "$RECYCLE.BIN", ".obsidian", ".trash"]
)
_JUNK_FILES = frozenset([".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r", ".gitignore", ".gitattributes"])


class Archive:
    """A zip archive that was found safe to unpack. `skipped` grows with what cannot be read."""

    def __init__(self, data: bytes, password: str | None = None) -> None:
        check_archive(data, password)
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._password = password.encode() if password else None
        self._entries = dict(_named(self._zip))
        self.skipped: list[Skipped] = []

    @property
    def names(self) -> list[str]:
        """The files that a person put there, as paths with "/"."""
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises EncryptedDocument where the password is wrong, DamagedDocument where it is broken."""
        entry = self._entries[name]
        try:
            return self._zip.read(entry, self._password if entry.flag_bits & _ENCRYPTED else None)
        except NotImplementedError as error:
            if entry.flag_bits & _ENCRYPTED:
                hint = "Unpack it with the program that packed it, and add what is inside."
                raise EncryptedDocument("The archive is encrypted in a way that cannot be read here.", hint) from error
            raise DamagedDocument(f"{name} is packed in a way that cannot be read here.", "Pack it again.") from error
        except RuntimeError as error:  # zipfile's word for a password that is wrong or missing
            raise EncryptedDocument("The password does not open this archive.", "Give the right one.") from error
        except (*UNREADABLE, OSError) as error:
            raise DamagedDocument(f"{name} is damaged in the archive.", "Get the archive once more.") from error

    def members(self, rename: Callable[[str], str] = str) -> Iterator[Member]:
        """Every file, under the name that `rename` gives it ("" leaves it out); a damaged one is skipped."""
        taken: set[str] = set()
        for name in self._entries:
            new = rename(name)
            if not new:
                continue
            try:
                data = self.read(name)
            except DamagedDocument:
                self.skipped.append(Skipped("damaged_member", name))
                continue
            new = new if new not in taken else name
            taken.add(new)
            yield Member(new, data)


@lru_cache(maxsize=4)
def names_in(data: bytes) -> tuple[str, ...]:
    """The names in a zip archive's directory, () where it is none; asked once by every part that reads archives."""
    if not data.startswith(b"PK"):
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(name for name, _ in _named(archive))
    except (*UNREADABLE, OSError):
        return ()


def _named(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for entry in archive.infolist():
        path = PurePosixPath(_name(entry).replace("\\", "/"))
        parts = [part for part in path.parts if part not in ("/", "..", ".")]
        if parts and not entry.filename.endswith("/") and not _is_junk(parts):
            yield "/".join(parts), entry


def _is_junk(parts: list[str]) -> bool:
    """What operating systems and programs put there for themselves."""
    return parts[-1] in _JUNK_FILES or parts[-1].startswith(("._", "~$")) or not _JUNK_FOLDERS.isdisjoint(parts[:-1])


def _name(entry: zipfile.ZipInfo) -> str:
    """An entry's name: without the flag that says UTF-8 it is in whatever the packer's system used."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    raw = entry.orig_filename.encode("cp437", "replace")
    if raw.isascii():
        return entry.filename
    stated = _unicode_path(entry.extra)
    if stated:
        return stated
    try:
        return decode(raw)[0]
    except DamagedDocument:
        return entry.filename


def _unicode_path(extra: bytes) -> str:
    position = 0
    while position + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, position)
        if tag == _UNICODE_PATH:
            return extra[position + 9 : position + 4 + size].decode("utf-8", "replace")
        position += 4 + size
    return ""
