"""Signs of life from a loader that works on something long: page by page, file by file.

Who waits for it can tell a long archive from a parser that hangs.
"""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def beat() -> None:
    """A part of the file is done."""
    for listener in _listeners:
        listener()


def listen(listener: Callable[[], None]) -> None:
    """Calls `listener` at each beat from now on, in the thread that loads."""
    _listeners.append(listener)
