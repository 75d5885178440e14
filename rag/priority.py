"""Background work leaves the processor to whoever waits for an answer."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Literal

_NICE = {"holds the lock": 5, "computes": 15}
_TURN_S = 0.0001


def step_back(kind: Literal["holds the lock", "computes"]) -> None:
    """The thread that calls this runs when nothing more urgent does; the threads that it starts, too.

    One that works in Python must not be kept from the processor by one that computes outside: while it holds Python's
    lock, whoever waits for an answer waits for it. On Linux each thread has a priority of its own; elsewhere this does
    nothing.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # a container may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE[kind])


def take_short_turns() -> None:
    """A thread that answers waits for Python's lock for a tenth of a millisecond, not five, while others compute."""
    sys.setswitchinterval(_TURN_S)
