"""The whole journey of a question: search, prompt, model, sentences with citations."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event as Flag

from rag.catalog import Catalog
from rag.citations import citation, cite
from rag.errors import InvalidSettings, ModelUnavailable, StoreError
from rag.events import AnswerReady, Event, ModelFailed, PassagesRetrieved, StageStarted, TokenGenerated
from rag.extractive import choose_sentences, rank_sentences
from rag.generation import generate
from rag.languages import detect_language
from rag.prompt_templates import PromptTemplates
from rag.prompts import CONDENSED_TOKENS, answer_messages, condense_messages
from rag.protocols import ChatModel, Embedder
from rag.retrieval import Retriever
from rag.runs import Runs
from rag.settings import Settings
from rag.tables.analyst import TableAnalyst
from rag.types import Answer, AskOptions, Hit, Message, Retrieved, Sentence

EXTRACTIVE = "extractive"
_BREAK = Sentence("\n\n")


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions. `chat_model` is None where no model is configured: then sentences are quoted.

    What `tables` can compute is computed, with a chat model or without.
    """

    settings: Settings
    catalog: Catalog
    retriever: Retriever
    embedder: Embedder
    chat_model: ChatModel | None
    tables: TableAnalyst
    templates: PromptTemplates
    runs: Runs

    def stream(self, question: str, history: Sequence[Message], options: AskOptions, stop: Flag) -> Iterator[Event]:
        """Events in order, AnswerReady last; ends soon after `stop` is set, with what was written so far.

        Raises QuestionTooLong where the question alone does not fit the model's window.
        """
        return self.runs.follow("ask", question, self._answered(question, history, options, stop))

    def _answered(self, question: str, history: Sequence[Message], options: AskOptions, stop: Flag) -> Iterator[Event]:
        start = time.perf_counter()
        yield StageStarted("searching")
        asked = tuple(message.content for message in history if message.role == "user")
        rewritten = (yield from self._rewritten(question, history, stop)) if asked else None
        found = self.retriever.search(rewritten or question, options if rewritten else replace(options, before=asked))
        yield PassagesRetrieved(found)
        yield StageStarted("reading", len(found.hits))
        answered = bool(found.hits) and found.confidence >= self.settings.min_confidence
        computed = self.tables.answer(question, found.hits, options)
        if computed is None and answered and self.chat_model is not None:
            computed = yield from self.tables.written(question, found.hits, self.chat_model, stop)
        if computed:
            yield from (TokenGenerated(sentence.text) for sentence in computed.sentences)
            took_ms = (time.perf_counter() - start) * 1000
            answer = Answer(
                question, computed.sentences, computed.hits, True, found.confidence, computed.model, took_ms
            )
            yield AnswerReady(replace(answer, computation=computed.computation))
            return
        sentences, model = (), EXTRACTIVE
        if answered and self.chat_model is not None:
            sentences, model = yield from self._written(question, history, found.hits, stop)
        if answered and model == EXTRACTIVE and not stop.is_set():
            quoted = (*((_BREAK,) if sentences else ()), *self._quoted(question, found))
            yield from (TokenGenerated(sentence.text) for sentence in quoted)
            sentences = (*sentences, *quoted)
        took_ms = (time.perf_counter() - start) * 1000
        stopped = stop.is_set()
        yield AnswerReady(Answer(question, sentences, found.hits, answered, found.confidence, model, took_ms, stopped))

    def rank(self, found: Retrieved) -> list[str]:
        """The sentences of the hits, best first, as the extractive answerer ranks them."""
        return [sentence.text for sentence in rank_sentences(found.query, found.hits, self.embedder)]

    def _written(
        self, question: str, history: Sequence[Message], hits: tuple[Hit, ...], stop: Flag
    ) -> Generator[Event, None, tuple[tuple[Sentence, ...], str]]:
        """Streams what the chat model writes; gives its sentences, and EXTRACTIVE where quotes are to follow.

        The prompt's passages are the first of the hits, so that a citation's number fits both.
        """
        assert self.chat_model is not None
        yield StageStarted("writing")
        language, longest = detect_language(question), self.settings.answer_tokens
        try:
            prompt = answer_messages(question, history, hits, language, self.chat_model, longest, self.templates)
        except (ModelUnavailable, InvalidSettings, StoreError) as error:  # its tokenizer, or a template as it was saved
            yield ModelFailed(error.as_dict())
            return (), EXTRACTIVE
        if not prompt.hits:  # the window has no room for even a piece of a passage: quote rather than let it invent
            return (), EXTRACTIVE
        written = yield from generate(self.chat_model, "answer", prompt.messages, prompt.answer_tokens, stop)
        model = EXTRACTIVE if written.failed else self.chat_model.name
        sentences = cite(written.text, prompt.hits, self.catalog.blocks)
        if self.settings.unsupported == "drop":
            sentences = tuple(sentence for sentence in sentences if not sentence.problem)
        return sentences, model if sentences else EXTRACTIVE

    def _quoted(self, question: str, found: Retrieved) -> tuple[Sentence, ...]:
        chosen = choose_sentences(rank_sentences(question, found.hits, self.embedder))
        return tuple(
            Sentence(pick.text + "\n", (citation(pick.quote, found.hits, self.catalog.blocks),)) for pick in chosen
        )

    def _rewritten(self, question: str, history: Sequence[Message], stop: Flag) -> Generator[Event, None, str | None]:
        """A follow-up with what it leaves unsaid, as the chat model writes it; None where there is no model."""
        if self.chat_model is None:
            return None
        try:
            language = detect_language(question)
            messages = condense_messages(question, history, language, self.chat_model, self.templates)
        except (ModelUnavailable, InvalidSettings, StoreError):
            return None  # the answer itself will say so; the questions before serve meanwhile
        written = yield from generate(self.chat_model, "condense", messages, CONDENSED_TOKENS, stop, aloud=False)
        return None if written.failed else f"{question} {written.text.strip()}"  # a rewrite may lose what was asked
