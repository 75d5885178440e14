"""A collection kept in step with a folder on this machine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from os import stat_result
from pathlib import Path

from rag.errors import FileUnreadable, TenkyoError
from rag.ingest.job_queue import JobQueue
from rag.ingest.knowledge import Library
from rag.ingest.watch_notes import Seen, WatchNotes
from rag.storage.folders import Listing, listing
from rag.storage.originals import Label
from rag.types import DocumentInfo

CHANGED = "file_modified"
"""The metadata that says when a watched file was last changed; only documents that have it are ever removed."""
_EVERY_S = 5.0
_SETTLED_S = 2.0
_AT_ONCE = 100


Submit = Callable[[bytes, Label], object]
Refused = Callable[[Label, TenkyoError], None]


class WatchedFolder:
    """New and changed files are submitted, those that are gone are removed from the library.

    A file is left alone until it has not changed for two seconds, and one that failed until it changes. A folder that
    is missing or empty removes nothing: that is how a disk looks that is not mounted. Nor does one inside it that
    cannot be read, or whose files lay on another disk, which is not there.
    """

    def __init__(self, folder: Path, collection: str, library: Library, queue: JobQueue, notes: WatchNotes) -> None:
        self._folder = folder
        self._collection = collection or folder.name
        self._library = library
        self._queue = queue
        self._notes = notes
        self._seen: dict[str, Seen] | None = None
        self._unnoted: dict[str, Seen] = {}
        self._next_look = 0.0

    def look(self, submit: Submit, refused: Refused) -> None:
        """Submits and removes what has changed since the last look, if that was some seconds ago."""
        start = time.monotonic()
        if start < self._next_look:
            return
        if self._seen is None:
            self._seen = self._notes.load(self._collection)
        there, known = listing(self._folder), self._documents()
        submitted = self._take_in(there, known, self._seen, submit, refused)
        ours = {name: info.id for name, info in known.items() if CHANGED in info.metadata}
        gone = set(self._gone({**ours, **self._seen}, there, self._seen))
        for name in gone:
            self._seen.pop(name, None)
            if name in ours:
                self._library.remove(ours[name])
        self._notes.note(self._collection, self._unnoted, gone)
        self._unnoted.clear()
        took = time.monotonic() - start  # a large folder is looked at less often
        self._next_look = 0.0 if submitted == _AT_ONCE else time.monotonic() + max(_EVERY_S, 20 * took)

    def _take_in(
        self,
        there: Listing,
        known: Mapping[str, DocumentInfo],
        seen: dict[str, Seen],
        submit: Submit,
        refused: Refused,
    ) -> int:
        """Submits the files that are new or have changed, some of them where they are many; gives how many."""
        submitted, unread = 0, self._queue.unread(self._collection)
        for path, name in there.files:
            if submitted == _AT_ONCE:
                break
            status = _settled(path)
            if status is None or (name in seen and seen[name].mark == _mark(status)):
                continue
            label = Label(name, self._collection, {CHANGED: _stamp(status)})
            if not _holds(known.get(name), status) and not self._is_labelled(unread.get(name), label):
                submitted += 1
                try:
                    submit(self._content(path, name), label)
                except TenkyoError as error:
                    refused(label, error)
                except OSError as error:
                    refused(label, _unreadable(path, error))
            # Only now: where a full disk has refused even to note that, the file is tried again.
            seen[name] = self._unnoted[name] = Seen(_mark(status), _disk(path.parent) != _disk(self._folder))
        return submitted

    def _gone(self, names: Iterable[str], there: Listing, seen: Mapping[str, Seen]) -> Iterator[str]:
        """Those whose file is not in the folder any more, as far as that can be told."""
        files = {name for _, name in there.files}
        unread = tuple("" if folder == "." else f"{folder}/" for folder in there.unread)
        for name in names if files else ():
            if name not in files and not name.startswith(unread) and not self._is_on_a_missing_disk(name, seen):
                yield name

    def _is_on_a_missing_disk(self, name: str, seen: Mapping[str, Seen]) -> bool:
        """Whether the file lay on another disk than the folder, and that disk is not mounted now."""
        if name not in seen or not seen[name].elsewhere:
            return False
        place = (self._folder / name).parent
        while not place.exists():
            place = place.parent
        return _disk(place) == _disk(self._folder)

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


def _unreadable(path: Path, error: OSError) -> FileUnreadable:
    hint = "Check that it is still there and the app may read it, then try again; if it changes, it is read by itself."
    return FileUnreadable(f"The file could not be read ({error.strerror}).", hint, str(path))


def _settled(path: Path) -> stat_result | None:
    """None for a file that is still being written, or is not there any more."""
    try:
        status = path.stat()
    except OSError:
        return None
    # One from a machine whose clock is ahead is not being written.
    return None if abs(time.time() - status.st_mtime) < _SETTLED_S else status


def _holds(info: DocumentInfo | None, status: stat_result) -> bool:
    """Whether the library has the file as it is."""
    return info is not None and info.size == status.st_size and info.metadata.get(CHANGED) == _stamp(status)


def _mark(status: stat_result) -> str:
    return f"{_stamp(status)} {status.st_size} {status.st_ctime_ns}"


def _stamp(status: stat_result) -> str:
    return datetime.fromtimestamp(status.st_mtime_ns / 1e9, UTC).isoformat()


def _disk(folder: Path) -> tuple[int, str]:
    """The device; and on Linux the mount, since a folder of the same device may be mounted inside as well."""
    if sys.platform != "linux":
        return folder.stat().st_dev, ""
    opened = os.open(folder, os.O_PATH)
    try:
        told = Path(f"/proc/self/fdinfo/{opened}").read_text("utf-8").splitlines()
        return os.fstat(opened).st_dev, next((line for line in told if line.startswith("mnt_id:")), "")
    finally:
        os.close(opened)
