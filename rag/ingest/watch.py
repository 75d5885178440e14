"""A collection kept in step with a folder on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from os import stat_result
from pathlib import Path

from rag.errors import FileUnreadable, TenkyoError
from rag.ingest.job_queue import JobQueue
from rag.ingest.knowledge import Library
from rag.storage.folders import Listing, listing
from rag.storage.originals import Label
from rag.types import DocumentInfo

CHANGED = "file_modified"
"""The metadata that says when a watched file was last changed; only documents that have it are ever removed."""
_EVERY_S = 5.0
_SETTLED_S = 2.0
_AT_ONCE = 100


class WatchedFolder:
    """New and changed files are submitted, those that are gone are removed from the library.

    A file is left alone until it has not changed for two seconds. A folder that is missing or empty removes nothing:
    that is how a disk looks that is not mounted. Nor does one inside it that cannot be read.
    """

    def __init__(self, folder: Path, collection: str, library: Library, queue: JobQueue) -> None:
        self._folder = folder
        self._collection = collection or folder.name
        self._library = library
        self._queue = queue
        self._seen: dict[str, str] = {}
        self._next_look = 0.0

    def look(self, submit: Callable[[bytes, Label], object], refused: Callable[[Label, TenkyoError], None]) -> None:
        """Submits and removes what has changed since the last look, if that was some seconds ago."""
        start = time.monotonic()
        if start < self._next_look:
            return
        there, submitted, known = listing(self._folder), 0, self._documents()
        unread = self._queue.unread(self._collection)
        for path, name in there.files:
            label = self._changed(path, name, known.get(name)) if submitted < _AT_ONCE else None
            if label and not self._is_labelled(unread.get(name), label):
                submitted += 1
                try:
                    submit(self._content(path, name), label)
                except TenkyoError as error:
                    refused(label, error)
                except OSError as error:
                    refused(label, _unreadable(path, error))
        for info in _gone(known, there):
            self._library.remove(info.id)
        took = time.monotonic() - start  # a large folder is looked at less often
        self._next_look = 0.0 if submitted == _AT_ONCE else time.monotonic() + max(_EVERY_S, 20 * took)

    def read(self, name: str) -> tuple[bytes, Label]:
        """A file of the folder as it is now; raises FileUnreadable, DocumentTooLarge."""
        path = self._folder / name
        try:
            return self._content(path, name), Label(name, self._collection, {CHANGED: _stamp(path.stat())})
        except OSError as error:
            raise _unreadable(path, error) from error

    def _content(self, path: Path, name: str) -> bytes:
        """Raises DocumentTooLarge before anything is read, OSError."""
        self._library.check_size(path.stat().st_size, name)
        return path.read_bytes()

    def _documents(self) -> dict[str, DocumentInfo]:
        every = self._library.catalog.documents().values()
        return {info.name: info for info in every if info.collection == self._collection and info.parent is None}

    def _is_labelled(self, sha256: str | None, label: Label) -> bool:
        """Whether the file waits already, since before a restart."""
        return sha256 is not None and label in self._library.originals.labels(sha256)

    def _changed(self, path: Path, name: str, info: DocumentInfo | None) -> Label | None:
        """What to submit the file as; None if the library has it as it is, or it is still being written."""
        try:
            status = path.stat()
        except OSError:
            return None
        stamp, mark = _stamp(status), f"{_stamp(status)} {status.st_size} {status.st_ctime_ns}"
        # One from a machine whose clock is ahead is not being written.
        if self._seen.get(name) == mark or abs(time.time() - status.st_mtime) < _SETTLED_S:
            return None
        self._seen[name] = mark
        if info and info.size == status.st_size and info.metadata.get(CHANGED) == stamp:
            return None
        return Label(name, self._collection, {CHANGED: stamp})


def _unreadable(path: Path, error: OSError) -> FileUnreadable:
    hint = "Check that it is still there and the app may read it, then try again; if it changes, it is read by itself."
    return FileUnreadable(f"The file could not be read ({error.strerror}).", hint, str(path))


def _gone(known: Mapping[str, DocumentInfo], there: Listing) -> Iterator[DocumentInfo]:
    """Documents whose file is not in the folder any more, as far as that can be told."""
    names = {name for _, name in there.files}
    unread = tuple("" if folder == "." else f"{folder}/" for folder in there.unread)
    for info in known.values() if names else ():
        if info.name not in names and CHANGED in info.metadata and not info.name.startswith(unread):
            yield info


def _stamp(status: stat_result) -> str:
    return datetime.fromtimestamp(status.st_mtime_ns / 1e9, UTC).isoformat()
