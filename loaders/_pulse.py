"""Signs of life from a loader that works on something long: page by page, file by file.

Who waits for it can tell a long archive from a parser that hangs, and say how far it is.
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[int, int, str], None]
"""Is told how many parts are done, of how many, and what they are: pages, files, megabytes."""

_listeners: list[Listener] = []


def beat(done: int = 0, total: int = 0, unit: str = "") -> None:
    """A part of the file is done; without figures: the loader is at work."""
    for listener in _listeners:
        listener(done, total, unit)


def listen(listener: Listener) -> None:
    """Calls `listener` at each beat from now on, in the thread that loads."""
    _listeners.append(listener)
