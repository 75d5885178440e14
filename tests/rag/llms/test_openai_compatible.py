"""What only the served backend does: a server that goes away, is silent, or refuses."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event as Flag

import pytest

from rag.errors import ModelUnavailable
from rag.llms.openai_compatible import OpenAICompatibleChat
from rag.types import Message
from tests._checkpoints import CHAT_TEMPLATE, generated, tiny_llama
from tests._servers import serving

QUESTION = [Message("user", "When does the library open?")]
LLAMA_2 = "llama-2-7b-chat"


@contextmanager
def answering(status: int, body: object) -> Iterator[tuple[str, list[tuple[dict[str, str], dict]]]]:
    """A server that gives every request this answer: its address, and the headers and bodies it got."""
    got: list[tuple[dict[str, str], dict]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            got.append(({key.lower(): v for key, v in self.headers.items()}, json.loads(self.rfile.read(length))))
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            text = body if isinstance(body, str) else json.dumps(body)
            self.send_response(status)
            self.send_header("Content-Type", "text/event-stream" if isinstance(body, str) else "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1", got
        finally:
            server.shutdown()


def events(*chunks: dict) -> str:
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def test_a_server_that_is_killed_in_the_middle_keeps_what_was_written(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path / "tiny", window=100_000, chat_template=CHAT_TEMPLATE)
    with serving(folder, tmp_path) as (url, process):
        model = OpenAICompatibleChat(str(folder), url, temperature=0, silence_s=60)
        busy = model.stream(QUESTION, 50_000, Flag())
        beginning = ""
        while len(beginning) < 100:
            beginning += next(busy)

        impatient = OpenAICompatibleChat(str(folder), url, silence_s=0.5)
        begin = time.monotonic()
        with pytest.raises(ModelUnavailable, match="in time") as caught:  # the server is at work for the first
            list(impatient.stream(QUESTION, 5, Flag()))
        assert "chat_timeout_s" in caught.value.hint
        assert 0.4 < time.monotonic() - begin < 5

        process.kill()
        with pytest.raises(ModelUnavailable, match="no connection") as caught:
            list(busy)
        assert "Start the server" in caught.value.hint
    prompt = f"user: {QUESTION[0].content}\nassistant: "
    assert generated(folder, prompt, 120)[0].startswith(beginning)


def test_no_server_at_all_is_said_after_a_few_tries() -> None:
    with answering(200, {}) as (url, _):
        pass  # the port is free again
    begin = time.monotonic()
    with pytest.raises(ModelUnavailable, match="no connection"):
        list(OpenAICompatibleChat("any", url).stream(QUESTION, 5, Flag()))
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    ("status", "body", "message", "hint", "tries"),
    [
        (401, {"error": {"message": "bad key"}}, r"refuses the key \(bad key\)", "TENKYO_CHAT_API_KEY", 1),
        (404, {"error": {"message": "no model any"}}, r"refuses \(no model any\)", "chat_model", 1),
        (400, {"detail": "too many tokens"}, r"refuses \(too many tokens\)", "chat_context_tokens", 2),
        (429, {"error": {"message": "slow down"}}, r"too busy \(slow down\)", "Wait", 3),
        (500, {"error": {"message": "out of memory"}}, r"out of memory", "server's log", 3),
    ],
)
def test_a_refusal_says_what_to_do(status: int, body: dict, message: str, hint: str, tries: int) -> None:
    with answering(status, body) as (url, got):
        model = OpenAICompatibleChat("any", url, api_key="secret-key")
        with pytest.raises(ModelUnavailable, match=message) as caught:
            list(model.stream(QUESTION, 5, Flag()))
    assert hint in caught.value.hint
    assert "secret-key" not in str(caught.value)
    assert len(got) == tries


def test_openais_own_key_goes_to_no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "meant-for-openai")
    with answering(401, {}) as (url, got):
        for key in ("", "its-own"):
            with pytest.raises(ModelUnavailable):
                list(OpenAICompatibleChat("any", url, key).stream(QUESTION, 5, Flag()))
    assert [headers["authorization"] for headers, _ in got] == ["Bearer none", "Bearer its-own"]


def test_openai_itself_without_a_key_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelUnavailable, match="needs a key"):
        list(OpenAICompatibleChat("gpt", "").stream(QUESTION, 5, Flag()))


def test_an_error_inside_the_stream_keeps_what_was_written() -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "At ni"}}]}
    with answering(200, events(chunk, {"error": {"message": "CUDA out of memory"}})) as (url, _):
        pieces: list[str] = []
        with pytest.raises(ModelUnavailable, match="CUDA out of memory"):
            pieces.extend(OpenAICompatibleChat("any", url).stream(QUESTION, 5, Flag()))
    assert pieces == ["At ni"]


def test_without_a_name_the_servers_first_model_is_used() -> None:
    listed = {"data": [{"id": "first", "object": "model"}, {"id": "second", "object": "model"}]}
    with answering(200, listed) as (url, got):
        assert list(OpenAICompatibleChat("", url).stream(QUESTION, 5, Flag())) == []
    assert got[0][1]["model"] == "first"
    with answering(200, {"data": []}) as (url, _), pytest.raises(ModelUnavailable, match="lists no model"):
        list(OpenAICompatibleChat("", url).stream(QUESTION, 5, Flag()))


Sent = Callable[[dict], object]


@pytest.mark.parametrize(
    ("model", "interface", "messages", "sent"),
    [
        ("any", "chat", [Message("system", "S"), *QUESTION], {"messages": [
            {"role": "system", "content": "S"}, {"role": "user", "content": QUESTION[0].content}]}),
        (LLAMA_2, "completion", [Message("system", "S"), Message("user", "Q")],
            {"prompt": "[INST] <<SYS>>\nS\n<</SYS>>\n\nQ [/INST]"}),
        ("any", "completion", [Message("system", "S"), Message("user", "Q")],
            {"prompt": "S\n\nUser: Q\n\nAssistant:"}),
        ("any", "completion", [Message("user", "Once upon")], {"prompt": "Once upon"}),
    ],
)  # fmt: skip
def test_what_is_sent(model: str, interface: str, messages: list[Message], sent: dict) -> None:
    with answering(200, events()) as (url, got):
        served = OpenAICompatibleChat(model, url, interface=interface, temperature=0.5, top_p=0.8)  # type: ignore[arg-type]
        assert list(served.stream(messages, 7, Flag())) == []
    fixed = {"model": model, "max_tokens": 7, "temperature": 0.5, "top_p": 0.8, "stream": True}
    fixed["stream_options"] = {"include_usage": True}
    assert got[0][1] == {**fixed, **sent}


def test_a_model_that_goes_on_with_the_next_question_is_ended_there() -> None:
    chunks = [{"choices": [{"index": 0, "text": text}]} for text in ("At", " nine.\nU", "sual.\n", "\nUser", ": And?")]
    with answering(200, events(*chunks)) as (url, _):
        model = OpenAICompatibleChat("any", url, interface="completion")
        assert "".join(model.stream([Message("system", "S"), *QUESTION], 9, Flag())) == "At nine.\nUsual.\n"


@pytest.mark.parametrize(("length", "learned"), [(1, 1), (100, 2)])
def test_estimates_are_raised_when_the_server_counts_more(length: int, learned: int) -> None:
    """Not by a short prompt: what a chat format adds by itself would count as if every text were so long."""
    text = QUESTION[0].content * length
    before = OpenAICompatibleChat("any", "http://127.0.0.1").count_tokens(text)
    usage = {"prompt_tokens": 2 * (before + 8), "completion_tokens": 1, "total_tokens": 2 * (before + 8) + 1}
    with answering(200, events({"choices": [], "usage": usage})) as (url, _):
        model = OpenAICompatibleChat("any", url)
        assert list(model.stream([Message("user", text)], 5, Flag())) == []
    assert model.count_tokens(text) == pytest.approx(learned * before, abs=1)


@pytest.mark.parametrize("name", ["jsquad_valid", "squad2_dev_half", "squadshifts_new_wiki"])
def test_estimates_stay_above_what_llama_2_counts(name: str, shared_data: Path) -> None:
    from rag.llms._estimate import estimate_tokens
    from rag.llms._llama2 import load_encoder

    encode = load_encoder(shared_data / "llama2" / "tokenizer.model").encode
    lines = (shared_data / "retrieval" / name / "corpus.jsonl").read_text(encoding="utf-8").splitlines()[:500]
    texts = [json.loads(line)["text"] for line in lines]
    ratios = sorted(estimate_tokens(text) / len(encode(text)) for text in texts)
    assert ratios[len(ratios) // 50] >= 1  # 98 of 100 passages; a prompt has several, and a margin
    assert sum(ratios) / len(ratios) < 1.4
