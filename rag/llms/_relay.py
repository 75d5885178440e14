"""Pieces of text handed from the thread that produces them to the one that asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import Empty, Queue
from threading import Event as Flag
from types import TracebackType

from rag.errors import TenkyoError

Pieces = Queue[str | None]
"""None is the end."""

_POLL_S = 0.05


def relay(
    producer: Future[None],
    pieces: Pieces,
    stop: Flag,
    started: Flag,
    silence_s: float,
    explain: Callable[[BaseException], TenkyoError],
) -> Iterator[str]:
    """Yields the pieces until None; returns within moments of `stop`.

    Raises `explain(error)` for what the producer failed with, and for a TimeoutError after `silence_s` seconds
    without a piece, counted from when `started` is set: a model that loads, or that works for somebody else
    first, is not silent.
    """
    producer.add_done_callback(lambda _: pieces.put(None))
    heard = time.monotonic()
    while not stop.is_set():
        try:
            piece = pieces.get(timeout=_POLL_S)
        except Empty:
            heard = heard if started.is_set() else time.monotonic()
            if time.monotonic() - heard > silence_s:
                raise explain(TimeoutError(f"nothing came for {silence_s:g} seconds")) from None
            continue
        if piece is None:
            break
        if piece:
            yield piece
        heard = time.monotonic()
    error = None if stop.is_set() else producer.exception()
    if error is not None:
        raise error if isinstance(error, TenkyoError) else explain(error) from error


class Carried(AbstractContextManager[None]):
    """Hands the end of a `with` block, well or with an error, to a future: for a thread that nobody else hears."""

    def __init__(self, job: Future[None]) -> None:
        self._job = job

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._job.set_exception(error) if error else self._job.set_result(None)
        return True
