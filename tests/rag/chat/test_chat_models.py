"""Several chat models to choose from, one for each question, and what a test of one says."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from rag import KnowledgeBase, Settings
from rag.chat.chat_models import EXTRACTIVE, ChatModels
from rag.errors import InvalidSettings
from rag.reports import ServedModel
from rag.settings import ChatModelChoice
from rag.types import AskOptions
from tests._checkpoints import tiny_llama
from tests._loopback import Exchange, loopback
from tests.conftest import Open

GUIDE = b"# Guide\n\nThe library opens at nine. It closes at eight on weekdays.\n"
QUESTION = "When does it close on weekdays?"


def counting(window: int) -> object:
    """A server that reads as many words as its window holds, and says how many."""

    def act(exchange: Exchange) -> None:
        (message,) = exchange.body["messages"]  # type: ignore[misc]
        exchange.begin()
        exchange.send("OK")
        exchange.end(min(window, 5 + len(message["content"].split())), 1)

    return act


def says_its_model(exchange: Exchange) -> None:
    exchange.begin()
    exchange.send(f"It closes at eight on weekdays, says {exchange.body['model']} [1].")
    exchange.end()


LISTED = ({"id": "small", "object": "model"}, {"id": "org/large:70b", "object": "model", "max_model_len": 8192})


def test_the_default_is_that_of_chat_model_then_the_first_table() -> None:
    second = ChatModelChoice(name="second", model="x", base_url="http://127.0.0.1:9/v1")
    assert ChatModels(Settings()).get() is None
    assert ChatModels(Settings()).offered() == ()
    assert ChatModels(Settings(chat_models=(second,))).offered() == ("second",)
    models = ChatModels(Settings(chat_model="first", chat_models=(second,)))
    assert models.offered() == ("first", "second")
    assert (models.get().name, models.get("second").name) == ("first", "x")
    assert models.get("second") is models.get("second")
    assert models.get(EXTRACTIVE) is None


@pytest.mark.parametrize("name", ["third", "second/x", "second/"])
def test_a_model_that_is_not_offered_is_refused(name: str) -> None:
    second = ChatModelChoice(name="second", model="x", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(InvalidSettings, match="no chat model"):
        ChatModels(Settings(chat_models=(second,))).get(name)


def test_two_of_the_same_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="same name"):
        Settings(chat_model="a", chat_models=(ChatModelChoice(name="a"),))


def test_tables_of_the_settings_file_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenkyo.toml").write_text(
        """[[chat_models]]
name = "ollama"
base_url = "http://localhost:11434/v1"
model = "qwen3:8b"
offer_listed = true

[[chat_models]]
name = "in-process"
model = "/models/llama-2-7b-chat"
quantization = "4bit"
"""
    )
    choices = Settings.load().chat_choices()
    assert [(one.name, one.model, one.served) for one in choices] == [
        ("ollama", "qwen3:8b", True),
        ("in-process", "/models/llama-2-7b-chat", False),
    ]
    (tmp_path / "tenkyo.toml").write_text('[[chat_models]]\nname = "x"\nmodle = "y"\n')
    with pytest.raises(InvalidSettings, match="modle"):
        Settings.load()


def test_each_question_chooses_its_model(open_kb: Open) -> None:
    with loopback(says_its_model, LISTED) as one, loopback(says_its_model, LISTED) as other:
        kb = open_kb(
            chat_base_url=one.url,
            chat_model="small",
            chat_models=(ChatModelChoice(name="other", base_url=other.url, model="small", offer_listed=True),),
        )
        kb.add(GUIDE, "guide.md")

        def author(model: str = "") -> tuple[str, int, int]:
            return kb.ask(QUESTION, options=AskOptions(model=model)).model, len(one.got), len(other.got)

        assert author() == ("small", 1, 0)
        assert author("other") == ("small", 1, 1)
        assert author("other/org/large:70b") == ("org/large:70b", 1, 2)
        assert other.got[-1]["model"] == "org/large:70b"
        assert author(EXTRACTIVE) == ("extractive", 1, 2)
        with pytest.raises(InvalidSettings):
            author("small/org/large:70b")


def test_what_a_server_lists_is_offered_where_the_settings_say_so() -> None:
    with loopback(says_its_model, LISTED) as server:

        def names(*, offer: bool) -> tuple[str, ...]:
            models = ChatModels(
                Settings(
                    chat_models=(ChatModelChoice(name="s", base_url=server.url, model="small", offer_listed=offer),)
                )
            )
            models.offered()
            for thread in threading.enumerate():
                if thread.name == "model-lists":
                    thread.join(10)
            return models.offered()

        assert names(offer=False) == ("s",)
        assert names(offer=True) == ("s", "s/org/large:70b")


def test_a_test_tells_what_the_server_lists_and_reads(kb: KnowledgeBase) -> None:
    with loopback(counting(100_000), LISTED) as server:  # type: ignore[arg-type]
        choice = ChatModelChoice(name="s", base_url=server.url, model="org/large:70b")
        health = ChatModels(Settings(chat_models=(choice,))).check("s")
    assert (health.error, health.listed, health.told, health.truncates) == (None, True, 8192, False)
    assert health.served == (ServedModel("small"), ServedModel("org/large:70b", 8192))
    assert health.first_token_ms is not None
    assert health.window == 4096
    assert health.sent is not None
    assert 3500 < health.sent < 4096
    assert health.read == health.sent + 5


def test_a_test_finds_the_server_that_reads_less_than_the_window() -> None:
    with loopback(counting(2048), ({"id": "other", "object": "model"},)) as server:  # type: ignore[arg-type]
        choice = ChatModelChoice(name="s", base_url=server.url, model="m")
        health = ChatModels(Settings(chat_models=(choice,))).check()
    assert (health.listed, health.truncates, health.read) == (False, True, 2048)


def test_a_test_of_a_model_that_is_not_there_says_what_to_do() -> None:
    with loopback(says_its_model) as server:
        url = server.url
    health = ChatModels(Settings(chat_base_url=url, chat_model="m")).check()
    assert health.error is not None
    assert "Start the server" in health.error["hint"]
    with pytest.raises(InvalidSettings):
        ChatModels(Settings()).check()


def test_a_model_in_this_process_is_tested_too(tmp_path: Path) -> None:
    health = ChatModels(Settings(chat_model=str(tiny_llama(tmp_path / "tiny")))).check()
    assert (health.error, health.window, health.listed, health.sent) == (None, 4096, None, None)
    assert health.first_token_ms is not None
