"""Events of a run beside other work of an event loop: nothing here ever blocks the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from threading import Event as Flag
from threading import Thread

from rag.events import Event


async def events_of(begin: Callable[[Flag], Iterator[Event]]) -> AsyncGenerator[Event, None]:
    """The events of the run that `begin` starts, which is given the flag that stops it; raises what it raises.

    A thread of its own works them off. Whoever stops listening, by `aclose` or by cancelling the task, stops the run:
    the flag is set and the run is closed before its next event.
    """
    loop, stop, abandoned = asyncio.get_running_loop(), Flag(), Flag()
    events: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()

    def put(event: Event | BaseException | None) -> None:
        if not abandoned.is_set():
            loop.call_soon_threadsafe(events.put_nowait, event)

    def work() -> None:
        run = begin(stop)
        try:
            for event in run:
                if abandoned.is_set():
                    break
                put(event)
            put(None)
        except Exception as error:  # noqa: BLE001 - it is raised again, where it is awaited
            put(error)
        finally:
            if close := getattr(run, "close", None):
                close()

    Thread(target=work, name="async-run", daemon=True).start()
    try:
        while (event := await events.get()) is not None:
            if isinstance(event, BaseException):
                raise event
            yield event
    finally:
        abandoned.set()
        stop.set()
