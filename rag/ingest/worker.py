"""Background work: files are read side by side, what they hold is embedded, while questions are answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import StoreError, TenkyoError, refused_by_disk
from rag.ingest.generation_builder import GenerationBuilder
from rag.ingest.job_queue import JobQueue
from rag.ingest.jobs import JobRunner
from rag.ingest.knowledge import Library
from rag.ingest.rates import Rate, seconds_left
from rag.ingest.watch import WatchedFolder
from rag.priority import favour_answers, in_turns, step_back
from rag.protocols import Report
from rag.reports import Activity, Job, Progress
from rag.storage.originals import Label

_IDLE_S = 0.5  # how soon a job that another process has submitted is noticed
_PATIENCE_S = 1.0  # for files that are being read; after that, passages are embedded meanwhile
_LAST_STEP_S = 10.0  # for a step that cannot be cut short, such as the training of a vector index
_FULL_DISK_S = 10.0  # until work is tried again that a full or read-only disk has stopped
_NOTED_AT_ONCE = 100  # jobs, of maybe a hundred thousand that wait: vectors come in the order of the files
_OVER = ("done", "failed", "cancelled")
_log = logging.getLogger(__name__)


class Worker:
    """Reads files in as many places as there are parsers, and embeds what waits; one reindex or rollback by itself.

    Nothing is embedded while files are read, so that all can be found by words as soon as may be; but a file that takes
    long holds nothing up. Among processes, only one worker runs.
    """

    def __init__(
        self,
        library: Library,
        builder: GenerationBuilder,
        queue: JobQueue,
        store: Path,
        watched: WatchedFolder | None,
    ) -> None:
        self._library = library
        self._queue = queue
        self._watched = watched
        self._only_one = FileLock(str(store / "worker.lock"))
        self._pause_note = store / "paused"
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._reading: set[Future[None]] = set()
        self._recovered = False
        self._told = ""
        self._passages = Rate()
        self.jobs = JobRunner(library, builder, queue, watched, self._stopping)

    # -- called from any thread ----------------------------------------------------------------------------

    def start(self) -> None:
        """Starts the thread, once."""
        if self._thread is None:
            favour_answers()
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

    def retry(self, id_: int, password: str | None) -> None:
        """Queues a failed job again. The password is kept in memory only, so it is lost at a restart."""
        self.jobs.retry(id_, password)
        self.wake()

    def retry_all(self) -> None:
        """Queues every failed file again but those that want a password."""
        self.jobs.retry_all()
        self.wake()

    def activity(self) -> Activity:
        """How far all of it is; rates are known in the process that does the work."""
        counts = self._queue.count_files()
        active = self._library.catalog.generations.active()
        pending = self._library.catalog.vectors.count_upcoming(active.id) if active else 0
        files, passages = self.jobs.files.per_second(), self._passages.per_second()
        unread = counts["queued"] + counts["running"]
        return Activity(
            paused=self._pause_note.exists(),
            files=counts.total(),
            over=sum(counts[state] for state in _OVER),
            failed=counts["failed"],
            searchable=counts["searchable"],
            unread=unread,
            added_unread=self._queue.count_unread(),
            pending=pending,
            files_per_s=files,
            passages_per_s=passages,
            seconds_left=seconds_left((unread, files), (pending + self.jobs.passages_of_files.of(unread), passages)),
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
            self._library.embedding.embed_all(report)
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
        self.jobs.write_unwritten()
        self._take_in(pool)
        if self._reading:
            is_full = len(self._reading) == self._library.parser.workers
            if self._await_reading(_PATIENCE_S if is_full else 0):
                self._library.embedding.follow()
                return True
        renewed = self._library.indexes.renew()  # a piece each time: new documents need not wait for the whole
        if self._embed() or renewed or self._library.catalog.generations.sweep_some():
            return True
        if self._reading:
            self._await_reading(_PATIENCE_S)
            return True
        self._library.indexes.seal(all_words=True)
        return self._library.embedding.try_next_language()

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
                self._reading.add(pool.submit(self.jobs.attempt, work.id, partial(self.jobs.ingest, work)))
            else:
                action = self.jobs.reindex if work.kind == "reindex" else self.jobs.roll_back
                self.jobs.attempt(work.id, partial(action, work, self._beside(pool, work.id)))
        if self._reading:
            self.jobs.files.start()
        else:
            self.jobs.files.stop()

    def _beside(self, pool: ThreadPoolExecutor, id_: int) -> Report:
        """For a reindex, which may take hours: it can be paused, and files are read at its side.

        Only during its first round; another is of what has come in meanwhile, and must end.
        """
        told, stages = self.jobs.reporter(id_), list[str]()

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
                self._library.embedding.follow()

        return report

    def _embed(self) -> bool:
        """One group of passages; False when none waits."""
        generation = self._library.catalog.generations.active()
        self._passages.start()
        embedded = self._library.embedding.embed_some(generation) if generation else 0
        self._passages.add(embedded)
        waiting = self._queue.embedding(_NOTED_AT_ONCE if embedded else None)
        for job in in_turns(waiting):
            self.jobs.attempt(job.id, partial(self.jobs.note_embedded, job))
        if embedded or waiting:
            self._library.embedding.follow()
        if not embedded:
            self._passages.stop()
        return embedded > 0
