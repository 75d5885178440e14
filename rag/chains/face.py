"""The chains as one object: `kb.chains`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag
from typing import TypeVar

from rag.answering.assistant import Assistant
from rag.chains._workshop import Workshop
from rag.chains.compare import compare
from rag.chains.decompose import parts_of, step_by_step
from rag.chains.extract import extract
from rag.chains.follow_up import follow_up
from rag.chains.suggest import suggest
from rag.chains.summarise import summarise
from rag.chat.chat_models import ChatModels
from rag.events import Event
from rag.protocols import ChatModel
from rag.reports import Progress
from rag.results import Comparison, ExtractedColumn, ExtractedTable, Suggestion, SummaryLength, SummaryMethod
from rag.telemetry.runs import Runs
from rag.types import Answer, AskOptions, Message

_Made = TypeVar("_Made")


class Chains:
    """Work on whole documents. Each chain yields Progress and, last, its result; setting `stop` ends it without one.

    `language` is the one to write in (BCP 47), "" for the documents' own; `model` the chat model that writes
    ("" the default one, "extractive" none). What was made is kept until a document that
    it was made from changes. Raises DocumentNotFound; ModelUnavailable where a chat model is configured and fails.
    """

    def __init__(
        self, workshop: Workshop, assistant: Assistant, models: ChatModels, summariser: ChatModel | None = None
    ) -> None:
        self._workshop = workshop
        self._assistant = assistant
        self._models = models
        self._summariser = summariser

    def summarise(
        self,
        ids: Sequence[str],
        length: SummaryLength = "medium",
        method: SummaryMethod = "map_reduce",
        language: str = "",
        model: str = "",
        stop: Flag | None = None,
    ) -> Iterator[Progress | Answer]:
        """A summary of one document or of several together, each sentence cited."""

        def work(shop: Workshop) -> Iterator[Progress | Answer]:
            if self._summariser and not model:
                shop = replace(shop, chat_model=self._summariser)
            return summarise(shop, ids, length, method, language, stop or Flag())

        return self._run("summarise", ids, model, work)

    def compare(
        self, left: str, right: str, language: str = "", model: str = "", stop: Flag | None = None
    ) -> Iterator[Progress | Comparison]:
        """What two documents both say, where they differ, and what only one of them says."""
        return self._run(
            "compare", [left, right], model, lambda shop: compare(shop, left, right, language, stop or Flag())
        )

    def extract(
        self, ids: Sequence[str], columns: Sequence[ExtractedColumn], model: str = "", stop: Flag | None = None
    ) -> Iterator[Progress | ExtractedTable]:
        """A table with a row for each document; if stopped, with the rows so far. Raises InvalidSchema."""
        return self._run("extract", ids, model, lambda shop: extract(shop, ids, columns, stop or Flag()))

    def suggest(
        self, document_id: str, count: int = 5, language: str = "", model: str = "", stop: Flag | None = None
    ) -> Iterator[Progress | tuple[Suggestion, ...]]:
        """Questions that the document really answers, the surest first."""
        return self._run(
            "suggest", [document_id], model, lambda shop: suggest(shop, document_id, count, language, stop or Flag())
        )

    def follow_up(
        self, answer: Answer, options: AskOptions, count: int = 3, stop: Flag | None = None
    ) -> tuple[Suggestion, ...]:
        """Questions to ask after this answer, which the library answers too; within a second or so."""
        return follow_up(self._workshop, answer, options, count, stop or Flag())

    def answer(self, question: str, history: Sequence[Message], options: AskOptions, stop: Flag) -> Iterator[Event]:
        """Answers a question as events, AnswerReady last; one that plainly has several parts, part by part."""
        parts = parts_of(question)
        if len(parts) < 2:
            return self._assistant.stream(question, history, options, stop)
        return self._in_steps(question, history, options, stop, parts)

    def answer_in_steps(
        self,
        question: str,
        history: Sequence[Message] = (),
        options: AskOptions = AskOptions(),  # noqa: B008 - frozen
        stop: Flag | None = None,
    ) -> Iterator[Event]:
        """The same, where the chat model may take the question apart too."""
        return self._in_steps(question, history, options, stop or Flag())

    def _in_steps(
        self, question: str, history: Sequence[Message], options: AskOptions, stop: Flag, parts: Sequence[str] = ()
    ) -> Iterator[Event]:
        """One run of all steps, not one each."""
        shop, part = self._with("decompose", options.model), replace(self._assistant, runs=Runs())
        steps = step_by_step(shop, part, question, history, options, stop, parts)
        return self._assistant.runs.follow("steps", question, steps)

    def _run(
        self, kind: str, ids: Sequence[str], model: str, work: Callable[[Workshop], Iterator[_Made]]
    ) -> Iterator[_Made]:
        """What the chain yields, as a run that logs and traces are told of as of a question."""
        shop = self._with(kind, model)
        return self._assistant.runs.tell(kind, ", ".join(ids), lambda tell: work(replace(shop, tell=tell)))

    def _with(self, purpose: str, model: str) -> Workshop:
        return replace(self._workshop, chat_model=self._models.get(model), purpose=purpose)
