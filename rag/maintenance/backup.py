"""A store as one zip file, made while the store is in use, and such a file made a store again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from rag.errors import StoreError
from rag.indexing.indexes import delete_indexes
from rag.maintenance.recovery import CATALOG, INDEXES, ORIGINALS, PROMPTS, RESTORING, refuse_if_open, set_aside
from rag.storage.database import Database
from rag.storage.durable import sync_folder
from rag.storage.originals import Originals

_FROZEN = ".backup"
_UNPACKED = ".restore"
_MANIFEST = "manifest.json"
_FORM = 1
_ORIGINAL = re.compile(rf"{ORIGINALS}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")
_LABEL = re.compile(rf"{ORIGINALS}/labels/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}\.json")
_PROMPT = re.compile(rf"{PROMPTS}/[\w-]+\.\w+(\.txt)?")
_LARGEST_LABEL = 10_000_000  # bytes, of a prompt template too
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_CHUNK = 1 << 20


class BackedUp(NamedTuple):
    """The file that was written, how many originals are in it, and its bytes."""

    path: Path
    originals: int
    size: int


def back_up(database: Database, originals: Originals, target: Path) -> BackedUp:
    """Writes the catalog as of one commit, every original that it refers to, and the prompts. Raises StoreError.

    Questions and uploads go on meanwhile; the file appears under its name only when it is whole.
    """
    store = database.path.parent
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(store):
            frozen = store / _FROZEN
            shutil.rmtree(frozen, ignore_errors=True)
            frozen.mkdir()
            written = target.with_name(target.name + ".part")
            try:
                with originals.locked():  # what the snapshot refers to cannot be deleted before it is linked
                    database.snapshot(frozen / CATALOG)
                    originals.link_all(frozen / ORIGINALS)
                if (store / PROMPTS).is_dir():
                    shutil.copytree(store / PROMPTS, frozen / PROMPTS, ignore=shutil.ignore_patterns(".*"))
                count = _pack(frozen, written)
                written.replace(target)
            finally:
                shutil.rmtree(frozen, ignore_errors=True)
                written.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        hint = "Check that the folder is there, writable, and has room."
        raise StoreError(f"The backup could not be written ({error}).", hint, str(target)) from error
    return BackedUp(target, count, target.stat().st_size)


def remove_unfinished(store: Path) -> None:
    """Deletes what a backup that a crash cut off has left in the store, unless one is being taken now."""
    if (store / _FROZEN).exists():
        with suppress(Timeout), _alone(store, timeout=0):
            shutil.rmtree(store / _FROZEN, ignore_errors=True)


def _alone(store: Path, timeout: float = -1) -> FileLock:
    """One backup of a store at a time, whichever process takes it."""
    return FileLock(str(store / f"{_FROZEN}.lock"), timeout=timeout)


def _pack(frozen: Path, written: Path) -> int:
    files = sorted(path for path in frozen.rglob("*") if path.is_file())
    manifest = {"form": _FORM, "catalog_sha256": _sha256(frozen / CATALOG)}
    with written.open("wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_MANIFEST, json.dumps(manifest))
        for path in files:
            archive.write(path, path.relative_to(frozen).as_posix())
    with written.open("rb") as stream:
        os.fsync(stream.fileno())
    return sum(_ORIGINAL.fullmatch(path.relative_to(frozen).as_posix()) is not None for path in files)


def restore(source: Path, folder: Path, force: bool) -> int:
    """Makes the store in `folder` what the backup holds; gives how many originals came back.

    Raises StoreError where a process has the store open, where it has a catalog and `force` is not given, and where
    the file is not a whole backup; then nothing has been changed. A catalog that was there is set aside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    refuse_if_open(folder)
    catalog = folder / CATALOG
    if catalog.exists() and not (force or (folder / RESTORING).exists()):
        hint = "Restore into another folder, or give --force: its catalog is then set aside."
        raise StoreError("There is a store already.", hint, str(folder))
    unpacked = folder / _UNPACKED
    with _alone(folder):
        try:
            with _opened(source) as archive:
                shutil.rmtree(unpacked, ignore_errors=True)  # what a restore that was cut off has left
                count = _unpack(archive, unpacked)
            shutil.rmtree(folder / RESTORING, ignore_errors=True)
            unpacked.replace(folder / RESTORING)  # from here on the store opens only once it is whole
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
        sync_folder(folder)
        _put_in_place(folder)
    return count


def _put_in_place(folder: Path) -> None:
    """Moves what is unpacked to where it belongs; originals are named by their content, so none overwrites another."""
    unpacked = folder / RESTORING
    for path in sorted((unpacked / ORIGINALS).rglob("*")):
        if path.is_file():
            place = folder / path.relative_to(unpacked)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
    shutil.rmtree(folder / PROMPTS, ignore_errors=True)
    if (unpacked / PROMPTS).is_dir():
        (unpacked / PROMPTS).replace(folder / PROMPTS)
    set_aside(folder / CATALOG)
    delete_indexes(folder / INDEXES)
    (unpacked / CATALOG).replace(folder / CATALOG)
    sync_folder(folder)
    shutil.rmtree(unpacked)


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (*_UNREADABLE, OSError, ValueError, KeyError) as error:
        if isinstance(error, StoreError):
            raise
        hint = "Take another backup. The store is as it was."
        raise StoreError(f"This backup cannot be read ({error}).", hint, str(source)) from error


def _unpack(archive: zipfile.ZipFile, folder: Path) -> int:
    """Unpacks and checks every entry; an entry's bytes never exceed what the archive's directory states."""
    entries = [entry for entry in archive.infolist() if entry.filename != _MANIFEST]
    needed = sum(entry.file_size for entry in entries)
    free = shutil.disk_usage(folder.parent).free
    if needed > free:
        raise ValueError(f"it needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free")
    manifest = json.loads(archive.read(_MANIFEST))
    if manifest["form"] != _FORM:
        raise ValueError("another version of Tenkyo made it")
    count = 0
    for entry in entries:
        original = _ORIGINAL.fullmatch(entry.filename)
        small = _LABEL.fullmatch(entry.filename) or _PROMPT.fullmatch(entry.filename)
        if not (original or (small and entry.file_size <= _LARGEST_LABEL) or entry.filename == CATALOG):
            raise ValueError(f"{entry.filename!r} does not belong in a backup")
        place = folder / entry.filename
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as packed, place.open("wb") as stream:
            shutil.copyfileobj(packed, stream, _CHUNK)
            stream.flush()
            os.fsync(stream.fileno())
        wanted = original[2] if original else manifest["catalog_sha256"] if entry.filename == CATALOG else None
        if wanted and _sha256(place) != wanted:
            raise ValueError(f"{entry.filename} is damaged")
        count += original is not None
    if not (folder / CATALOG).exists():
        raise ValueError("there is no catalog in it")
    return count


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
