"""A run from its first event to its last: stamped with its id and time, counted, and told to who listens."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from rag.errors import TenkyoError
from rag.events import AnswerReady, ModelFinished, RunEnded, RunFailed, RunStarted, Stamped

Listener = Callable[[Stamped], None]
"""Is told every event of every run, in order and at once; it must be quick, and must not raise."""
Happening = TypeVar("Happening", bound=Stamped)
_Any = TypeVar("_Any", bound=Stamped)

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
        id_, begin, prompt_tokens, answer_tokens, ended = uuid.uuid4().hex, time.perf_counter(), 0, 0, False

        def stamped(event: _Any) -> _Any:
            event = replace(event, run_id=id_, at_ms=(time.perf_counter() - begin) * 1000)
            for listener in self.listeners:
                listener(event)
            return event

        def end() -> RunEnded:
            return stamped(RunEnded((time.perf_counter() - begin) * 1000, prompt_tokens, answer_tokens))

        try:
            yield stamped(RunStarted(kind, about))
            for event in events:
                if isinstance(event, ModelFinished):
                    prompt_tokens += event.prompt_tokens
                    answer_tokens += event.answer_tokens
                if isinstance(event, last):
                    ended = True
                    yield end()
                yield stamped(event)
            if not ended:
                ended = True
                yield end()
        except TenkyoError as error:
            ended = True  # who asked may stop here
            yield stamped(RunFailed(error.as_dict()))
            raise
        except GeneratorExit:
            if not ended:
                stamped(RunFailed(_GIVEN_UP))
            raise
        except Exception as error:
            stamped(RunFailed({"code": "error", "message": type(error).__name__, "hint": "See the log."}))
            raise
        finally:
            if close := getattr(events, "close", None):
                close()
