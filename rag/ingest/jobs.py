"""What a job does: a file is read and committed, the library reindexed; how far it is, and how it ends."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from loaders import is_address
from rag.errors import DocumentNotFound, LoadError, StoreError, TenkyoError
from rag.ingest.generation_builder import GenerationBuilder
from rag.ingest.job_queue import JobQueue, Work
from rag.ingest.knowledge import Library
from rag.ingest.rates import Average, Pace, Rate
from rag.ingest.watch import WatchedFolder
from rag.protocols import Report
from rag.reports import Added, Job, Progress
from rag.storage.originals import Label
from rag.types import DocumentInfo

_log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Raised from a report to end the work that reports."""


class Stopped(Exception):
    """Raised from a report when the app ends: the job goes on at the next start."""


class JobRunner:
    """Does single jobs, whatever thread calls for them; which, and when, the worker says.

    `stopping` ends those that are being done; `files` and `passages_of_files` tell how fast files come in.
    """

    def __init__(
        self,
        library: Library,
        builder: GenerationBuilder,
        queue: JobQueue,
        watched: WatchedFolder | None,
        stopping: threading.Event,
    ) -> None:
        self._library = library
        self._builder = builder
        self._queue = queue
        self._watched = watched
        self._stopping = stopping
        self._paces: dict[int, Pace] = {}
        self._cancelled: set[int] = set()
        self._passwords: dict[int, str | None] = {}
        self._unwritten: list[Callable[[], None]] = []
        self.files = Rate()
        self.passages_of_files = Average()

    def attempt(self, id_: int, action: Callable[[], None]) -> None:
        """Does this for a job; where it fails or is ended, the job says so."""
        try:
            action()
        except Cancelled:
            self._end(id_, partial(self._take_back, id_))
        except Stopped:
            self._end(id_, partial(self._queue.put_back, id_))
        except TenkyoError as error:
            self._end(id_, partial(self._queue.fail, id_, error.as_dict()))
        except Exception as error:  # noqa: BLE001 - one file's defect in our code must not stop the other files
            _log.exception("job %s failed", id_)
            defect = TenkyoError(f"Tenkyo has a defect here ({error!r}).", "Please report it.")
            self._end(id_, partial(self._queue.fail, id_, defect.as_dict()))

    def ingest(self, work: Work) -> None:
        """Reads and commits a file, or a document again; raises TenkyoError, Cancelled, Stopped."""
        report, password = self.reporter(work.id), self._passwords.pop(work.id, None)
        if work.kind == "reread":
            added = self._library.read_again(self._document(work), report, password)
        elif work.sha256:
            data = self._library.originals.get(work.sha256)
            added = self._library.add(data, work.name, work.collection, password, report)
        elif is_address(work.name):
            found = self._library.fetch(work.name, report)
            added = self._library.add(found.data, found.name, work.collection, password, report, found.metadata)
        else:
            data, label = self._refused(work.name)
            added = self._library.add(data, label.name, label.collection, password, report, label.metadata)
        self._queue.note_added(work.id, added)
        if work.id in self._cancelled and work.kind == "ingest":  # since it was committed
            self._take_out(added)
            raise Cancelled
        self.files.add(1)
        infos = self._library.catalog.documents_by_id(added.document_ids)
        self.passages_of_files.add(sum(info.pending for info in infos.values()))
        self._note(work.id, Progress("embed", 0, added.chunks, "chunks", work.name))

    def reindex(self, work: Work, report: Report) -> None:
        """Builds another generation; nothing of it is left where it is cancelled."""
        try:
            self._builder.reindex(report, json.loads(work.name or "{}"))
        except Cancelled:
            self._library.catalog.generations.drop("building")
            raise
        self._finish(work.id)

    def roll_back(self, work: Work, report: Report) -> None:
        """Goes back to the generation that the job names."""
        self._builder.roll_back(int(work.name), report)
        self._finish(work.id)

    def note_embedded(self, job: Job) -> None:
        """How far a file's vectors are; a document deleted meanwhile has nothing to wait for any more."""
        assert job.result is not None
        infos = self._library.catalog.documents_by_id(job.result.document_ids).values()
        generation = self._library.catalog.generations.active()
        if not any(info.pending for info in infos) or (generation and not self._library.embedding.fits(generation)):
            self._finish(job.id)
        else:
            embedded, chunks = sum(info.embedded for info in infos), sum(info.chunks for info in infos)
            self._note(job.id, Progress("embed", embedded, chunks, "chunks", job.name))

    def reporter(self, id_: int) -> Report:
        """What a job tells how far it is, and learns by that it is to end."""

        def report(progress: Progress) -> None:
            if id_ in self._cancelled:
                raise Cancelled
            if self._stopping.is_set():
                raise Stopped
            self._note(id_, progress)

        return report

    def with_progress(self, job: Job) -> Job:
        """The job with how far it is, where this process runs it."""
        pace = self._paces.get(job.id) if job.state == "running" else None
        return replace(job, progress=pace.now()) if pace else job

    def cancel(self, *ids: int) -> None:
        """Ends jobs at their next step, or before they start. A new file that waits for its vectors goes again."""
        self._cancelled.update(ids)
        found = [job for job in self._queue.find(ids) if job.kind == "ingest" and job.state == "running"]
        self._take_back(*ids)
        for job in found:
            if job.result:
                self._paces.pop(job.id, None)
                self._take_out(job.result)

    def cancel_unread(self) -> None:
        """Ends every file that was added and is not read yet."""
        self.cancel(*self._queue.all_unread())

    def retry(self, id_: int, password: str | None) -> None:
        """Queues a failed job again. The password is kept in memory only, so it is lost at a restart."""
        self._passwords[id_] = password
        self._cancelled.discard(id_)
        self._queue.retry(id_)

    def retry_all(self) -> None:
        """Queues every failed file again but those that want a password."""
        self._cancelled.difference_update(self._queue.retry_all())

    def write_unwritten(self) -> None:
        """Notes how jobs ended that a full disk has kept from being noted; raises StoreError where it still does."""
        while self._unwritten:
            self._unwritten[0]()
            self._unwritten.pop(0)

    def _take_back(self, *ids: int) -> None:
        """Notes that jobs are cancelled; of files that nothing else needs, nothing is kept."""
        self._library.release(self._queue.cancel(ids))

    def _take_out(self, added: Added) -> None:
        """What a cancelled job has added; what stood there before under its name cannot come back, so it stays."""
        if added.status == "added" and added.document_id:
            with contextlib.suppress(DocumentNotFound):
                self._library.remove(added.document_id)

    def _refused(self, name: str) -> tuple[bytes, Label]:
        """A watched file that could not be taken in, to be tried again; raises LoadError."""
        if self._watched is None:
            raise LoadError("Its folder is not watched any more.", "Add the file, or set `watch` (TENKYO_WATCH).", name)
        return self._watched.read(name)

    def _document(self, work: Work) -> DocumentInfo:
        """The document to be read again; raises DocumentNotFound."""
        info = self._library.catalog.find(work.collection, work.name)
        if info is None:
            raise DocumentNotFound("It is not in the library any more.", "Add the file again.", work.name)
        return info

    def _finish(self, id_: int) -> None:
        self._queue.finish(id_)
        self._paces.pop(id_, None)

    def _end(self, id_: int, write: Callable[[], None]) -> None:
        """Notes how a job ended; on a full disk later, when there is room again."""
        self._paces.pop(id_, None)
        try:
            write()
        except StoreError:
            self._unwritten.append(write)

    def _note(self, id_: int, progress: Progress) -> None:
        if id_ in self._paces:
            self._paces[id_].go_on(progress)
        else:
            self._paces[id_] = Pace(progress)
