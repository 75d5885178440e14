"""Background work leaves the processor, and Python's lock, to whoever waits for an answer."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal, TypeVar

_NICE = {"holds the lock": 5, "computes": 15}
_TURN_S = 0.0001
_PATIENCE_S = 0.2
_T = TypeVar("_T")


def step_back(kind: Literal["holds the lock", "computes"]) -> None:
    """The thread that calls this runs when nothing more urgent does; the threads that it starts, too.

    One that computes leaves its core to a question in the instant that this wakes (SCHED_IDLE, see sched(7)): a low
    priority alone may let it finish its turn of a millisecond or more first. One that works in Python must not be kept
    from the processor like that: while it holds Python's lock, whoever waits for an answer waits for it. On Linux each
    thread has a priority of its own; elsewhere this does nothing.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):  # a container may forbid either
            os.setpriority(os.PRIO_PROCESS, thread, _NICE[kind])
        if kind == "computes":
            with suppress(OSError):
                os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))


def favour_answers() -> None:
    """A thread that answers waits for Python's lock for a tenth of a millisecond, not five, while others compute.

    Nor does it wait while Python looks for garbage among all that is loaded by now, which takes 20 ms and more. That is
    said once in a process, as the garbage of this moment stays as well.
    """
    sys.setswitchinterval(_TURN_S)
    if not gc.get_freeze_count():
        gc.freeze()


_asked = threading.Condition()
_questions = 0
_turn = threading.local()


@contextmanager
def answering() -> Iterator[None]:
    """Somebody waits for what is done in this context: background work gives way meanwhile."""
    global _questions
    with _asked:
        _questions += 1
    try:
        yield
    finally:
        with _asked:
            _questions -= 1
            _asked.notify_all()


def give_way() -> None:
    """Called by background work between two steps in Python: waits while questions are answered.

    Python's lock knows no priorities, it goes round among all who want it. Where questions never end, background work
    gets half of the time. Not to be called where a lock is held that a question needs.
    """
    if _questions and time.monotonic() > getattr(_turn, "ends", 0.0):
        with _asked:
            if not _asked.wait_for(lambda: not _questions, _PATIENCE_S):
                _turn.ends = time.monotonic() + _PATIENCE_S


def in_turns(steps: Iterable[_T]) -> Iterator[_T]:
    """The same, giving way before each."""
    for step in steps:
        give_way()
        yield step
