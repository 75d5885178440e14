"""The agent's loop: think, call a tool, read what it gives, until there is an answer or a bound is reached."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event as Flag

from loaders import Web
from rag.agent._bench import Bench, ToolFailed
from rag.agent._native import NativeCalls, call_natively
from rag.agent._react import Step, StepInvalid, read_step
from rag.agent._toolbox import Tool, call, description, offered
from rag.answering.assistant import Assistant
from rag.chat.budget import cut_characters, share_window
from rag.chat.chat_models import EXTRACTIVE
from rag.chat.generation import generate
from rag.chat.prompts import break_tags, cost
from rag.citations.citing import cite
from rag.citations.verification import verify
from rag.errors import ModelUnavailable
from rag.events import AnswerReady, Event, StageStarted, TokenGenerated, ToolCalled, ToolReturned
from rag.protocols import ChatModel, ToolCaller
from rag.tables.store import TableStore
from rag.text.languages import detect_language
from rag.types import Answer, AskOptions, Message, Sentence, ToolUse

STEP_TOKENS = 400
_RETRIES = 2
"""How often in a row a model may write what is no step, and see why."""
_LEAST_SHOWN = 80  # tokens of what a tool gives
_KEPT_CHARACTERS = 2000
"""What is kept with the answer of all that a tool gave."""


@dataclass(slots=True)
class _Run:
    """One question on its way: its bounds, what was said so far (`kept` messages always), which tools were called."""

    question: str
    bench: Bench
    tools: dict[str, Tool]
    model: ChatModel
    deadline: float
    stop: Flag
    messages: list[Message] = field(default_factory=list)
    kept: int = 0
    steps: list[ToolUse] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline


class Agent:
    """Answers a question with tools: the library, pages, tables, a calculator, the date; the web where it may.

    Every step is an event (ToolCalled, ToolReturned). What tools give is data to the model, fenced and with its tags
    broken. The answer is cited and verified as any other. Steps and time are bounded (settings `agent_steps`,
    `agent_seconds`).
    """

    def __init__(self, assistant: Assistant, web: Web) -> None:
        self._assistant = assistant
        self._web = web
        self._tables = TableStore(assistant.catalog)

    def available(self, model: str = "") -> bool:
        """Whether there is a chat model to act."""
        return self._assistant.models.get(model) is not None

    def tools(self) -> list[str]:
        """The names of the tools that the settings allow."""
        return list(offered(self._assistant.settings))

    def stream(
        self,
        question: str,
        history: Sequence[Message] = (),
        options: AskOptions = AskOptions(),  # noqa: B008 - frozen
        stop: Flag | None = None,
    ) -> Iterator[Event]:
        """Events in order, AnswerReady last; ends soon after `stop` is set. Without a chat model an ordinary answer."""
        model, stop = self._assistant.models.get(options.model), stop or Flag()
        if model is None:
            return self._assistant.stream(question, history, options, stop)
        return self._assistant.runs.follow("agent", question, self._answered(question, history, options, model, stop))

    def _answered(
        self, question: str, history: Sequence[Message], options: AskOptions, model: ChatModel, stop: Flag
    ) -> Iterator[Event]:
        begin, parts, settings = time.perf_counter(), self._assistant, self._assistant.settings
        language = "ja" if detect_language(question) == "ja" else "en"
        bench = Bench(settings, parts.catalog, parts.retriever, self._tables, self._web, options, language)
        deadline = time.monotonic() + settings.agent_seconds
        run = _Run(question, bench, offered(settings), model, deadline, stop)
        yield StageStarted("writing")
        written = yield from self._by_calls(run, history) if self._native(model) else self._by_text(run, history)
        if not written and not stop.is_set():  # the model failed, or found no words: the documents speak
            yield from _ordinary(parts, question, history, options, run, begin)
            return
        sentences = self._checked(written, bench)
        took_ms = (time.perf_counter() - begin) * 1000
        confidence = 1.0 if bench.computed else bench.confidence
        answer = Answer(question, sentences, tuple(bench.hits), bool(sentences), confidence, model.name, took_ms)
        yield AnswerReady(replace(answer, stopped=stop.is_set(), steps=tuple(run.steps)))

    def _native(self, model: ChatModel) -> bool:
        protocol = self._assistant.settings.agent_protocol
        return protocol != "react" and isinstance(model, ToolCaller) and (protocol == "native" or model.calls_tools)

    def _checked(self, written: str, bench: Bench) -> tuple[Sentence, ...]:
        """The answer's sentences, cited; what a tool computed supports them beside the passages."""
        found = list(cite(written, bench.hits, self._assistant.catalog.blocks, self._assistant.verifier.verify))
        for n, sentence in enumerate(found):
            if sentence.problem and bench.computed:
                read = [hit.chunk.text for hit in bench.hits]
                if verify(sentence.text, read, bench.computed).supported:
                    found[n] = replace(sentence, problem="")
        drop = self._assistant.settings.unsupported == "drop"
        return tuple(sentence for sentence in found if not (drop and sentence.problem))

    # -- with native calls -----------------------------------------------------------------------------------

    def _by_calls(self, run: _Run, history: Sequence[Message]) -> Generator[Event, None, str]:
        """The answer by the server's own function calling; by text where the server refuses it."""
        assert isinstance(run.model, ToolCaller)
        system = self._assistant.templates.render("agent_native", run.bench.language)
        calls = NativeCalls(run.model, system, history, run.question, run.tools, run.bench.language)
        for _ in range(self._assistant.settings.agent_steps):
            if run.over:
                break
            try:
                reply = yield from call_natively(calls, STEP_TOKENS, run.stop)
            except ModelUnavailable:
                return "" if run.steps else (yield from self._by_text(run, history))
            if not reply.calls:
                yield TokenGenerated(reply.text)
                return reply.text
            calls.noted(reply)
            for one in reply.calls:
                result = yield from _called(run, one.name, one.arguments, reply.text)
                calls.answered(one.id, _fenced(run, result))
        if run.stop.is_set():
            return ""
        try:
            reply = yield from call_natively(calls.without_tools(), STEP_TOKENS, run.stop)
        except ModelUnavailable:
            return ""
        yield TokenGenerated(reply.text)
        return reply.text

    # -- by text ---------------------------------------------------------------------------------------------

    def _by_text(self, run: _Run, history: Sequence[Message]) -> Generator[Event, None, str]:
        """The answer by the text protocol: one tool a step, what it gives comes as the next message."""
        templates, language = self._assistant.templates, run.bench.language
        listed = "\n".join(description(tool, language) for tool in run.tools.values())
        system = Message("system", templates.render("agent", language, tools=listed))
        asked = templates.render("agent_question", language, question=break_tags(run.question.strip()))
        run.messages = [system, *_recent(history), Message("user", asked)]
        run.kept = len(run.messages)
        wrong = 0
        for _ in range(self._assistant.settings.agent_steps + _RETRIES):
            if run.over or len(run.steps) >= self._assistant.settings.agent_steps:
                break
            written = yield from generate(run.model, "agent", _fitting(run), STEP_TOKENS, run.stop, aloud=False)
            if written.failed or run.stop.is_set():
                return ""
            try:
                step = read_step(written.text)
            except StepInvalid as error:
                wrong += 1
                if wrong > _RETRIES:
                    return ""
                shown = templates.render("agent_invalid", language, problem=break_tags(str(error)))
                run.messages += [Message("assistant", _said(written.text)), Message("user", shown)]
                continue
            if not step.tool:
                yield TokenGenerated(step.answer)
                return step.answer
            wrong = 0
            yield from self._step(run, step)
        return (yield from self._last_words(run))

    def _step(self, run: _Run, step: Step) -> Generator[Event, None, None]:
        result = yield from _called(run, step.tool, json.dumps(step.arguments, ensure_ascii=False), step.thought)
        observed = f"Observation:\n{_fenced(run, result)}"
        run.messages += [Message("assistant", _said(step.text)), Message("user", observed)]

    def _last_words(self, run: _Run) -> Generator[Event, None, str]:
        """The answer from what was found until a bound was reached."""
        if run.stop.is_set():
            return ""
        last = self._assistant.templates.render("agent_last", run.bench.language)
        *before, observed = run.messages
        run.messages = [*before, Message("user", f"{observed.content}\n\n{last}")]
        written = yield from generate(run.model, "agent", _fitting(run), STEP_TOKENS, run.stop, aloud=False)
        if written.failed:
            return ""
        try:
            answer = read_step(written.text).answer
        except StepInvalid:
            answer = written.text.strip() if "Action" not in written.text else ""
        if answer:
            yield TokenGenerated(answer)
        return answer


def _called(run: _Run, name: str, arguments: str, thought: str) -> Generator[Event, None, str]:
    """Calls a tool; what it gives, or what went wrong, both for the model."""
    call_id = str(len(run.steps) + 1)
    yield ToolCalled(call_id, name, arguments, thought)
    try:
        given = json.loads(arguments or "{}")
        result, failed = call(run.tools, name, given, run.bench), False
    except (ToolFailed, ValueError, RecursionError) as error:
        result, failed = f"Error: {error}", True
    run.steps.append(ToolUse(name, arguments, thought, result[:_KEPT_CHARACTERS], failed))
    yield ToolReturned(call_id, name, result, failed)
    return result


def _fenced(run: _Run, result: str) -> str:
    """What a tool gave, as data, as much of it as a third of the window holds."""
    model = run.model
    room = max(_LEAST_SHOWN, share_window(model.context_tokens, STEP_TOKENS).prompt // 3)
    text = break_tags(result)
    if model.count_tokens(text) > room:
        text = cut_characters(text, lambda part: model.count_tokens(part) <= room)
    return f"<observation>\n{text}\n</observation>"


def _fitting(run: _Run) -> tuple[Message, ...]:
    """The messages without the oldest steps that the window no longer holds; instructions and question stay."""
    budget = share_window(run.model.context_tokens, STEP_TOKENS).prompt
    start = run.kept
    while cost((*run.messages[: run.kept], *run.messages[start:]), run.model) > budget and start < len(run.messages):
        start += 2  # what the model wrote, and what it was given
    return (*run.messages[: run.kept], *run.messages[start:])


def _said(text: str) -> str:
    """What the model wrote, as it is shown to it again."""
    return break_tags(text.strip()) or "…"


def _recent(history: Sequence[Message]) -> list[Message]:
    """The last turn before, for what a follow-up refers to."""
    turn = [message for message in history if message.content.strip()][-2:]
    if [message.role for message in turn] != ["user", "assistant"]:
        return []
    return [Message(message.role, break_tags(message.content.strip())) for message in turn]


def _ordinary(
    assistant: Assistant,
    question: str,
    history: Sequence[Message],
    options: AskOptions,
    run: _Run,
    begin: float,
) -> Iterator[Event]:
    """The answer that the documents give by themselves, after the steps that led to none."""
    for event in replace(assistant, runs=type(assistant.runs)()).stream(
        question, history, replace(options, model=EXTRACTIVE), run.stop
    ):
        if isinstance(event, AnswerReady):
            took_ms = (time.perf_counter() - begin) * 1000
            yield AnswerReady(replace(event.answer, took_ms=took_ms, steps=tuple(run.steps)))
        elif isinstance(event, StageStarted | TokenGenerated):
            yield event
