"""A process that parses: a hang or a crash of a parser costs one file, never the app.

`python -m loaders._worker SECONDS` reads pickled (data, name, password) from standard input until it ends. To each it
answers on standard output with pickles: (done, total, unit) for every sign of life, then (pickled Document or
LoadError, its buffers), in which a buffer that is None stands for the data of the request. A parser that gives no sign
of life for SECONDS ends the process, even if whoever asked has gone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import time
from typing import BinaryIO

from loaders import Document, LoadError, _pulse, load

_BEAT_EVERY = 0.5  # seconds; more often says nothing more
_NOWHERE = 0, 0, ""


def main() -> None:
    """Serves requests one by one."""
    seconds = int(sys.argv[1])
    _limit_harm()
    # Parsers that print must not break the protocol: it gets the real output, they get standard error.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    pulse = _Pulse(replies, seconds)
    _pulse.listen(pulse.beat)
    while True:
        try:
            data, name, password = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
        except EOFError:
            return
        pulse.start()
        try:
            reply = load(data, name=name, password=password)
        except LoadError as error:
            reply = error
        pulse.stop()
        _send(replies, reply, data)


def _send(replies: BinaryIO, reply: Document | LoadError, data: bytes) -> None:
    """A table of a gigabyte keeps the file as its data: that is not sent back."""
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(reply, protocol=5, buffer_callback=buffers.append)
    with contextlib.ExitStack() as views:
        seen = [views.enter_context(buffer.raw()) for buffer in buffers]
        pickle.dump((body, [None if view.obj is data else bytes(view) for view in seen]), replies)
    replies.flush()


class _Pulse:
    """Passes signs of life on, and ends the process where there are none.

    The alarm's default action is the kernel's: it also ends code that never comes back to Python.
    """

    def __init__(self, replies: BinaryIO, seconds: int) -> None:
        self._replies = replies
        self._seconds = seconds
        self._last = 0.0
        self._far = _NOWHERE

    def start(self) -> None:
        self._far = _NOWHERE
        self._live_on()

    def beat(self, done: int, total: int, unit: str) -> None:
        """Where files inside the file are counted, the pages of each are not."""
        if total and (unit == "files" or self._far[2] != "files"):
            self._far = done, total, unit
        if time.monotonic() - self._last > _BEAT_EVERY:
            self._live_on()
            pickle.dump(self._far, self._replies)
            self._replies.flush()

    def _live_on(self) -> None:
        self._last = time.monotonic()
        self._set_alarm(self._seconds)

    def stop(self) -> None:
        self._set_alarm(0)

    def _set_alarm(self, seconds: int) -> None:
        if hasattr(signal, "alarm"):
            signal.alarm(seconds)


def _limit_harm() -> None:
    """No core dumps of people's documents; questions are answered before files are read."""
    with contextlib.suppress(ImportError):  # on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(10)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
