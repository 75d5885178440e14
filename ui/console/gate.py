"""The Admin page's lock: a password, and ever longer pauses after wrong ones."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from threading import Lock

_FREE_TRIES = 2
_LONGEST_PAUSE_S = 60.0


class Gate:
    """One per process, for all visitors together: guessing in many tabs is no faster."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong = 0
        self._shut_until = 0.0

    def pause(self) -> float:
        """Seconds until the next try counts, 0 when it does now."""
        with self._lock:
            return max(0.0, self._shut_until - self._clock())

    def opens(self, given: str, password: str) -> bool:
        """Whether this is the password; a try during a pause never is. From the third on: 1, 2, 4 … 60 s."""
        with self._lock:
            if self._clock() < self._shut_until:
                return False
            if hmac.compare_digest(given.encode(), password.encode()):
                self._wrong = 0
                return True
            self._wrong += 1
            if self._wrong > _FREE_TRIES:
                self._shut_until = self._clock() + min(2.0 ** (self._wrong - _FREE_TRIES - 1), _LONGEST_PAUSE_S)
            return False
