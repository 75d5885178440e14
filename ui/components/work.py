"""Long work of a chain as data: a thread of its own follows it while pages come, look and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Event as Flag
from threading import Thread
from typing import Any

from rag.errors import TenkyoError
from rag.reports import Progress


class Work:
    """A chain on its way: its thread writes the attributes, pages only read; `stop` ends it early."""

    def __init__(self, kind: str, produce: Callable[[Flag], Iterator[Any]]) -> None:
        self.kind = kind
        self.progress: Progress | None = None
        self.result: Any = None
        self.error: Mapping[str, str] | None = None
        self.stop = Flag()
        self._finished = Flag()
        Thread(target=self._run, args=(produce,), name="chain", daemon=True).start()

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self._finished.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits until it is finished, `seconds` at most."""
        return self._finished.wait(seconds)

    def _run(self, produce: Callable[[Flag], Iterator[Any]]) -> None:
        try:
            for event in produce(self.stop):
                if isinstance(event, Progress):
                    self.progress = event
                else:
                    self.result = event
        except TenkyoError as error:
            self.error = error.as_dict()
        finally:
            self._finished.set()
