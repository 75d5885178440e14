"""Questions in an event loop: nothing blocks it, and a task that is cancelled ends the writing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from itertools import count
from typing import Any

import pytest

from rag.errors import QuestionTooLong
from rag.events import AnswerReady, Event, TokenGenerated
from tests._loopback import Exchange, loopback
from tests.conftest import Open

GUIDE = b"# Guide\n\nThe library opens at nine. It closes at eight on weekdays.\n"
QUESTION = "When does it close on weekdays?"
QUOTE = "It closes at eight on weekdays."
SOON_S = 20


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: Playwright keeps a loop running in the main one once a browser test has been there."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def slow(exchange: Exchange) -> None:
    exchange.begin()
    for number in count():
        exchange.send(f"{number} ")
        threading.Event().wait(0.02)


def test_async_events_are_those_of_the_iterator(open_kb: Open) -> None:
    kb = open_kb()
    kb.add(GUIDE, "guide.md")

    async def events() -> list[Event]:
        return [event async for event in kb.astream(QUESTION)]

    got, expected = run(events()), list(kb.stream(QUESTION))
    assert [type(event) for event in got] == [type(event) for event in expected]
    assert isinstance(got[-1], AnswerReady)
    assert got[-1].answer.text == QUOTE
    assert run(kb.aask(QUESTION)).text == QUOTE


def test_two_are_answered_at_once_and_the_loop_stays_free(open_kb: Open) -> None:
    def act(exchange: Exchange) -> None:
        exchange.begin()
        threading.Event().wait(0.5)
        exchange.send("It closes at eight on weekdays [1].")
        exchange.end()

    async def ask_twice() -> tuple[list[str], int]:
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                await asyncio.sleep(0.01)
                beats += 1

        heart = asyncio.create_task(beat())
        answers = await asyncio.gather(kb.aask(QUESTION), kb.aask(QUESTION))
        heart.cancel()
        return [answer.text for answer in answers], beats

    with loopback(act) as server:
        kb = open_kb(chat_model="m", chat_base_url=server.url)
        kb.add(GUIDE, "guide.md")
        texts, beats = run(ask_twice())
    assert texts == [QUOTE, QUOTE]
    assert beats >= 10  # half a second of waiting, most of which the loop had for others


@pytest.mark.parametrize("how", ["cancelled", "closed"])
def test_who_goes_away_ends_the_writing_on_the_server(open_kb: Open, how: str) -> None:
    async def leave() -> None:
        begun = asyncio.Event()

        async def ask() -> None:
            async with aclosing(kb.astream(QUESTION)) as events:
                async for event in events:
                    if isinstance(event, TokenGenerated):
                        begun.set()
                        if how == "closed":
                            return

        task = asyncio.create_task(ask())
        await asyncio.wait_for(begun.wait(), SOON_S)
        if how == "cancelled":
            task.cancel()
        begin = time.monotonic()
        await asyncio.wait([task], timeout=SOON_S)
        assert time.monotonic() - begin < 2
        assert task.cancelled() == (how == "cancelled")

    with loopback(slow) as server:
        kb = open_kb(chat_model="m", chat_base_url=server.url)
        kb.add(GUIDE, "guide.md")
        run(leave())
        assert server.left.wait(SOON_S)


def test_errors_are_raised_where_they_are_awaited(open_kb: Open) -> None:
    kb = open_kb(chat_model="m", chat_base_url="http://127.0.0.1:9/v1")
    kb.add(GUIDE, "guide.md")
    with pytest.raises(QuestionTooLong):
        run(kb.aask(QUESTION * 400))
