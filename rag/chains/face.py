"""The chains as one object: `kb.chains`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag

from rag.assistant import Assistant
from rag.chains._workshop import Workshop
from rag.chains.compare import compare
from rag.chains.decompose import parts_of, step_by_step
from rag.chains.extract import extract
from rag.chains.follow_up import follow_up
from rag.chains.suggest import suggest
from rag.chains.summarise import summarise
from rag.chat_models import ChatModels
from rag.events import Event
from rag.protocols import ChatModel
from rag.reports import Progress
from rag.results import Comparison, ExtractedColumn, ExtractedTable, Suggestion, SummaryLength, SummaryMethod
from rag.types import Answer, AskOptions, Message


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
        shop = self._with(model)
        if self._summariser and not model:
            shop = replace(shop, chat_model=self._summariser)
        return summarise(shop, ids, length, method, language, stop or Flag())

    def compare(
        self, left: str, right: str, language: str = "", model: str = "", stop: Flag | None = None
    ) -> Iterator[Progress | Comparison]:
        """What two documents both say, where they differ, and what only one of them says."""
        return compare(self._with(model), left, right, language, stop or Flag())

    def extract(
        self, ids: Sequence[str], columns: Sequence[ExtractedColumn], model: str = "", stop: Flag | None = None
    ) -> Iterator[Progress | ExtractedTable]:
        """A table with a row for each document; if stopped, with the rows so far. Raises InvalidSchema."""
        return extract(self._with(model), ids, columns, stop or Flag())

    def suggest(
        self, document_id: str, count: int = 5, language: str = "", model: str = "", stop: Flag | None = None
    ) -> Iterator[Progress | tuple[Suggestion, ...]]:
        """Questions that the document really answers, the surest first."""
        return suggest(self._with(model), document_id, count, language, stop or Flag())

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
        return step_by_step(self._with(options.model), self._assistant, question, history, options, stop, parts)

    def answer_in_steps(
        self,
        question: str,
        history: Sequence[Message] = (),
        options: AskOptions = AskOptions(),  # noqa: B008 - frozen
        stop: Flag | None = None,
    ) -> Iterator[Event]:
        """The same, where the chat model may take the question apart too."""
        return step_by_step(self._with(options.model), self._assistant, question, history, options, stop or Flag())

    def _with(self, model: str) -> Workshop:
        return replace(self._workshop, chat_model=self._models.get(model))
