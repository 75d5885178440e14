"""How fast work goes, and how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from rag.reports import Progress

_WINDOW_S = 60.0
Clock = Callable[[], float]


class Rate:
    """Things done per second, over the last minute; from any threads. `clock` gives seconds."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._done: deque[tuple[float, int]] = deque()
        self._since: float | None = None

    def start(self) -> None:
        """Work begins: time before that does not count. Does nothing where it has begun."""
        if self._since is None:
            self._since = self._clock()

    def stop(self) -> None:
        """There is nothing to do: the next work starts anew."""
        with self._lock:
            self._since = None
            self._done.clear()

    def add(self, count: int) -> None:
        """So many were done just now."""
        with self._lock:
            self._done.append((self._clock(), count))

    def per_second(self) -> float | None:
        """None before anything was done."""
        now = self._clock()
        with self._lock:
            while self._done and now - self._done[0][0] > _WINDOW_S:
                self._done.popleft()
            if self._since is None or not self._done:
                return None
            seconds = min(now - self._since, _WINDOW_S)
            return sum(count for _, count in self._done) / seconds if seconds > 0 else None


class Average:
    """How much one thing brings, of those seen so far; from any threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._things, self._sum = 0, 0

    def add(self, count: int) -> None:
        """One more, which brought so many."""
        with self._lock:
            self._things, self._sum = self._things + 1, self._sum + count

    def of(self, things: int) -> float:
        """How much so many will bring; 0 before any was seen."""
        with self._lock:
            return things * self._sum / self._things if self._things else 0.0


class Pace:
    """How far one piece of work is, and how fast its stage goes; it begins with the first thing done of a stage."""

    def __init__(self, progress: Progress, clock: Clock = time.monotonic) -> None:
        self._progress = progress
        self._rate = Rate(clock)
        self._rate.start()

    def go_on(self, progress: Progress) -> None:
        """It has got so far."""
        before, self._progress = self._progress, progress
        same = (before.stage, before.unit) == (progress.stage, progress.unit)
        if same and before.done < progress.done:
            self._rate.add(progress.done - before.done)
        elif not same or not progress.done:
            self._rate.stop()
            self._rate.start()

    def now(self) -> Progress:
        """The progress, with its rate where that is known."""
        return replace(self._progress, per_second=self._rate.per_second())


def seconds_left(*parts: tuple[float, float | None]) -> float | None:
    """For pairs of how much is left and how much of it is done in a second; None where a rate is not known."""
    left = 0.0
    for count, rate in parts:
        if count and not rate:
            return None
        left += count / rate if count and rate else 0.0
    return left
