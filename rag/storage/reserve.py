"""Room on the disk that is kept for deleting, which needs some itself: a journal before it frees anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import StoreError

_BYTES = 16_000_000
_SHARE = 16
"""On a small disk the reserve is one part in so many of what is free."""

_ENOUGH = 1_000_000
"""A disk with less room than that is full."""


class Reserve:
    """A file of zeros in the store, given up while something is deleted on a full disk.

    `settle` gives the room of the catalog's journal back.
    """

    def __init__(self, folder: Path, settle: Callable[[], None]) -> None:
        self._path = folder / "reserve"
        self._settle = settle

    def keep(self) -> None:
        """Takes the room, if it is not taken yet and the disk has it."""
        with suppress(OSError):  # a read-only disk, one without room: then there is none
            if not self._path.exists():
                self._take(min(_BYTES, self._free() // _SHARE))

    @contextmanager
    def lent(self) -> Iterator[bool]:
        """Where less than the reserve is free, it is given up, and taken again as far as there is room afterwards.

        Gives whether room is as scarce as that. Nothing of what was deleted stays in the catalog's journal.
        Raises StoreError where the room was not enough.
        """
        size = self.size()
        scarce = self._free() < max(size, _ENOUGH)
        if scarce:
            self._path.unlink(missing_ok=True)
        try:
            yield scarce
        except StoreError as error:
            if not scarce:
                raise
            hint = "Make room on it by other means (other programs' files, old backups), then delete again."
            raise StoreError("The disk is too full even to delete: that needs some room itself.", hint) from error
        finally:
            self._settle()
            if scarce:
                with suppress(OSError):
                    self._take(min(size, self._free() // 2))

    def size(self) -> int:
        """Bytes that are kept now."""
        with suppress(OSError):
            return self._path.stat().st_size
        return 0

    def _free(self) -> int:
        return shutil.disk_usage(self._path.parent).free

    def _take(self, size: int) -> None:
        """All or nothing; raises OSError."""
        if size == 0:
            return
        try:
            with self._path.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, size)
                else:  # macOS, Windows: room is taken by what is written only
                    file.write(bytes(size))
        except OSError:
            self._path.unlink(missing_ok=True)
            raise
