"""The verbs: what an interchangeable part can do. Each has a contract suite in `tests/contracts`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from threading import Event as Flag
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from loaders import Document
from rag.reports import ServedModel
from rag.types import Message, TokensUsed, ToolReply

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]


class Embedder(Protocol):
    """Turns texts into unit vectors. Loads its model at the first call, not when it is made."""

    name: str
    """What the catalog's fingerprint says of it: model and revision."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """What the model reads at most, special tokens included."""
        ...

    @property
    def languages(self) -> str:
        """Those it was trained on, as "en,de" (BCP 47 tags); "*" is all."""
        ...

    @property
    def is_being_made(self) -> bool:
        """Whether its file is just being made, once: a text would wait for that, maybe a minute."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special tokens left out, nothing cut."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The character span of each token, special tokens left out, nothing cut."""
        ...

    def embed_passages(self, texts: Sequence[str], background: bool = False) -> Vectors:
        """(n, dimension) float32, each row of length 1; in the background nobody waits for them."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """(dimension,) float32 of length 1."""
        ...

    def covers(self, language: str) -> bool:
        """Whether the model was trained on this language (BCP 47 tag)."""
        ...


class VectorStore(Protocol):
    """Finds the chunks whose vectors are nearest by cosine."""

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Adds unit vectors (n, dimension) under these ids; an id already there is replaced."""
        ...

    def remove(self, ids: Sequence[int]) -> None:
        """Takes ids out; unknown ones are passed over."""
        ...

    def search(self, query: Vectors, k: int, within: Ids | None = None) -> list[tuple[int, float]]:
        """The k best (id, cosine), best first, among `within` (ascending) if given."""
        ...

    def scores(self, query: Vectors, ids: Sequence[int]) -> list[float | None]:
        """The cosine of each id with the query, None for one without a vector."""
        ...

    def __len__(self) -> int: ...


class Reranker(Protocol):
    """Reads a question and each passage together. Loads its model at the first question, not when it is made."""

    name: str

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Scores of the first texts, as many as its time allows; larger is better. Raises ModelUnavailable."""
        ...


class Window(Protocol):
    """What a prompt is fitted into: a chat model, as far as tokens go."""

    @property
    def context_tokens(self) -> int:
        """Prompt and answer together."""
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens the text has; an upper estimate where the tokenizer cannot be had."""
        ...


class ChatModel(Window, Protocol):
    """Writes text from messages. Loads or connects at the first call, not when it is made."""

    name: str

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Flag
    ) -> Generator[str, None, TokensUsed | None]:
        """The answer piece by piece, and in the end (as the generator's value) the tokens that a server counted.

        Ends soon after `stop` is set, or when it is closed; the generation ends too, on a server as well.

        Raises ModelUnavailable where the model cannot be loaded or reached or fails in the middle.
        """
        ...


@runtime_checkable
class ModelServer(Protocol):
    """What a chat model can do, too, that a server runs."""

    def served(self) -> list[ServedModel]:
        """The models that the server lists; raises ModelUnavailable."""
        ...


class Annotator(Protocol):
    """Says more of a document than its file does. Loads its model at the first document, not when it is made."""

    def metadata(self, document: Document) -> Mapping[str, str]:
        """Fields for the document's metadata; several values are separated by "; ". Raises ModelUnavailable."""
        ...


@runtime_checkable
class ToolCaller(Protocol):
    """What a chat model can do, too, whose server has function calling (OpenAI's format)."""

    name: str

    @property
    def context_tokens(self) -> int:
        """The window: prompt and answer together."""
        ...

    @property
    def calls_tools(self) -> bool:
        """Whether it is worth trying, as far as is known."""
        ...

    def count_tokens(self, text: str) -> int:
        """As a chat model's."""
        ...

    def call_tools(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], max_tokens: int, stop: Flag
    ) -> ToolReply:
        """What it says or calls next, all at once; raises ModelUnavailable, also where the server knows no tools."""
        ...


Report = Callable[..., None]
"""`report(Progress)`: given to long operations; raising from it (Cancelled) ends them cleanly."""
