"""Runs as OpenTelemetry traces, sent to a collector by OTLP over HTTP; figures only, no text.

Names follow the semantic conventions for generative AI: https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag import events
from rag.errors import InvalidSettings

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_FLUSH_MS = 2000


@dataclass(slots=True)
class _Run:
    """The spans of a run that are open: chats by their prompt, tools by their call."""

    root: Span
    chats: dict[str, Span] = field(default_factory=dict)
    wrote: bool = False
    tools: dict[str, Span] = field(default_factory=dict)

    def open(self) -> list[Span]:
        """From the inside out."""
        return [*self.tools.values(), *self.chats.values(), self.root]


class Traces:
    """Spans of every run: `hear` is told its events. Sent in the background; a collector that is away costs nothing.

    `endpoint` is a collector's address, as http://localhost:4318. Raises InvalidSettings where the packages for it are
    not installed.
    """

    def __init__(self, endpoint: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            hint = "Type: pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
            raise InvalidSettings("otel_endpoint needs packages that are not installed.", hint) from error
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces")
        self._provider = TracerProvider(resource=Resource.create({"service.name": "tenkyo"}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("tenkyo")
        self._runs: dict[str, _Run] = {}

    def close(self) -> None:
        """Sends what waits, for some seconds at most."""
        self._provider.force_flush(_FLUSH_MS)
        self._provider.shutdown()

    def hear(self, event: events.Stamped) -> None:
        """Begins or ends spans."""
        if isinstance(event, events.RunStarted):
            attributes = {"tenkyo.run.id": event.run_id}
            self._runs[event.run_id] = _Run(self._tracer.start_span(event.kind, attributes=attributes))
        run = self._runs.get(event.run_id)
        if run is None:
            return
        self._hear_search(run, event)
        self._hear_model(run, event)
        self._hear_tool(run, event)
        match event:
            case events.RunEnded():
                self._end(run.root, **_usage(event.prompt_tokens, event.answer_tokens))
            case events.RunFailed(error=error):
                for span in run.open():
                    self._fail(span, error["code"])
        if isinstance(event, (events.RunEnded, events.RunFailed)):
            del self._runs[event.run_id]

    def _hear_search(self, run: _Run, event: events.Stamped) -> None:
        if isinstance(event, events.PassagesRetrieved):
            found, now = event.retrieved, time.time_ns()
            figures = {"tenkyo.hits": len(found.hits), "tenkyo.confidence": found.confidence}
            self._started("retrieve", run, "retrieval", begin=now - round(found.took_ms * 1e6), **figures).end(now)

    def _hear_model(self, run: _Run, event: events.Stamped) -> None:
        match event:
            case events.PromptBuilt():
                asked: dict[str, Any] = {
                    "gen_ai.request.model": event.model,
                    "gen_ai.request.max_tokens": event.answer_tokens,
                }
                purpose = {"tenkyo.prompt.template": event.purpose, "tenkyo.prompt.window": event.window}
                run.chats[event.prompt_id] = self._started(f"chat {event.model}", run, "chat", **asked, **purpose)
                run.wrote = False
            case events.TokenGenerated() if run.chats and not run.wrote:  # written aloud is one prompt at a time
                list(run.chats.values())[-1].add_event("gen_ai.first_token")
                run.wrote = True
            case events.ModelFinished() if chat := run.chats.pop(event.prompt_id, None):
                counted = _usage(event.prompt_tokens, event.answer_tokens)
                self._end(chat, **counted, **{"tenkyo.usage.reported": event.reported})
            case events.PromptTruncated():
                run.root.add_event("tenkyo.prompt.truncated", {"sent": event.sent, "read": event.read})
            case events.ModelFailed(error=error) if chat := run.chats.pop(event.prompt_id, None):
                self._fail(chat, error["code"])

    def _hear_tool(self, run: _Run, event: events.Stamped) -> None:
        match event:
            case events.ToolCalled():
                named: dict[str, Any] = {"gen_ai.tool.name": event.name, "gen_ai.tool.call.id": event.call_id}
                run.tools[event.call_id] = self._started(f"execute_tool {event.name}", run, "execute_tool", **named)
            case events.ToolReturned() if span := run.tools.pop(event.call_id, None):
                self._fail(span, "tool_failed") if event.failed else self._end(span)

    def _started(self, name: str, run: _Run, operation: str, begin: int | None = None, **attributes: Any) -> Span:
        from opentelemetry.trace import SpanKind, set_span_in_context

        kind = SpanKind.CLIENT if operation == "chat" else SpanKind.INTERNAL
        attributes = {"gen_ai.operation.name": operation, **attributes}
        return self._tracer.start_span(name, set_span_in_context(run.root), kind, attributes, start_time=begin)

    @staticmethod
    def _end(span: Span, **attributes: Any) -> None:
        span.set_attributes(attributes)
        span.end()

    @staticmethod
    def _fail(span: Span, code: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        span.set_attribute("error.type", code)
        span.set_status(Status(StatusCode.ERROR, code))
        span.end()


def _usage(prompt_tokens: int, answer_tokens: int) -> dict[str, int]:
    return {"gen_ai.usage.input_tokens": prompt_tokens, "gen_ai.usage.output_tokens": answer_tokens}
