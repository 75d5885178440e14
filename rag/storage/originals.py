"""The files as they were given to us, content-addressed by their sha256."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from filelock import FileLock

from rag.errors import StoreError, refused_by_disk
from rag.storage.durable import sync_folder, write_durably, write_whole
from rag.storage.folders import bytes_of


class Label(NamedTuple):
    """What a file was added as; kept in `labels/` beside the files, so that the catalog can be made again from both."""

    name: str
    collection: str
    metadata: Mapping[str, str]


class Originals:
    """A folder of files named by the sha256 of their bytes; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """To be held from `put` to the commit of what refers to the file, and around deciding what to delete."""
        lock = FileLock(f"{self._folder}.lock")
        try:
            lock.acquire(poll_interval=0.01)
        except OSError as error:
            raise self._refused(error) from error
        try:
            yield
        finally:
            lock.release()

    def put(self, data: bytes) -> str:
        """Keeps the bytes durably and gives their sha256; raises StoreError if the disk refuses."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._path(sha256).exists():
            if not self._path(sha256).parent.is_dir():
                self._make_folders()
            self._write(write_durably, self._path(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes; raises StoreError if they are gone, or not those that were put here."""
        try:
            data = self._path(sha256).read_bytes()
        except OSError as error:
            raise StoreError("The original file is not in the store any more.", "Upload it again.") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            hint = "Add the file again, or restore a backup; the document can still be searched."
            raise StoreError("The original file is damaged.", hint, str(self._path(sha256)))
        return data

    def check(self, sha256: str) -> Literal["whole", "missing", "damaged"]:
        """Reads the file and compares its bytes with its name."""
        try:
            with self._path(sha256).open("rb") as file:
                return "whole" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "damaged"
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "damaged"

    def set_aside_if_damaged(self, sha256: str) -> None:
        """Moves a damaged file to `damaged/`, where nothing takes it for the original any more."""
        if self.check(sha256) == "damaged":
            aside = self._folder.with_name("damaged")
            aside.mkdir(exist_ok=True)
            self._path(sha256).replace(aside / sha256)

    def all(self) -> set[str]:
        """The sha256 of every file that is kept."""
        return {path.name for path in self._folder.glob("??/*") if len(path.name) == 64}

    def remove_all_but(self, wanted: set[str]) -> None:
        """Deletes every file that nothing refers to, and what a crash left half written; the lock is to be held."""
        for path in (*self._folder.glob("??/*"), *self._folder.glob("labels/??/*")):
            if path.name.removesuffix(".json") not in wanted:
                path.unlink(missing_ok=True)

    def discard(self, sha256: str) -> None:
        """Deletes one file and its labels."""
        self._path(sha256).unlink(missing_ok=True)
        self._label(sha256).unlink(missing_ok=True)

    def link_all(self, folder: Path) -> None:
        """Makes hard links of all files and labels in another folder of the same disk; raises OSError."""
        for path in (*self._folder.glob("??/*"), *self._folder.glob("labels/??/*")):
            if not path.name.startswith("."):
                place = folder / path.relative_to(self._folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(path, place)
                except OSError:  # not every file system has links
                    shutil.copyfile(path, place)

    def size(self) -> int:
        """Bytes in all."""
        return sum(map(bytes_of, self._folder.glob("??/*")))

    # -- labels --------------------------------------------------------------------------------------------

    def labels(self, sha256: str) -> list[Label]:
        """What the file was added as; none where that is unknown or cannot be read."""
        try:
            return [Label(**one) for one in json.loads(self._label(sha256).read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []

    def labelled(self) -> Iterator[tuple[str, Label]]:
        """Every file with each of its labels."""
        for sha256 in sorted(self.all()):
            for label in self.labels(sha256):
                yield sha256, label

    def is_labelled(self, sha256: str) -> bool:
        """Whether it is known what the file was added as."""
        try:
            return self._label(sha256).stat().st_size > 0
        except OSError:
            return False

    def label(self, sha256: str, label: Label) -> None:
        """Adds a label, in place of one of the same name and collection; the lock is to be held.

        The disk is not waited for: the catalog says the same, and a label that a power cut takes is written anew.
        """
        held = self.labels(sha256)
        if label not in held:
            self.relabel(sha256, [*(one for one in held if one[:2] != label[:2]), label])

    def unlabel(self, sha256: str, name: str, collection: str) -> None:
        """Takes a label away; the lock is to be held."""
        held = self.labels(sha256)
        kept = [one for one in held if one[:2] != (name, collection)]
        if kept != held:
            self.relabel(sha256, kept)

    def relabel(self, sha256: str, labels: Sequence[Label]) -> None:
        """Gives the file these labels and no others; the lock is to be held."""
        if labels:
            rows = [{**label._asdict(), "metadata": dict(label.metadata)} for label in labels]
            self._write(write_whole, self._label(sha256), json.dumps(rows, ensure_ascii=False).encode())
        else:
            self._label(sha256).unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------------------------

    def _make_folders(self) -> None:
        """All at once, so that the disk is waited for once and not at every first file of a folder."""
        try:
            for number in range(256):
                (self._folder / f"{number:02x}").mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder)
        except OSError as error:
            raise self._refused(error) from error

    def _write(self, write: Callable[[Path, bytes], None], path: Path, data: bytes) -> None:
        try:
            write(path, data)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> StoreError:
        return refused_by_disk("The file could not be kept", error, self._folder)

    def _label(self, sha256: str) -> Path:
        return self._folder / "labels" / sha256[:2] / f"{sha256}.json"

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256
