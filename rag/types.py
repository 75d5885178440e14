"""The nouns: frozen data that travels between the rooms of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from loaders import Block, Box, Document, ExtractionReport, Location, Skipped

Role = Literal["system", "user", "assistant"]
Problem = Literal["", "number", "name", "negation", "words", "contradiction"]
"""What of a sentence the passages do not say: a number, a name, a negation, most of its words; "" if nothing.

"contradiction": they say otherwise, as a model for inference judges.
"""


FACETS = ("tags", "persons", "organisations", "places")
"""Fields of a document's metadata to choose by: what models for tags and for named entities find."""
SEPARATOR = "; "
"""Between the values of a field of the metadata that has several."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start:end` of a chunk's text that stand at `offset` of the document's block `block`."""

    start: int
    end: int
    block: int
    offset: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: the unit that is embedded, found and quoted.

    `text` is quoted from the document; `headings` is the path of headings above it. What is embedded
    is told by `rag.indexing.shape.Shape.embedded_text`. `location` is where the text begins; `spans` map it back to
    blocks.
    """

    id: int
    document_id: str
    ordinal: int
    text: str
    headings: tuple[str, ...]
    location: Location
    spans: tuple[Span, ...]
    token_count: int


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as the library lists it.

    `id` names this document in the store (it is derived from collection, name and content), `sha256` is the
    content's. Of its `chunks`, `embedded` have a vector and `pending` wait for one; words find all from the start.
    `parent` is the id of the document that it is a file inside of.
    """

    id: str
    name: str
    collection: str
    sha256: str
    media_type: str
    title: str
    language: str
    metadata: Mapping[str, str]
    size: int
    pages: int
    characters: int
    chunks: int
    embedded: int
    pending: int
    added_at: datetime
    report: ExtractionReport = field(default_factory=ExtractionReport)
    parent: str | None = None

    def values(self, field: str) -> tuple[str, ...]:
        """Those of a field of the metadata; none where it has no such field."""
        return tuple(filter(None, self.metadata.get(field, "").split(SEPARATOR)))

    @property
    def has_original(self) -> bool:
        """Whether the file it came from was kept; not so where it was added loaded already."""
        return self.size > 0

    @property
    def has_pictures(self) -> bool:
        """Whether its pages can be shown as pictures."""
        return self.media_type == "application/pdf" or self.media_type.startswith("image/")

    @property
    def state(self) -> Literal["searchable", "indexed"]:
        """`searchable` by words from the moment it is added, `indexed` once every vector is there."""
        return "searchable" if self.pending else "indexed"


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found, its fused score, and the raw score of each stage that it came through.

    Neighbours that were found together are one chunk here, with the id of the first. `also_in` are other documents
    in which the same text, or nearly the same, was found.
    """

    chunk: Chunk
    document: DocumentInfo
    score: float
    stages: Mapping[str, float] = field(default_factory=dict)
    also_in: tuple[DocumentInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search gives: the hits, best first, and how likely (0 to 1) they answer the question.

    `meant` is the query with its long numbers in the library's groups, for whoever reads the hits. `language` is the
    question's (BCP 47). `follows`: it leaves open what it is about, and was searched for with those before it.
    `by_words`: there was no embedding model that fits the index, or not yet.
    """

    query: str
    meant: str
    language: str
    hits: tuple[Hit, ...]
    confidence: float
    took_ms: float
    follows: bool = False
    by_words: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question and how it should be answered, citation marks included; `language` is en or ja."""

    question: str
    answer: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class TokensUsed:
    """What a server says that it has read and written."""

    prompt: int
    answer: int


@dataclass(frozen=True, slots=True)
class RequestedCall:
    """A tool that a model calls by its server's own function calling; `arguments` are JSON, as far as it kept to it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolReply:
    """What a model gives where it may call tools: calls, or where there are none, its answer."""

    text: str
    calls: tuple[RequestedCall, ...] = ()
    used: TokensUsed | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that stands word for word in a chunk: `chunk.text[start:end] == quote`.

    `number` is the passage's number in this answer, from 1. `location` has the boxes of the quote where the
    format has geometry. `support` (0 to 1) is how well the quote supports the sentence.
    """

    number: int
    chunk_id: int
    document_id: str
    document_name: str
    quote: str
    start: int
    end: int
    location: Location
    support: float


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """Characters `start:end` of a sentence's text: the words that answer the question."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer (its white space included) and what it rests on, or why that does not support it.

    `span` is there where the question asks for something that a few words of the sentence name.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    problem: Problem = ""
    span: AnswerSpan | None = None

    @property
    def answer(self) -> str:
        """The words of the span, "" where there is none."""
        return self.text[self.span.start : self.span.end] if self.span else ""


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """How a column of a table was read: as text, numbers (with their unit) or dates; `empty` cells hold none."""

    name: str
    kind: Literal["text", "number", "date"]
    unit: str = ""
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Computation:
    """How an answer was computed: the query over a whole table (a document's, or one of its sheets) and its result.

    `rows` is how many rows of the table it rests on; `columns` are those that it names; `result` begins with the
    names of its columns. `summaries` rows at the table's end ("Total") were left out.
    """

    sql: str
    document_id: str
    document_name: str
    sheet: str
    rows: int
    columns: tuple[ReadColumn, ...]
    result: tuple[tuple[str, ...], ...]
    summaries: int = 0


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool that an agent has called: with what (JSON, as the model gave it), what it said before, and what came.

    `result` may be cut; with `failed` it says what went wrong. It is None until the tool has ended.
    """

    name: str
    arguments: str
    thought: str = ""
    result: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gets: sentences with citations.

    `answered` is False where the documents do not seem to answer. `model` is the chat model's name, or
    "extractive" where the sentences are quoted from the documents, "computed" where a query over a table gave them
    (then `computation` says how). `stopped` says that the person ended it. `steps` are the tools that an agent used.
    """

    question: str
    sentences: tuple[Sentence, ...]
    hits: tuple[Hit, ...]
    answered: bool
    confidence: float
    model: str
    took_ms: float
    stopped: bool = False
    computation: Computation | None = None
    steps: tuple[ToolUse, ...] = ()

    @property
    def text(self) -> str:
        """The answer as plain text."""
        return "".join(sentence.text for sentence in self.sentences).strip()


ExportForm = Literal["markdown", "json", "word"]
"""A conversation as a file."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thinks of an answer, and why."""

    good: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question and its answer as they were saved; `ordinal` grows within the conversation.

    `error` ({code, message, hint}) says why the chat model failed; why the answer did, where its `model` is "".
    """

    ordinal: int
    question: str
    answer: Answer
    feedback: Feedback | None = None
    error: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A saved conversation, oldest turn first; `summary` stands for its first `summarised` turns."""

    id: str
    title: str
    turns: tuple[SavedTurn, ...]
    summary: str = ""
    summarised: int = 0


@dataclass(frozen=True, slots=True)
class ConversationInfo:
    """A saved conversation as a list shows it."""

    id: str
    title: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AskOptions:
    """What travels with one question: how many passages are used, and which documents are searched (all by default).

    A document is searched if it or its collection is named, and if it fits every other filter: media type, language
    (BCP 47 tag), days from `since` to `until`, and metadata as (key, value), of one key any value that is given.
    `before` are the questions of the conversation before this one, oldest first: a follow-up rests on them. `wordings`
    are the same question in other words, and `imagined` is a passage that might answer it: what they find is found too.
    `model` is the name of the chat model that writes (empty: the default one; "extractive": none, sentences are
    quoted). `agent` lets it use tools.
    """

    k: int = 6
    documents: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    media_types: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    metadata: frozenset[tuple[str, str]] = frozenset()
    mode: Literal["hybrid", "dense", "lexical"] = "hybrid"
    before: tuple[str, ...] = ()
    model: str = ""
    agent: bool = False
    wordings: tuple[str, ...] = ()
    imagined: str = ""


__all__ = [
    "Answer",
    "AnswerSpan",
    "AskOptions",
    "Block",
    "Box",
    "Chunk",
    "Citation",
    "Computation",
    "Conversation",
    "ConversationInfo",
    "Document",
    "DocumentInfo",
    "Example",
    "ExtractionReport",
    "Feedback",
    "Hit",
    "Location",
    "Message",
    "Problem",
    "ReadColumn",
    "RequestedCall",
    "Retrieved",
    "Role",
    "SavedTurn",
    "Sentence",
    "Skipped",
    "Span",
    "TokensUsed",
    "ToolReply",
    "ToolUse",
]
