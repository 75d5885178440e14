"""Files are parsed in a process of their own that can be killed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import loaders
from loaders import Document
from rag.errors import DamagedDocument, LoadError


class Parser:
    """`loaders.load` in a child process that is kept for the next file; one file at a time.

    A file on which it crashes, or takes longer than `timeout_s` seconds, raises LoadError; the next file gets a
    new process.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def load(self, data: bytes, name: str, password: str | None = None) -> Document:
        """The document in these bytes; raises LoadError."""
        with self._lock:
            process = self._running()
            timed_out = threading.Event()
            timer = threading.Timer(self._timeout_s, lambda: (timed_out.set(), process.kill()))
            timer.start()
            try:
                reply = _exchange(process, (data, name, password))
            except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
                self._stop()
                raise self._failure(name, timed_out.is_set()) from error
            except BaseException:
                self._stop()  # the exchange was cut off half way: what is in the pipe belongs to this file
                raise
            finally:
                timer.cancel()
        if isinstance(reply, LoadError):
            raise reply
        return reply

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._stop()

    def _failure(self, name: str, timed_out: bool) -> LoadError:
        if timed_out:
            hint = "Raise parse_timeout_s (TENKYO_PARSE_TIMEOUT_S), or split the file."
            return LoadError(f"Reading the file took longer than {self._timeout_s:.0f} s.", hint, name)
        return DamagedDocument("The file made its parser crash.", "Save it again with another program.", name)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            root = str(Path(loaders.__file__).parent.parent)
            path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "loaders._worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
            )
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _exchange(process: subprocess.Popen[bytes], request: tuple[bytes, str, str | None]) -> Document | LoadError:
    assert process.stdin is not None
    assert process.stdout is not None
    pickle.dump(request, process.stdin)
    process.stdin.flush()
    return pickle.load(process.stdout)  # noqa: S301 - our own child wrote it
