"""What every chain is given: the library, the chat model if there is one, and results that are kept."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event as Flag

from rag.answering.assistant import Assistant
from rag.chains._cache import ResultCache
from rag.chat.budget import MESSAGE_TOKENS, most
from rag.chat.generation import Happened, at_once, generate, tell_nobody
from rag.chat.prompt_templates import PromptTemplates
from rag.errors import DocumentNotFound, ModelUnavailable
from rag.protocols import ChatModel, ModelServer
from rag.reports import Progress
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.types import DocumentInfo, Message

_POLL_S = 0.1
_MARGIN_TOKENS = 64


class Stopped(Exception):
    """Ends a chain from within, once `stop` is set."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """The parts that chains work with. `chat_model` is None where none is to write; `reader` answers without it.

    `purpose` is the chain that works, `tell` is told of each prompt that is written.
    """

    settings: Settings
    catalog: Catalog
    retriever: Retriever
    reader: Assistant
    templates: PromptTemplates
    cache: ResultCache
    chat_model: ChatModel | None = None
    purpose: str = ""
    tell: Callable[[Happened], object] = tell_nobody

    @property
    def parallel(self) -> int:
        """How many texts the chat model may write side by side: a served one several, one in this process one."""
        return self.settings.chat_parallel if isinstance(self.chat_model, ModelServer) else 1

    @property
    def is_early(self) -> bool:
        """Whether the embedding model's file is being made: what is found meanwhile, by words alone, is not kept."""
        return self.reader.verifier.embedder.is_being_made

    def documents(self, ids: Sequence[str]) -> list[DocumentInfo]:
        """These documents in this order; raises DocumentNotFound where one is not there, or none is named."""
        if not ids:
            raise DocumentNotFound("No document is named.", "Name a document, or a collection that has some.")
        return [self.catalog.document(id_) for id_ in dict.fromkeys(ids)]

    def write(self, prompt: str, tokens: int, stop: Flag) -> str:
        """What the chat model writes to a prompt; raises ModelUnavailable, and Stopped once `stop` is set."""
        if self.chat_model is None:
            raise ModelUnavailable("No chat model is configured.", "Set chat_model, or chat_base_url.")
        writing = generate(self.chat_model, self.purpose, [Message("user", prompt)], tokens, stop, aloud=False)
        written = at_once(writing, self.tell)
        if stop.is_set():
            raise Stopped
        return written.text.strip()

    def written(self, prompt: str, tokens: int, documents: Sequence[str], stop: Flag) -> str:
        """The same, kept: the same prompt to the same model is written once while these documents are there."""
        assert self.chat_model is not None
        check(stop)
        key = self.cache.key("text", self.chat_model.name, tokens, prompt)
        kept = self.cache.get(key)
        if kept is None:
            kept = self.write(prompt, tokens, stop)
            self.cache.put(key, kept, documents)
        return kept

    def written_side_by_side(
        self, prompts: Sequence[tuple[str, Sequence[str]]], tokens: int, stage: str, stop: Flag
    ) -> Generator[Progress, None, list[str]]:
        """What the model writes to each (prompt, documents), in order; reports each that is done."""
        yield Progress(stage, 0, len(prompts), "parts")
        done = 0
        with ThreadPoolExecutor(self.parallel) as pool:
            jobs = [pool.submit(self.written, prompt, tokens, documents, stop) for prompt, documents in prompts]
            waiting = set(jobs)
            try:
                while waiting:
                    ended, waiting = wait(waiting, _POLL_S, FIRST_COMPLETED)
                    for job in ended:
                        job.result()
                        done += 1
                        yield Progress(stage, done, len(prompts), "parts")
            finally:  # closed or failed: what has not begun never will, what runs is left to end
                for job in waiting:
                    job.cancel()
        return [job.result() for job in jobs]

    def room(self, template: str, tokens: int) -> int:
        """Tokens that a prompt may put into this rendered (but still empty) template, beside an answer of `tokens`."""
        assert self.chat_model is not None
        fixed = self.chat_model.count_tokens(template) + MESSAGE_TOKENS + _MARGIN_TOKENS
        return self.chat_model.context_tokens - tokens - fixed

    def packed(self, texts: Sequence[str], room: int) -> Iterator[tuple[int, int]]:
        """Runs `start:end` of texts that fit `room` tokens together; one that is too long alone is a run of its own."""
        assert self.chat_model is not None
        costs = [self.chat_model.count_tokens(text) + 1 for text in texts]
        start = 0
        while start < len(texts):
            total, end = costs[start], start + 1
            while end < len(texts) and total + costs[end] <= room:
                total += costs[end]
                end += 1
            yield start, end
            start = end

    def cut(self, text: str, room: int) -> str:
        """The beginning of a text that fits `room` tokens."""
        model = self.chat_model
        assert model is not None
        if model.count_tokens(text) <= room:
            return text
        return text[: most(len(text), lambda n: model.count_tokens(text[:n]) <= room)]


def check(stop: Flag) -> None:
    """Raises Stopped once the person has ended it."""
    if stop.is_set():
        raise Stopped


def language_of(documents: Iterable[DocumentInfo], wanted: str = "") -> str:
    """The language to write in: the one asked for, else that of most documents."""
    if wanted:
        return wanted
    spoken = [document.language for document in documents]
    return max(sorted(set(spoken)), key=spoken.count, default="en")
