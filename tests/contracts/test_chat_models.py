"""What every chat model does: in this process by transformers, and by a real server on loopback by either API.

Greedy answers are compared with what the checkpoint itself generates from the ids of the same prompt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from rag.errors import ModelUnavailable
from rag.llms import make_chat_model
from rag.protocols import ChatModel
from rag.settings import Settings
from rag.types import Message
from tests._checkpoints import CHAT_TEMPLATE, generated, tiny_llama
from tests._servers import serving

WINDOW = 100_000
FOREVER = 50_000
"""Tokens of which the tiny model writes some hundreds a second: minutes."""
SOON_S = 20
TRANSCRIPT = "{system}\n\nUser: {asked}\n\nAssistant:"

SYSTEM, ASKED = "Answer from the passages.", "When does the library open? 図書館は何時に開きますか。"
DIALOG = [Message("system", SYSTEM), Message("user", ASKED)]


@dataclass(frozen=True)
class Case:
    """A way to reach the checkpoint, and the prompt that it gives the model."""

    make: Callable[..., ChatModel]
    prompt: Callable[[], str]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("tiny-llama"), window=WINDOW, chat_template=CHAT_TEMPLATE)


@pytest.fixture(scope="session")
def server(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(checkpoint, tmp_path_factory.mktemp("server")) as (url, _):
        yield url


@pytest.fixture(params=["in process", "chat", "completion"])
def case(request: pytest.FixtureRequest, checkpoint: Path) -> Case:
    settings: dict[str, Any] = {"chat_model": str(checkpoint), "temperature": 0, "chat_context_tokens": WINDOW}
    if request.param != "in process":
        url = request.getfixturevalue("server")
        settings |= {"chat_backend": "openai", "chat_base_url": url, "chat_interface": request.param}

    def make(**changed: object) -> ChatModel:
        model = make_chat_model(Settings(**{**settings, **changed}))
        assert model is not None
        return model

    def prompt() -> str:
        if request.param == "completion":
            return TRANSCRIPT.format(system=SYSTEM, asked=ASKED)
        return f"system: {SYSTEM}\nuser: {ASKED}\nassistant: "

    return Case(make, prompt)


def written(model: ChatModel, messages: Sequence[Message] = DIALOG, count: int = 40) -> str:
    return "".join(model.stream(messages, count, Flag()))


def test_a_greedy_answer_is_the_checkpoints_own(case: Case, checkpoint: Path) -> None:
    expected, ids = generated(checkpoint, case.prompt(), 40)
    assert len(ids) == 40
    assert written(case.make()) == expected


def test_the_answer_comes_in_pieces(case: Case) -> None:
    pieces = list(case.make().stream(DIALOG, 40, Flag()))
    assert len(pieces) >= 5
    assert all(pieces)


def test_a_sampled_answer_has_the_length_asked_for(case: Case) -> None:
    assert 0 < len(written(case.make(temperature=1.0, top_p=0.9), count=8)) < 400


def test_stop_ends_the_answer_and_the_generation(case: Case) -> None:
    model, stop = case.make(), Flag()
    begin, seen = time.monotonic(), 0
    for seen, _ in enumerate(model.stream(DIALOG, FOREVER, stop), 1):
        if seen == 5:
            stop.set()
    assert seen == 5
    assert len(written(model, count=5)) > 0  # the one generation at a time is free again
    assert time.monotonic() - begin < SOON_S


def test_closing_the_stream_ends_the_generation(case: Case) -> None:
    model, begin = case.make(), time.monotonic()
    with closing(model.stream(DIALOG, FOREVER, Flag())) as pieces:  # type: ignore[type-var]
        next(iter(pieces))
    assert len(written(model, count=5)) > 0
    assert time.monotonic() - begin < SOON_S


def test_a_stop_from_another_thread_ends_a_wait(case: Case) -> None:
    """The second question waits for the first, which never ends: only its own stop frees the one who asked."""
    model, stop = case.make(), Flag()
    with closing(model.stream(DIALOG, FOREVER, Flag())) as first:  # type: ignore[type-var]
        next(iter(first))
        threading.Timer(0.5, stop.set).start()
        begin = time.monotonic()
        assert list(model.stream(DIALOG, 5, stop)) == []
        assert 0.4 < time.monotonic() - begin < SOON_S


def test_a_question_stopped_before_it_begins_gets_nothing(case: Case) -> None:
    stop = Flag()
    stop.set()
    assert list(case.make().stream(DIALOG, 5, stop)) == []


def test_two_at_once_get_each_their_own_answer(case: Case) -> None:
    model = case.make()
    questions = [[Message("user", "one")], [Message("user", "図書館")]]
    alone = [written(model, question, 12) for question in questions]
    together: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda n=n, q=q: together.update({n: written(model, q, 12)}))
        for n, q in enumerate(questions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert alone[0] != alone[1]
    assert [together[0], together[1]] == alone


@pytest.mark.parametrize(
    "text", ["", "The library opens at nine.", "図書館は午前九時に開館します。", "</s><s>", "1,234.5 %"]
)
def test_tokens_are_never_counted_short(case: Case, checkpoint: Path, text: str) -> None:
    from tokenizers import Tokenizer

    true = len(Tokenizer.from_file(str(checkpoint / "tokenizer.json")).encode(text, add_special_tokens=False))
    assert true <= case.make().count_tokens(text) <= 25 * true


def test_the_window_is_the_models(case: Case) -> None:
    assert case.make().context_tokens == WINDOW


def test_a_model_that_is_nowhere_fails_at_the_first_question_only(case: Case) -> None:
    model = case.make(chat_model="no-such/model")
    with pytest.raises(ModelUnavailable, match="no-such/model") as caught:
        written(model)
    assert "chat_model" in caught.value.hint


def test_without_a_model_there_is_none() -> None:
    assert make_chat_model(Settings()) is None
