"""Background work: files are read side by side, what they hold is embedded, while questions are answered."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from loaders import is_address
from rag.errors import DocumentNotFound, LoadError, StoreError, TenkyoError, refused_by_disk
from rag.ingest.job_queue import JobQueue, Work
from rag.ingest.knowledge import Library
from rag.ingest.rates import Average, Pace, Rate, seconds_left
from rag.ingest.watch import WatchedFolder
from rag.priority import step_back, take_short_turns
from rag.protocols import Report
from rag.reports import Activity, Added, Job, Progress
from rag.storage.originals import Label
from rag.types import DocumentInfo

_IDLE_S = 0.5  # how soon a job that another process has submitted is noticed
_PATIENCE_S = 1.0  # for files that are being read; after that, passages are embedded meanwhile
_LAST_STEP_S = 10.0  # for a step that cannot be cut short, such as the training of a vector index
_FULL_DISK_S = 10.0  # until work is tried again that a full or read-only disk has stopped
_NOTED_AT_ONCE = 100  # jobs, of maybe a hundred thousand that wait: vectors come in the order of the files
_OVER = ("done", "failed", "cancelled")
_log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Raised from a report to end the work that reports."""


class Stopped(Exception):
    """Raised from a report when the app ends: the job goes on at the next start."""


class Worker:
    """Reads files in as many places as there are parsers, and embeds what waits; one reindex or rollback by itself.

    Nothing is embedded while files are read, so that all can be found by words as soon as may be; but a file that takes
    long holds nothing up. Among processes, only one worker runs.
    """

    def __init__(self, library: Library, queue: JobQueue, store: Path, watched: WatchedFolder | None) -> None:
        self._library = library
        self._queue = queue
        self._watched = watched
        self._only_one = FileLock(str(store / "worker.lock"))
        self._pause_note = store / "paused"
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._reading: set[Future[None]] = set()
        self._paces: dict[int, Pace] = {}
        self._cancelled: set[int] = set()
        self._passwords: dict[int, str | None] = {}
        self._unwritten: list[Callable[[], None]] = []
        self._recovered = False
        self._told = ""
        self._files = Rate()
        self._passages = Rate()
        self._passages_of_files = Average()

    # -- called from any thread ----------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the thread, once."""
        if self._thread is None:
            take_short_turns()
            self._library.reserve.keep()
            self._thread = threading.Thread(target=self._run, name="tenkyo-worker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread; a job that it is at is taken up again at the next start.

        A step that takes very long is not waited for: it ends with the process, and nothing of it is committed.
        """
        self._stopping.set()
        self._wake.set()
        self._library.indexes.end()
        if self._thread is not None:
            self._thread.join(_LAST_STEP_S)

    def submit(self, data: bytes, label: Label) -> Job:
        """Queues a file; when this returns, nothing can lose it. Raises DocumentTooLarge, StoreError."""
        self._library.check_size(len(data), label.name)
        originals = self._library.originals
        with originals.locked():
            sha256 = originals.put(data)
            originals.label(sha256, label)
            job = self._queue.submit("ingest", label.name, label.collection, sha256)
        self.wake()
        return job

    def wake(self) -> None:
        """There is something new to do."""
        self._wake.set()

    def pause(self) -> None:
        """Starts nothing more until `resume`, also after a restart; what is being read is finished."""
        try:
            self._pause_note.touch()
        except OSError as error:
            raise refused_by_disk("That work is to pause could not be noted", error, self._pause_note) from error

    def resume(self) -> None:
        """Goes on."""
        self._pause_note.unlink(missing_ok=True)
        self.wake()

    def cancel(self, id_: int) -> None:
        """Ends a job at its next step, or before it starts. A new file that waits for its vectors goes again."""
        self._cancelled.add(id_)
        waiting = [job.result for job in self._queue.find([id_]) if job.kind == "ingest" and job.state == "running"]
        self._queue.cancel(id_)
        for added in filter(None, waiting):
            self._paces.pop(id_, None)
            self._take_out(added)

    def _take_out(self, added: Added) -> None:
        """What a cancelled job has added; what stood there before under its name cannot come back, so it stays."""
        if added.status == "added" and added.document_id:
            with contextlib.suppress(DocumentNotFound):
                self._library.remove(added.document_id)

    def retry(self, id_: int, password: str | None) -> None:
        """Queues a failed job again. The password is kept in memory only, so it is lost at a restart."""
        self._passwords[id_] = password
        self._cancelled.discard(id_)
        self._queue.retry(id_)
        self.wake()

    def retry_all(self) -> None:
        """Queues every failed file again but those that want a password."""
        self._cancelled.difference_update(self._queue.retry_all())
        self.wake()

    def with_progress(self, job: Job) -> Job:
        """The job with how far it is, where this process runs it."""
        pace = self._paces.get(job.id) if job.state == "running" else None
        return replace(job, progress=pace.now()) if pace else job

    def activity(self) -> Activity:
        """How far all of it is; rates are known in the process that does the work."""
        counts = self._queue.count_files()
        active = self._library.catalog.active_generation()
        pending = self._library.catalog.count_upcoming(active.id) if active else 0
        files, passages = self._files.per_second(), self._passages.per_second()
        unread = counts["queued"] + counts["running"]
        return Activity(
            paused=self._pause_note.exists(),
            files=counts.total(),
            over=sum(counts[state] for state in _OVER),
            searchable=counts["searchable"],
            pending=pending,
            files_per_s=files,
            passages_per_s=passages,
            seconds_left=seconds_left((unread, files), (pending + self._passages_of_files.of(unread), passages)),
        )

    def work_off(self) -> None:
        """Works the queue off in the caller's thread; does nothing while another process does so."""
        try:
            with self._only_one.acquire(blocking=False):
                self._recover()
                with ThreadPoolExecutor(self._library.parser.workers, thread_name_prefix="tenkyo-read") as pool:
                    while not self._stopping.is_set() and self._step(pool):
                        pass
                self._reading.clear()
        except Timeout:
            _log.info("another process works on this store")

    def embed_all(self, report: Callable[[Progress], None]) -> bool:
        """Embeds everything that waits, in the caller's thread; False while another process does so."""
        try:
            alone = self._only_one.acquire(blocking=False)
        except Timeout:
            return False
        except OSError as error:
            raise refused_by_disk("The store cannot be written", error, Path(self._only_one.lock_file)) from error
        with alone:
            self._library.embed_all(report)
        return True

    def _recover(self) -> None:
        if not self._recovered:
            self._recovered = True
            self._queue.recover()
            self._library.tidy()

    # -- in the worker's thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        step_back("holds the lock")
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.work_off()
                self._told = ""
            except (OSError, StoreError) as error:
                if str(error) != self._told:  # once, however often it is tried again
                    self._told = str(error)
                    _log.error("background work waits: %s", error)
                self._wake.wait(_FULL_DISK_S)
            except Exception:  # noqa: BLE001 - the one thread that must not die; what failed is logged and tried again
                _log.exception("background work failed")
            self._wake.wait(_IDLE_S)

    def _step(self, pool: ThreadPoolExecutor) -> bool:
        """Starts what can be started, and does one piece of work; False when there is none."""
        if self._pause_note.exists():
            return False
        while self._unwritten:
            self._unwritten[0]()
            self._unwritten.pop(0)
        self._take_in(pool)
        if self._reading:
            is_full = len(self._reading) == self._library.parser.workers
            if self._await_reading(_PATIENCE_S if is_full else 0):
                self._library.indexes.refresh()
                return True
        renewed = self._library.indexes.renew()  # a piece each time: new documents need not wait for the whole
        if self._embed() or renewed:
            return True
        if self._reading:
            self._await_reading(_PATIENCE_S)
            return True
        self._library.indexes.seal(all_words=True)
        return self._library.coverage.check_next(self._library.embedder)

    def _await_reading(self, seconds: float) -> bool:
        """Whether a file was through within so many seconds."""
        done, self._reading = wait(self._reading, seconds, FIRST_COMPLETED)
        return bool(done)

    def _refuse(self, label: Label, error: TenkyoError) -> None:
        """A watched file that cannot be taken in is shown as one that failed."""
        self._queue.fail(self._queue.submit("ingest", label.name, label.collection, "").id, error.as_dict())

    def _take_in(self, pool: ThreadPoolExecutor, files_only: bool = False) -> None:
        """Starts to read what has come, as far as there is a place for it; a reindex is done on the spot."""
        if self._watched:
            self._watched.look(self.submit, self._refuse)
        while len(self._reading) < self._library.parser.workers and (work := self._queue.claim(files_only)):
            if work.kind in ("ingest", "reread"):
                self._reading.add(pool.submit(self._attempt, work.id, partial(self._ingest, work)))
            else:
                action = self._reindex if work.kind == "reindex" else self._roll_back
                self._attempt(work.id, partial(action, work, self._beside(pool, work.id)))
        if self._reading:
            self._files.start()
        else:
            self._files.stop()

    def _beside(self, pool: ThreadPoolExecutor, id_: int) -> Report:
        """For a reindex, which may take hours: it can be paused, and files are read at its side.

        Only during its first round; another is of what has come in meanwhile, and must end.
        """
        told, stages = self._reporter(id_), list[str]()

        def report(progress: Progress) -> None:
            told(progress)
            while self._pause_note.exists():
                self._stopping.wait(_IDLE_S)
                told(progress)
            if stages[-1:] != [progress.stage]:
                stages.append(progress.stage)
            if len(stages) <= len(("split", "embed", "store")):
                self._await_reading(0)
                self._take_in(pool, files_only=True)

        return report

    def _embed(self) -> bool:
        """One group of passages; False when none waits."""
        generation = self._library.catalog.active_generation()
        self._passages.start()
        embedded = self._library.embed_some(generation) if generation else 0
        self._passages.add(embedded)
        waiting = self._queue.embedding(_NOTED_AT_ONCE if embedded else None)
        for job in waiting:
            self._attempt(job.id, partial(self._note_embedded, job))
        if embedded or waiting:
            self._library.follow()
        if not embedded:
            self._passages.stop()
        return embedded > 0

    def _ingest(self, work: Work) -> None:
        """In one of the reading threads."""
        report, password = self._reporter(work.id), self._passwords.pop(work.id, None)
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
        self._files.add(1)
        infos = self._library.catalog.documents_by_id(added.document_ids)
        self._passages_of_files.add(sum(info.pending for info in infos.values()))
        self._note(work.id, Progress("embed", 0, added.chunks, "chunks", work.name))

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

    def _reindex(self, work: Work, report: Report) -> None:
        try:
            self._library.reindex(report, json.loads(work.name or "{}"))
        except Cancelled:
            self._library.catalog.drop_generation("building")
            raise
        self._finish(work.id)

    def _roll_back(self, work: Work, report: Report) -> None:
        self._library.roll_back(int(work.name), report)
        self._finish(work.id)

    def _finish(self, id_: int) -> None:
        self._queue.finish(id_)
        self._paces.pop(id_, None)

    def _note_embedded(self, job: Job) -> None:
        """A document deleted meanwhile has nothing to wait for any more."""
        assert job.result is not None
        infos = self._library.catalog.documents_by_id(job.result.document_ids).values()
        generation = self._library.catalog.active_generation()
        if not any(info.pending for info in infos) or (generation and not self._library.fits(generation)):
            self._finish(job.id)
        else:
            embedded, chunks = sum(info.embedded for info in infos), sum(info.chunks for info in infos)
            self._note(job.id, Progress("embed", embedded, chunks, "chunks", job.name))

    def _attempt(self, id_: int, action: Callable[[], None]) -> None:
        try:
            action()
        except Cancelled:
            self._end(id_, partial(self._queue.cancel, id_))
        except Stopped:
            self._end(id_, partial(self._queue.put_back, id_))
        except TenkyoError as error:
            self._end(id_, partial(self._queue.fail, id_, error.as_dict()))
        except Exception as error:  # noqa: BLE001 - one file's defect in our code must not stop the other files
            _log.exception("job %s failed", id_)
            defect = TenkyoError(f"Tenkyo has a defect here ({error!r}).", "Please report it.")
            self._end(id_, partial(self._queue.fail, id_, defect.as_dict()))

    def _end(self, id_: int, write: Callable[[], None]) -> None:
        """Notes how a job ended; on a full disk later, when there is room again."""
        self._paces.pop(id_, None)
        try:
            write()
        except StoreError:
            self._unwritten.append(write)

    def _reporter(self, id_: int) -> Report:
        def report(progress: Progress) -> None:
            if id_ in self._cancelled:
                raise Cancelled
            if self._stopping.is_set():
                raise Stopped
            self._note(id_, progress)

        return report

    def _note(self, id_: int, progress: Progress) -> None:
        if id_ in self._paces:
            self._paces[id_].go_on(progress)
        else:
            self._paces[id_] = Pace(progress)
