"""One worker works the queue off in the background while questions are answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import TenkyoError
from rag.job_queue import JobQueue, Work
from rag.knowledge import Library
from rag.reports import Job, Progress

_IDLE_S = 0.5  # how soon a job that another process has submitted is noticed
_log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Raised from a report to end the work that reports."""


class Worker:
    """Runs jobs one after the other, then embeds what waits; among processes, only one worker runs."""

    def __init__(self, library: Library, queue: JobQueue, lock: Path) -> None:
        self._library = library
        self._queue = queue
        self._only_one = FileLock(str(lock))
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._progress: dict[int, Progress] = {}
        self._cancelled: set[int] = set()
        self._passwords: dict[int, str | None] = {}
        self._recovered = False

    # -- called from any thread ----------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the thread, once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="tenkyo-worker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread after the step it is at; what is left goes on at the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """There is something new to do."""
        self._wake.set()

    def cancel(self, id_: int) -> None:
        """Ends a job at its next step, or before it starts."""
        self._cancelled.add(id_)
        self._queue.cancel(id_)

    def retry(self, id_: int, password: str | None) -> None:
        """Queues a failed job again. The password is kept in memory only, so it is lost at a restart."""
        self._passwords[id_] = password
        self._cancelled.discard(id_)
        self._queue.retry(id_)
        self.wake()

    def with_progress(self, job: Job) -> Job:
        """The job with how far it is, where this process runs it."""
        return replace(job, progress=self._progress.get(job.id)) if job.state == "running" else job

    def work_off(self) -> None:
        """Works the queue off in the caller's thread; does nothing while another process does so."""
        try:
            with self._only_one.acquire(blocking=False):
                self._recover()
                while not self._stopping.is_set() and self._step():
                    pass
        except Timeout:
            _log.info("another process works on this store")

    def _recover(self) -> None:
        if not self._recovered:
            self._recovered = True
            self._queue.recover()
            self._library.tidy()

    # -- in the worker's thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.work_off()
            except Exception:  # noqa: BLE001 - the one thread that must not die; what failed is logged and tried again
                _log.exception("background work failed")
            self._wake.wait(_IDLE_S)

    def _step(self) -> bool:
        """Does one piece of work; False when there is none."""
        work = self._queue.claim()
        if work is not None:
            actions = {"ingest": self._ingest, "reindex": self._reindex, "rollback": self._roll_back}
            self._attempt(work.id, lambda: actions[work.kind](work))
            return True
        waiting = self._queue.embedding()
        generation = self._library.catalog.active_generation()
        embedded = self._library.embed_some(generation) if generation else 0
        for job in waiting:
            self._attempt(job.id, lambda job=job: self._note_embedded(job))
        if embedded or waiting:
            self._library.indexes.refresh()
        self._library.indexes.seal()
        return embedded > 0

    def _ingest(self, work: Work) -> None:
        report, password = self._reporter(work.id), self._passwords.pop(work.id, None)
        if work.sha256:
            data = self._library.originals.get(work.sha256)
            added = self._library.add(data, work.name, work.collection, password, report)
        else:  # a file at an address
            found = self._library.fetch(work.name, report)
            added = self._library.add(found.data, found.name, work.collection, password, report, found.metadata)
        self._library.indexes.refresh()
        self._queue.note_added(work.id, added)
        self._progress[work.id] = Progress("embed", 0, added.chunks, "chunks", work.name)

    def _reindex(self, work: Work) -> None:
        try:
            self._library.reindex(self._reporter(work.id))
        except Cancelled:
            self._library.catalog.drop_generation("building")
            raise
        self._queue.finish(work.id)

    def _roll_back(self, work: Work) -> None:
        self._library.roll_back(int(work.name), self._reporter(work.id))
        self._queue.finish(work.id)

    def _note_embedded(self, job: Job) -> None:
        """A document deleted meanwhile has nothing to wait for any more."""
        assert job.result is not None
        infos = self._library.catalog.documents_by_id(job.result.document_ids).values()
        generation = self._library.catalog.active_generation()
        if not any(info.pending for info in infos) or (generation and not self._library.fits(generation)):
            self._queue.finish(job.id)
        else:
            embedded, chunks = sum(info.embedded for info in infos), sum(info.chunks for info in infos)
            self._progress[job.id] = Progress("embed", embedded, chunks, "chunks", job.name)

    def _attempt(self, id_: int, action: Callable[[], None]) -> None:
        try:
            action()
        except Cancelled:
            self._queue.cancel(id_)
        except TenkyoError as error:
            self._queue.fail(id_, error.as_dict())
        except Exception as error:  # noqa: BLE001 - one file's defect in our code must not stop the other files
            _log.exception("job %s failed", id_)
            self._queue.fail(id_, TenkyoError(f"Tenkyo has a defect here ({error!r}).", "Please report it.").as_dict())

    def _reporter(self, id_: int) -> Callable[[Progress], None]:
        def report(progress: Progress) -> None:
            if id_ in self._cancelled:
                raise Cancelled
            self._progress[id_] = progress

        return report
