"""Files are parsed in processes of their own, which are watched and can be killed."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

import loaders
from loaders import Document
from rag.errors import DamagedDocument, DocumentTooLarge, LoadError
from rag.priority import give_way

_LOOK_EVERY_S = 0.1
_GRACE_S = 30  # after which a process whose parent has gone ends by itself
_KEPT_MB = 1_000  # a process that has grown beyond gives its memory back by ending

Alive = Callable[[int, int, str], None]
"""Is told how many parts of a file are read, of how many (0: not known), and what they are: pages, files, megabytes."""


class Parser:
    """`loaders.load` in child processes; as many files at a time as there are `workers`, from any threads.

    A file on which its process crashes, is silent for `timeout_s` seconds (a long file gives signs of life, page by
    page) or takes more than `memory_mb` of memory raises LoadError; the next file gets a new process.
    """

    def __init__(self, timeout_s: float, memory_mb: int, workers: int = 1) -> None:
        self.workers = workers
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._free = threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()

    def load(self, data: bytes, name: str, password: str | None = None, alive: Alive = lambda *_: None) -> Document:
        """The document in these bytes, as soon as a process is free; raises LoadError.

        `alive` is called at each sign of life; raising from it ends the process.
        """
        give_way()
        with self._free:
            process = self._taken()
            try:
                reply = process.load(data, name, password, alive)
            finally:
                self._give_back(process)
        if isinstance(reply, LoadError):
            raise reply
        return reply

    def close(self) -> None:
        """Ends the processes; a file that is being parsed fails."""
        with self._lock:
            for process in (*self._idle, *self._busy):
                process.stop()
            self._idle.clear()

    def _taken(self) -> _Process:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.is_running():
                    break
            else:
                process = _Process(self._timeout_s, self._memory_mb)
            self._busy.add(process)
            return process

    def _give_back(self, process: _Process) -> None:
        with self._lock:
            self._busy.discard(process)
            if process.is_running() and process.own_memory_mb() < _KEPT_MB:
                self._idle.append(process)
            else:
                process.stop()


class _Process:
    """One child: asked one thing at a time."""

    def __init__(self, timeout_s: float, memory_mb: int) -> None:
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._ended_because = ""
        self._alive_at = 0.0
        root = str(Path(loaders.__file__).parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "loaders._worker", str(int(timeout_s) + _GRACE_S)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def load(self, data: bytes, name: str, password: str | None, alive: Alive) -> Document | LoadError:
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,), name="tenkyo-parse-watch", daemon=True)
        self._alive_at = time.monotonic()
        watch.start()
        try:
            return self._exchange(data, name, password, alive)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            self.stop()
            return self._failure(name)
        except BaseException:
            self.stop()  # the exchange was cut off half way: what is in the pipe belongs to this file
            raise
        finally:
            done.set()
            watch.join()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def own_memory_mb(self) -> float:
        """What it holds in memory now; 0 if it has ended."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self._process.pid).memory_info().rss / 1e6
        return 0.0

    def memory_mb(self) -> float:
        """The same with its own children, for which all processes of the machine are looked through."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / 1e6
        return 0.0

    def stop(self) -> None:
        """Kills it, with what it has started (LibreOffice)."""
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _exchange(self, data: bytes, name: str, password: str | None, alive: Alive) -> Document | LoadError:
        assert self._process.stdin
        assert self._process.stdout
        pickle.dump((data, name, password), self._process.stdin, protocol=5)
        self._process.stdin.flush()
        while isinstance((answer := pickle.load(self._process.stdout))[0], int):  # noqa: S301 - our own child wrote it
            self._alive_at = time.monotonic()
            alive(*answer)
        body, buffers = answer
        return pickle.loads(body, buffers=[data if each is None else each for each in buffers])  # noqa: S301

    def _watch(self, done: threading.Event) -> None:
        while not done.wait(_LOOK_EVERY_S):
            if time.monotonic() - self._alive_at > self._timeout_s:
                self._ended_because = "time"
            elif self.memory_mb() > self._memory_mb:
                self._ended_because = "memory"
            else:
                continue
            self._process.kill()
            return

    def _failure(self, name: str) -> LoadError:
        if self._ended_because == "time":
            hint = "Raise parse_timeout_s (TENKYO_PARSE_TIMEOUT_S), or split the file."
            return LoadError(f"Reading the file took longer than {self._timeout_s:.0f} s.", hint, name)
        if self._ended_because == "memory":
            hint = "Raise parse_memory_mb (TENKYO_PARSE_MEMORY_MB), or split the file."
            return DocumentTooLarge(f"Reading the file took more than {self._memory_mb:,} MB of memory.", hint, name)
        return DamagedDocument("The file made its parser crash.", "Save it again with another program.", name)
