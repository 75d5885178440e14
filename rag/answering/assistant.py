"""The whole journey of a question: search, prompt, model, sentences with citations."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event as Flag

from rag.answering.completing import completed
from rag.chat.chat_models import EXTRACTIVE, ChatModels
from rag.chat.examples import Examples
from rag.chat.generation import Written, at_once, generate
from rag.chat.memory import Memory, Remembered
from rag.chat.prompt_templates import PromptTemplates
from rag.chat.prompts import CONDENSED_TOKENS, Prompt, answer_messages, condense_messages, examples_fit
from rag.citations.citing import citation, cite
from rag.citations.evidence import Verifier
from rag.errors import InvalidSettings, ModelUnavailable, StoreError
from rag.events import AnswerReady, Event, ModelFailed, PassagesRetrieved, StageStarted, TokenGenerated
from rag.priority import answering
from rag.protocols import ChatModel
from rag.reader.extractive import Extract, choose_sentences, extract, plainly, said
from rag.retrieval.expansion import widened
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.tables.analyst import TableAnalyst
from rag.tasks.reader import QuestionAnsweringReader, read_by_model
from rag.telemetry.runs import Runs
from rag.text.followups import rests_on_before
from rag.text.languages import detect_language
from rag.types import Answer, AskOptions, Chunk, Hit, Message, Retrieved, Sentence

_BREAK = Sentence("\n\n")


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions. Where `models` has none, or none is wanted, sentences are quoted.

    What `tables` can compute is computed, with a chat model or without.
    """

    settings: Settings
    catalog: Catalog
    retriever: Retriever
    verifier: Verifier
    models: ChatModels
    tables: TableAnalyst
    templates: PromptTemplates
    examples: Examples
    memory: Memory
    runs: Runs
    reader: QuestionAnsweringReader | None = None

    def stream(self, question: str, history: Sequence[Message], options: AskOptions, stop: Flag) -> Iterator[Event]:
        """Events in order, AnswerReady last; ends soon after `stop` is set, with what was written so far.

        Raises QuestionTooLong where the question alone does not fit the model's window.
        """
        return self.runs.follow("ask", question, self._answered(question, history, options, stop))

    def _answered(self, question: str, history: Sequence[Message], options: AskOptions, stop: Flag) -> Iterator[Event]:
        start = time.perf_counter()
        model = self.models.get(options.model)
        yield StageStarted("searching")
        asked = tuple(message.content for message in history if message.role == "user")
        rewritten, remembered = "", Remembered(tuple(history))
        if asked and model:
            remembered = yield from self.memory.recall(history, detect_language(question), model, stop)
            rewriting = yield from self._rewritten(question, remembered, model, stop)
            rewritten, model = rewriting.text, None if rewriting.failed else model  # what fails once is not asked again
        if model:
            how = self.settings.query_expansion
            options = yield from widened(rewritten or question, options, how, model, self.templates, stop)
        found = self.retriever.search(rewritten, options) if rewritten else self._found(question, asked, options)
        meant = question if rewritten else found.meant
        found = completed(meant, found, self._chunks_of)
        yield PassagesRetrieved(found)
        yield StageStarted("reading", len(found.hits))
        read = extract(meant, found, self.verifier.embedder, follow_up=found.follows or bool(rewritten))
        answered = bool(found.hits) and read.confidence >= self.settings.min_confidence
        computed = self.tables.answer(question, found.hits, options)
        if computed is None and answered and model:
            computed = yield from self.tables.written(question, found.hits, model, stop)
        if computed:
            yield from (TokenGenerated(sentence.text) for sentence in computed.sentences)
            took_ms = (time.perf_counter() - start) * 1000
            answer = Answer(question, computed.sentences, computed.hits, True, read.confidence, computed.model, took_ms)
            yield AnswerReady(replace(answer, computation=computed.computation))
            return
        sentences, author = (), EXTRACTIVE
        if answered and model:
            sentences, author = yield from self._written(question, remembered, found.hits, model, stop)
        if answered and author == EXTRACTIVE and not stop.is_set():
            quoted = (*((_BREAK,) if sentences else ()), *self._quoted(read, found.hits))
            yield from (TokenGenerated(sentence.text) for sentence in quoted)
            sentences = (*sentences, *quoted)
        took_ms = (time.perf_counter() - start) * 1000
        stopped = stop.is_set()
        yield AnswerReady(Answer(question, sentences, found.hits, answered, read.confidence, author, took_ms, stopped))

    def _found(self, question: str, asked: Sequence[str], options: AskOptions) -> Retrieved:
        """What the search gives, together with the questions asked before where this one needs them.

        A question that leaves nothing open and that the library answers is searched alone: what was asked before would
        only draw passages of its own in.
        """
        alone = self.retriever.search(question, options)
        if not asked or (not rests_on_before(question, alone.confidence) and self._answers(alone)):
            return alone
        return self.retriever.search(question, replace(options, before=tuple(asked)))

    def _answers(self, found: Retrieved) -> bool:
        return extract(found.meant, found, self.verifier.embedder).confidence >= self.settings.min_confidence

    def widened(self, question: str, options: AskOptions) -> AskOptions:
        """The options with what a chat model adds to a search, where the settings have it so; raises ModelUnavailable.

        Where nobody waits for an answer, a model that fails is not passed over.
        """
        model, how = self.models.get(options.model), self.settings.query_expansion
        return at_once(widened(question, options, how, model, self.templates, Flag())) if model else options

    def prompt(self, question: str, remembered: Remembered, hits: Sequence[Hit], model: ChatModel) -> Prompt:
        """What the chat model is sent; raises as `answer_messages`, and ModelUnavailable."""
        language, templates = detect_language(question), self.templates
        examples = self.examples.choose(
            question, language, self.settings.examples, lambda some: examples_fit(some, language, model, templates)
        )
        history, longest = remembered.history, self.settings.answer_tokens
        return answer_messages(
            question, history, hits, language, model, longest, templates, remembered.summary, examples
        )

    def _written(
        self, question: str, remembered: Remembered, hits: tuple[Hit, ...], model: ChatModel, stop: Flag
    ) -> Generator[Event, None, tuple[tuple[Sentence, ...], str]]:
        """Streams what the chat model writes; gives its sentences, and EXTRACTIVE where quotes are to follow.

        The prompt's passages are the first of the hits, so that a citation's number fits both.
        """
        yield StageStarted("writing")
        try:
            prompt = self.prompt(question, remembered, hits, model)
        except (ModelUnavailable, InvalidSettings, StoreError) as error:  # its tokenizer, or a template as it was saved
            yield ModelFailed(error.as_dict())
            return (), EXTRACTIVE
        if not prompt.hits:  # the window has no room for even a piece of a passage: quote rather than let it invent
            return (), EXTRACTIVE
        written = yield from generate(model, "answer", prompt.messages, prompt.answer_tokens, stop)
        sentences = cite(written.text, prompt.hits, self.catalog.blocks, self.verifier.verify)
        if self.settings.unsupported == "drop":
            sentences = tuple(sentence for sentence in sentences if not sentence.problem)
        return sentences, model.name if sentences and not written.failed else EXTRACTIVE

    def _chunks_of(self, document_id: str) -> list[Chunk]:
        generation = self.catalog.generations.active()
        return self.catalog.chunks_of(document_id, generation.id) if generation else []

    @answering()
    def _quoted(self, read: Extract, hits: tuple[Hit, ...]) -> tuple[Sentence, ...]:
        if self.reader:
            read = replace(read, sentences=read_by_model(self.reader, read.question.text, read.sentences, hits))
        chosen = choose_sentences(read, hits, self.catalog.blocks)
        quoted = tuple(
            Sentence(text + "\n", (citation(pick.quote, hits, self.catalog.blocks),), span=span)
            for pick in chosen
            for text, span in [said(pick, hits)]
        )
        plain = plainly(read, chosen)
        return (Sentence(f"{plain} "), *quoted) if plain else quoted

    def _rewritten(
        self, question: str, remembered: Remembered, model: ChatModel, stop: Flag
    ) -> Generator[Event, None, Written]:
        """A follow-up with what it leaves unsaid, as the chat model writes it; no text where it cannot."""
        try:
            language, said = detect_language(question), remembered.history
            messages = condense_messages(question, said, language, model, self.templates, remembered.summary)
        except (ModelUnavailable, InvalidSettings, StoreError):
            return Written("")  # the answer itself will say so; the questions before serve meanwhile
        written = yield from generate(model, "condense", messages, CONDENSED_TOKENS, stop, aloud=False)
        return replace(written, text="" if written.failed else f"{question} {written.text.strip()}")  # may lose words
