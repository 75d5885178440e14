"""Traces as a collector receives them: a real one on loopback, by OTLP over HTTP."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rag.events import (
    ModelFailed,
    ModelFinished,
    PromptBuilt,
    RunEnded,
    RunFailed,
    RunStarted,
    ToolCalled,
    ToolReturned,
)
from rag.telemetry.traces import Traces
from rag.types import Message
from tests._checkpoints import tiny_llama
from tests.conftest import Open

trace_service = pytest.importorskip(
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2",
    reason="needs opentelemetry-exporter-otlp-proto-http: pip install -r requirements-dev.txt",
)
GUIDE = b"# Guide\n\nThe library opens at nine. It closes at eight on weekdays.\n"


class Collector:
    """What a collector got."""

    def __init__(self) -> None:
        self.url = ""
        self.raw: list[bytes] = []
        self.paths: list[str] = []

    @property
    def spans(self) -> list[Any]:
        """In the order in which they ended."""
        requests = [trace_service.ExportTraceServiceRequest.FromString(body) for body in self.raw]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


@pytest.fixture
def collector() -> Iterator[Collector]:
    got = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
            got.paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        got.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield got
        server.shutdown()


def test_a_question_is_a_trace_of_its_search_and_its_chat(open_kb: Open, collector: Collector, tmp_path: Path) -> None:
    model = str(tiny_llama(tmp_path / "tiny"))
    kb = open_kb(otel_endpoint=collector.url, chat_model=model, temperature=0, answer_tokens=32)
    kb.add(GUIDE, "secret-guide.md")
    answer = kb.ask("When does it close on weekdays?")
    kb.close()
    assert set(collector.paths) == {"/v1/traces"}
    retrieve, chat, root = collector.spans
    assert [span.name for span in (retrieve, chat, root)] == ["retrieve", f"chat {model}", "ask"]
    assert {span.trace_id for span in collector.spans} == {root.trace_id}
    assert (retrieve.parent_span_id, chat.parent_span_id, root.parent_span_id) == (root.span_id, root.span_id, b"")
    assert root.start_time_unix_nano <= retrieve.start_time_unix_nano <= retrieve.end_time_unix_nano
    assert retrieve.end_time_unix_nano <= chat.start_time_unix_nano < chat.end_time_unix_nano <= root.end_time_unix_nano
    told = attributes(chat)
    assert told["gen_ai.operation.name"] == "chat"
    assert told["gen_ai.request.model"] == model
    assert told["gen_ai.usage.input_tokens"] > 0
    assert told["gen_ai.usage.output_tokens"] == attributes(root)["gen_ai.usage.output_tokens"] > 0
    assert [event.name for event in chat.events] == ["gen_ai.first_token"]
    assert attributes(retrieve)["tenkyo.hits"] == len(answer.hits)
    assert not any(text in body for body in collector.raw for text in (b"weekdays", b"library", b"secret-guide"))


def test_tools_and_failures_are_spans_with_their_errors(collector: Collector) -> None:
    traces = Traces(collector.url + "/")
    story = (
        RunStarted("agent", "?"),
        ToolCalled("1", "search", "{}"),
        ToolReturned("1", "search", "found"),
        ToolCalled("2", "calculator", "1/0"),
        ToolReturned("2", "calculator", "division by zero", failed=True),
        PromptBuilt("agent", "m", (Message("user", "?"),), 10, 5, 4096),
        ModelFailed({"code": "model_unavailable", "message": "gone", "hint": ""}),
        RunEnded(1.0, 0, 0),
        RunStarted("summarise", "?", run_id="2"),
        PromptBuilt("agent", "m", (Message("user", "?"),), 10, 5, 4096, run_id="2"),
        RunFailed({"code": "given_up", "message": "", "hint": ""}, run_id="2"),
    )
    for event in story:
        traces.hear(event)
    traces.close()
    seen = [(span.name, attributes(span).get("error.type"), span.status.code) for span in collector.spans]
    assert seen == [
        ("execute_tool search", None, 0),
        ("execute_tool calculator", "tool_failed", 2),
        ("chat m", "model_unavailable", 2),
        ("agent", None, 0),
        ("chat m", "given_up", 2),
        ("summarise", "given_up", 2),
    ]
    tool = attributes(collector.spans[0])
    assert (tool["gen_ai.operation.name"], tool["gen_ai.tool.name"], tool["gen_ai.tool.call.id"]) == (
        "execute_tool", "search", "1",
    )  # fmt: skip
    assert attributes(collector.spans[3])["gen_ai.usage.input_tokens"] == 0


def test_prompts_that_are_written_side_by_side_are_spans_of_their_own(collector: Collector) -> None:
    traces = Traces(collector.url)
    asked = (Message("user", "?"),)
    story = (
        RunStarted("summarise", "?"),
        PromptBuilt("summarise", "m", asked, 10, 5, 4096, prompt_id="a"),
        PromptBuilt("summarise", "m", asked, 20, 5, 4096, prompt_id="b"),
        ModelFinished("summarise", "m", 10, 1, False, prompt_id="a"),
        ModelFinished("summarise", "m", 20, 2, False, prompt_id="b"),
        RunEnded(1.0, 30, 3),
    )
    for event in story:
        traces.hear(event)
    traces.close()
    used = [attributes(span)["gen_ai.usage.input_tokens"] for span in collector.spans]
    assert used == [10, 20, 30]


def test_a_collector_that_is_away_costs_no_answer(open_kb: Open) -> None:
    kb = open_kb(otel_endpoint="http://127.0.0.1:9")
    kb.add(GUIDE, "guide.md")
    assert kb.ask("When does it close on weekdays?").text == "It closes at eight on weekdays."


def test_without_the_packages_the_error_names_them(tmp_path: Path) -> None:
    script = """
import sys
sys.modules["opentelemetry.sdk"] = None
sys.modules["opentelemetry.exporter"] = None
from rag import KnowledgeBase, Settings, TenkyoError
with KnowledgeBase.open(sys.argv[1], Settings(samples=False)):
    pass
try:
    KnowledgeBase.open(sys.argv[1], Settings(samples=False, otel_endpoint="http://127.0.0.1:9"))
except TenkyoError as error:
    print(error.hint)
"""
    process = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "store")], capture_output=True, text=True, check=True
    )
    assert process.stdout == "Type: pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http\n"
