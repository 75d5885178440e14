"""The files as they were given to us, content-addressed by their sha256."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

from rag.errors import StoreError

_YOUNG_S = 3600


class Originals:
    """A folder of files named by the sha256 of their bytes; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keeps the bytes durably and gives their sha256; raises StoreError if the disk refuses."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if path.exists():
            return sha256
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            hint = "Check that its disk is not full or read-only."
            raise StoreError(f"The file could not be kept ({error}).", hint, str(self._folder)) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes; raises StoreError if they are gone."""
        try:
            return self._path(sha256).read_bytes()
        except OSError as error:
            raise StoreError("The original file is not in the store any more.", "Upload it again.") from error

    def remove_all_but(self, wanted: set[str]) -> None:
        """Deletes every file that nothing refers to, and what a crash left half written.

        Young files are spared: another process may be about to commit the document that they belong to.
        """
        for path in self._folder.glob("??/*"):
            if path.name not in wanted and path.stat().st_mtime < time.time() - _YOUNG_S:
                path.unlink(missing_ok=True)

    def discard(self, sha256: str) -> None:
        """Deletes one file."""
        self._path(sha256).unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes in all."""
        return sum(path.stat().st_size for path in self._folder.glob("??/*"))

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    """A rename is durable only once its folder is synced; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
