"""The whole journey of a question over an OpenAI-compatible server on loopback, and what servers do on bad days."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Event as Flag

import pytest

from rag import KnowledgeBase
from rag.events import (
    AnswerReady,
    Event,
    ModelFailed,
    ModelFinished,
    PromptBuilt,
    PromptTruncated,
    TokenGenerated,
)
from rag.types import Answer, Message
from tests._checkpoints import CHAT_TEMPLATE, tiny_llama
from tests._loopback import Act, Exchange, loopback
from tests._servers import serving
from tests.conftest import Open

GUIDE = b"# Guide\n\nThe library opens at nine. It closes at eight on weekdays.\n"
QUESTION = "When does it close on weekdays?"
QUOTE = "It closes at eight on weekdays."
WRITTEN = "It closes at eight on weekdays [1]."
SOON_S = 20

Ask = Callable[..., KnowledgeBase]


@pytest.fixture
def served(open_kb: Open) -> Ask:
    """A library with one document, answered by the server at an address."""

    def open_(url: str, **settings: object) -> KnowledgeBase:
        kb = open_kb(chat_base_url=url, **{"chat_model": "m", "chat_backend": "openai", **settings})
        kb.add(GUIDE, "guide.md")
        return kb

    return open_


def told(events: list[Event], kind: type[Event]) -> list:
    return [event for event in events if isinstance(event, kind)]


def answer_of(events: list[Event]) -> Answer:
    assert isinstance(events[-1], AnswerReady)
    return events[-1].answer


def well(exchange: Exchange) -> None:
    exchange.begin()
    for word in WRITTEN.split(" "):
        exchange.send(word + " ")
    exchange.end(200, 9)


def test_what_the_server_counts_is_told(served: Ask) -> None:
    with loopback(well) as server:
        events = list(served(server.url).stream(QUESTION))
    assert server.got[0]["stream_options"] == {"include_usage": True}
    assert told(events, ModelFinished) == [ModelFinished("answer", "m", 200, 9, reported=True)]
    assert told(events, PromptTruncated) == []
    (built,) = told(events, PromptBuilt)
    assert (built.purpose, built.model, built.window) == ("answer", "m", 4096)
    answer = answer_of(events)
    assert (answer.model, [c.quote for c in answer.sentences[0].citations]) == ("m", [QUOTE])


def test_the_first_piece_is_there_while_the_server_still_writes(served: Ask) -> None:
    go_on = Flag()

    def act(exchange: Exchange) -> None:
        exchange.begin()
        exchange.send("It ")
        assert go_on.wait(SOON_S)
        exchange.send("closes at eight on weekdays [1].")
        exchange.end()

    with loopback(act) as server:
        events = served(server.url).stream(QUESTION)
        first = next(event for event in events if isinstance(event, TokenGenerated))
        assert (first.text, go_on.is_set()) == ("It ", False)
        go_on.set()
        assert answer_of(list(events)).text == QUOTE


def endless(exchange: Exchange) -> None:
    exchange.begin()
    for number in count():
        exchange.send(f"{number} ")
        threading.Event().wait(0.01)


def test_stop_ends_the_writing_on_the_server(served: Ask) -> None:
    with loopback(endless) as server:
        kb, stop = served(server.url), Flag()
        events: list[Event] = []
        for event in kb.stream(QUESTION, stop=stop):
            events.append(event)
            if isinstance(event, TokenGenerated):
                stop.set()
        assert server.left.wait(SOON_S)
    answer = answer_of(events)
    assert answer.stopped
    assert answer.text.startswith("0")


def test_who_goes_away_ends_the_writing_on_the_server(served: Ask) -> None:
    with loopback(endless) as server:
        events = served(server.url).stream(QUESTION)
        next(event for event in events if isinstance(event, TokenGenerated))
        events.close()  # type: ignore[attr-defined]
        assert server.left.wait(SOON_S)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_fails_twice_is_asked_again_after_a_pause(served: Ask, status: int) -> None:
    times: list[float] = []

    def act(exchange: Exchange) -> None:
        times.append(time.monotonic())
        exchange.refuse(status, "busy") if exchange.number < 2 else well(exchange)

    with loopback(act) as server:
        events = list(served(server.url).stream(QUESTION))
    assert (len(times), told(events, ModelFailed), answer_of(events).text) == (3, [], QUOTE)
    first, second = times[1] - times[0], times[2] - times[1]
    assert 0.3 < first < second  # the pause grows


def broken(exchange: Exchange) -> None:
    exchange.begin()
    exchange.send("It closes at ")
    exchange.chunk({"error": {"message": "CUDA out of memory"}, "choices": []})


def silent(exchange: Exchange) -> None:
    exchange.begin()
    exchange.send("It closes at ")
    threading.Event().wait(3)


@pytest.mark.parametrize(("act", "code"), [(broken, "model_unavailable"), (silent, "model_silent")])
def test_what_was_written_before_a_failure_stays_and_the_quotes_follow(served: Ask, act: Act, code: str) -> None:
    with loopback(act) as server:
        events = list(served(server.url, chat_timeout_s=1).stream(QUESTION))
    assert len(server.got) == 1  # nothing that was begun is begun again
    (failed,) = told(events, ModelFailed)
    assert failed.error["code"] == code
    answer = answer_of(events)
    assert answer.text.startswith("It closes at")
    assert answer.text.endswith(QUOTE)
    assert (answer.model, answer.answered) == ("extractive", True)


def test_a_server_that_reads_only_the_end_of_the_prompt_is_noticed(served: Ask) -> None:
    def act(exchange: Exchange) -> None:
        exchange.begin()
        exchange.send(WRITTEN)
        exchange.end(40, 9)

    with loopback(act) as server:
        events = list(served(server.url).stream(QUESTION))
    (built,), (truncated,) = told(events, PromptBuilt), told(events, PromptTruncated)
    assert truncated == PromptTruncated("m", built.tokens, 40)
    assert answer_of(events).text == QUOTE


def test_a_server_that_knows_no_count_is_asked_without_from_then_on(served: Ask) -> None:
    def act(exchange: Exchange) -> None:
        if "stream_options" in exchange.body:
            exchange.refuse(400, "Unrecognized request argument supplied: stream_options")
            return
        exchange.begin()
        exchange.send(WRITTEN)
        exchange.end()

    with loopback(act) as server:
        kb = served(server.url)
        for _ in range(2):
            events = list(kb.stream(QUESTION))
            assert answer_of(events).text == QUOTE
            (finished,) = told(events, ModelFinished)
            assert not finished.reported
            assert finished.prompt_tokens == told(events, PromptBuilt)[0].tokens
    assert ["stream_options" in body for body in server.got] == [True, False, False]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("tiny-llama"), window=100_000, chat_template=CHAT_TEMPLATE)


@pytest.fixture
def real(checkpoint: Path, tmp_path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    with serving(checkpoint, tmp_path) as (url, process):
        yield url, process.kill


def test_the_journey_over_a_real_server(real: tuple[str, Callable[[], None]], served: Ask, checkpoint: Path) -> None:
    url, kill = real
    long = {"chat_model": str(checkpoint), "chat_context_tokens": 60_000, "answer_tokens": 15_000}
    kb, stop = served(url, **long), Flag()

    def until(act: Callable[[], None]) -> list[Event]:
        """The events of a question in the middle of whose answer something happens."""
        events: list[Event] = []
        for event in kb.stream(QUESTION, stop=stop):
            events.append(event)
            if len(told(events, TokenGenerated)) == 5:
                act()
        return events

    begin = time.monotonic()
    answer = answer_of(until(stop.set))
    assert answer.stopped
    assert answer.text
    stop.clear()
    model = kb.models.get()
    assert model
    assert "".join(model.stream([Message("user", "Hello")], 5, Flag()))  # it is free again: the generation has ended
    assert time.monotonic() - begin < SOON_S

    events = until(kill)
    assert len(told(events, ModelFailed)) == 1
    assert answer_of(events).text.endswith(QUOTE)
