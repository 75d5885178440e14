"""OpenAI's function calling: the conversation as its API has it, and one exchange as events."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from typing import Any

from rag.agent._toolbox import Tool, schema
from rag.chat.prompts import break_tags
from rag.events import Event, ModelFinished, PromptBuilt
from rag.protocols import ToolCaller
from rag.types import Message, ToolReply

_MARGIN = 64


@dataclass(slots=True)
class NativeCalls:
    """What was said so far, calls and their results included."""

    model: ToolCaller
    system: str
    history: Sequence[Message]
    question: str
    tools: Mapping[str, Tool]
    language: str
    said: list[dict[str, Any]] = field(default_factory=list)

    def noted(self, reply: ToolReply) -> None:
        """Adds the calls that the model asked for."""
        calls = [
            {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.arguments}}
            for one in reply.calls
        ]
        self.said.append({"role": "assistant", "content": break_tags(reply.text), "tool_calls": calls})

    def answered(self, id_: str, result: str) -> None:
        """Adds what a call gave."""
        self.said.append({"role": "tool", "tool_call_id": id_, "content": result})

    def without_tools(self) -> NativeCalls:
        """The same conversation, in which only an answer can follow."""
        return replace(self, tools={})

    def messages(self, tokens: int) -> list[dict[str, Any]]:
        """As the API takes them; the oldest steps that the window no longer holds are left out, each whole."""
        turn = [m for m in self.history if m.content.strip()][-2:]
        before = [{"role": m.role, "content": break_tags(m.content.strip())} for m in turn] if len(turn) == 2 else []
        first = [{"role": "system", "content": self.system}, *before]
        first.append({"role": "user", "content": break_tags(self.question.strip())})
        room = self.model.context_tokens - tokens - _MARGIN - self._cost([*first, *self._schemas()])
        starts = [n for n, one in enumerate(self.said) if one["role"] == "assistant"]
        start = next((n for n in starts if self._cost(self.said[n:]) <= room), starts[-1] if starts else 0)
        return [*first, *self.said[start:]]

    def _schemas(self) -> list[dict[str, Any]]:
        return [schema(tool, self.language) for tool in self.tools.values()]

    def _cost(self, parts: Sequence[Mapping[str, Any]]) -> int:
        return sum(self.model.count_tokens(json.dumps(part, ensure_ascii=False)) for part in parts)


def call_natively(calls: NativeCalls, tokens: int, stop: Flag) -> Generator[Event, None, ToolReply]:
    """One exchange: what the model says, or the tools that it calls. Raises ModelUnavailable."""
    messages = calls.messages(tokens)
    shown = tuple(Message("user", json.dumps(one, ensure_ascii=False)) for one in messages)
    model, sent = calls.model, sum(calls.model.count_tokens(one.content) for one in shown)
    yield PromptBuilt("agent_native", model.name, shown, sent, tokens, model.context_tokens)
    tools = [schema(tool, calls.language) for tool in calls.tools.values()]
    reply = model.call_tools(messages, tools, tokens, stop)
    used = reply.used
    prompt, answer = (used.prompt, used.answer) if used else (sent, model.count_tokens(reply.text))
    yield ModelFinished("agent_native", model.name, prompt, answer, used is not None)
    return reply
