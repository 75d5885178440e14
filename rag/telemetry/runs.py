"""A run from its first event to its last: stamped with its id and time, counted, and told to who listens."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeVar

from rag.errors import TenkyoError
from rag.events import AnswerReady, ModelFinished, RunEnded, RunFailed, RunStarted, Stamped

Listener = Callable[[Stamped], None]
"""Is told every event of every run, in order and at once; it must be quick, and must not raise."""
Tell = Callable[[Stamped], object]
"""Makes an event one of a run; from any thread."""
Happening = TypeVar("Happening", bound=Stamped)
_Any = TypeVar("_Any", bound=Stamped)
_Made = TypeVar("_Made")

_GIVEN_UP = {"code": "given_up", "message": "It was given up before its end.", "hint": ""}


@dataclass(frozen=True, slots=True)
class Runs:
    """What `listeners` are told; runs may go side by side in any threads."""

    listeners: Sequence[Listener] = ()

    def follow(
        self, kind: str, about: str, events: Iterator[Happening], last: type[Stamped] = AnswerReady
    ) -> Iterator[Happening | RunStarted | RunEnded | RunFailed]:
        """The events, stamped, after RunStarted; RunEnded stands right before the one of type `last`.

        Whatever the events raise is told as RunFailed first. Closing it closes `events`, and listeners are told.
        """
        run = _Run(self.listeners)
        with run.told_how_it_ends(events):
            try:
                yield run.tell(RunStarted(kind, about))
                for event in events:
                    if isinstance(event, last):
                        yield run.end()
                    yield run.tell(event)
                if not run.ended:
                    yield run.end()
            except TenkyoError as error:
                yield run.fail(error.as_dict())  # who asked may stop here
                raise

    def tell(self, kind: str, about: str, work: Callable[[Tell], Iterator[_Made]]) -> Iterator[_Made]:
        """What `work` yields, which is no events; it is given what makes an event one of its run.

        A run as those of `follow`, but that only listeners are told of it.
        """
        run = _Run(self.listeners)
        made = work(run.tell)
        with run.told_how_it_ends(made):
            run.tell(RunStarted(kind, about))
            yield from made
            run.end()


class _Run:
    """One run on its way."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = listeners
        self._id, self._begin = uuid.uuid4().hex, time.perf_counter()
        self._prompt_tokens = self._answer_tokens = 0
        self._counting = Lock()
        self.ended = False

    def tell(self, event: _Any) -> _Any:
        """The event, stamped, after all listeners were told of it."""
        if isinstance(event, ModelFinished):
            with self._counting:
                self._prompt_tokens += event.prompt_tokens
                self._answer_tokens += event.answer_tokens
        event = replace(event, run_id=self._id, at_ms=self._at_ms())
        for listener in self._listeners:
            listener(event)
        return event

    def end(self) -> RunEnded:
        self.ended = True
        return self.tell(RunEnded(self._at_ms(), self._prompt_tokens, self._answer_tokens))

    def fail(self, error: dict[str, str]) -> RunFailed:
        self.ended = True
        return self.tell(RunFailed(error))

    @contextmanager
    def told_how_it_ends(self, work: object) -> Iterator[None]:
        """Listeners are told of whatever ends it early; `work` is closed in any case."""
        try:
            yield
        except TenkyoError as error:
            if not self.ended:
                self.fail(error.as_dict())
            raise
        except GeneratorExit:
            if not self.ended:
                self.fail(_GIVEN_UP)
            raise
        except Exception as error:
            self.fail({"code": "error", "message": type(error).__name__, "hint": "See the log."})
            raise
        finally:
            if close := getattr(work, "close", None):
                close()

    def _at_ms(self) -> float:
        return (time.perf_counter() - self._begin) * 1000
