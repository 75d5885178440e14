"""How fast work goes, and how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 60.0


class Rate:
    """Things done per second, over the last minute; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done: deque[tuple[float, int]] = deque()
        self._since: float | None = None

    def start(self) -> None:
        """Work begins: time before that does not count. Does nothing where it has begun."""
        if self._since is None:
            self._since = self._clock()

    def stop(self) -> None:
        """There is nothing to do: the next work starts anew."""
        self._since = None
        self._done.clear()

    def add(self, count: int) -> None:
        """So many were done just now."""
        self._done.append((self._clock(), count))

    def per_second(self) -> float | None:
        """None before anything was done."""
        now = self._clock()
        while self._done and now - self._done[0][0] > _WINDOW_S:
            self._done.popleft()
        if self._since is None or not self._done:
            return None
        seconds = min(now - self._since, _WINDOW_S)
        return sum(count for _, count in list(self._done)) / seconds if seconds > 0 else None


def seconds_left(*parts: tuple[float, float | None]) -> float | None:
    """For pairs of how much is left and how much of it is done in a second; None where a rate is not known."""
    left = 0.0
    for count, rate in parts:
        if count and not rate:
            return None
        left += count / rate if count and rate else 0.0
    return left
