"""What the write side tells: receipts, progress, jobs, findings, figures; frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: `error` is None, or `{code, message, hint}` where `status` is failed.

    `children` are the files inside it, theirs included; `file` is then a path that begins with the outer file's name.
    """

    file: str
    status: Literal["added", "unchanged", "replaced", "failed"]
    document_id: str | None
    chunks: int
    error: Mapping[str, str] | None = None
    children: tuple[Added, ...] = ()

    @property
    def document_ids(self) -> list[str]:
        """The ids of the document and of those inside it."""
        return [one.document_id for one in (self, *self.children) if one.document_id]


@dataclass(frozen=True, slots=True)
class Removed:
    """The receipt of a deletion: what was taken out, in counts; files inside the document are counted in.

    `chunks` and `vectors` are those of every generation, `index_words` and `index_vectors` the entries of the two
    indexes. `remaining` is what a count afterwards still found of it in catalog, indexes and originals: 0.
    `conversations` that quote it are kept until `conversations.delete_quoting(document_ids)`.
    """

    document_id: str
    name: str
    documents: int
    chunks: int
    vectors: int
    original_bytes: int
    index_words: int = 0
    index_vectors: int = 0
    remaining: int = 0
    document_ids: tuple[str, ...] = ()
    conversations: int = 0


FindingCode = Literal[
    "catalog_damaged",
    "original_missing",
    "original_damaged",
    "original_unclaimed",
    "label_differs",
    "chunks_differ",
    "vectors_missing",
    "vectors_damaged",
    "vectors_unclaimed",
    "words_damaged",
    "words_differ",
    "vector_index_differs",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which the parts of a store disagree: in how many places, at which documents, and what to do."""

    code: FindingCode
    count: int
    message: str
    hint: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared, in counts, and each disagreement; `repaired` are those that a repair has done away with."""

    documents: int
    originals: int
    chunks: int
    vectors: int
    index_words: int
    index_vectors: int
    findings: tuple[Finding, ...]
    repaired: tuple[Finding, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether there was nothing to find."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Progress:
    """What every long operation reports. Stages of a file: parse, split, embed, store.

    `per_second` is how much of it is done in a second, None where that is not known (yet).
    """

    stage: str
    done: int
    total: int
    unit: str
    file: str = ""
    per_second: float | None = None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest of this stage will take at that rate."""
        return (self.total - self.done) / self.per_second if self.per_second else None


@dataclass(frozen=True, slots=True)
class Activity:
    """How far the background work is, all files together.

    Of the files submitted and not yet cleared away, `over` are done, failed or cancelled, `failed` of these could not
    be taken in, `searchable` wait for vectors only, and `unread` are still to be read, `added_unread` of these as they
    were added and not once more. `pending` are passages without a vector. Rates are those of the last minute, None
    where nothing was done in it; `seconds_left` is None where there is nothing to reckon with.
    """

    paused: bool
    files: int
    over: int
    failed: int
    searchable: int
    unread: int
    added_unread: int
    pending: int
    files_per_s: float | None
    passages_per_s: float | None
    seconds_left: float | None


JobKind = Literal["ingest", "reread", "reindex", "rollback"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """Background work that survives a restart: ingesting a file, reading it again, a reindex, or taking one back.

    `result` is set when an ingest is done, `error` where the job failed.
    """

    id: int
    kind: JobKind
    name: str
    state: JobState
    progress: Progress | None
    result: Added | None
    error: Mapping[str, str] | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeptIndex:
    """The index from before the last reindex: how it was made, and how many chunks it has."""

    embedding_model: str
    chunk_tokens: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a reindex would make and take, reckoned from a sample of the library's own documents.

    Of the `chunks`, `to_embed` have no vector yet. `seconds` are what the work would take on this machine, `size` the
    bytes that the new index would take beside the old one, of the `free` ones of the store's disk.
    """

    chunks: int
    to_embed: int
    passages_per_s: float
    seconds: float
    size: int
    free: int


@dataclass(frozen=True, slots=True)
class LanguageCheck:
    """A trial of the embedding model on the library's own passages in one language.

    `by_vectors` and `by_words` are how well each sentence's passage was found (mean reciprocal rank, 1: always first),
    of `passages` passages, when the library had `chunks` chunks in that language.
    """

    language: str
    passages: int
    by_vectors: float
    by_words: float
    chunks: int


@dataclass(frozen=True, slots=True)
class LanguageUse:
    """Whether vectors are used for a language of the library, and who says so: a setting, a trial or the model's name.

    `check` is the trial, where there was one; it may have said nothing.
    """

    language: str
    chunks: int
    used: bool
    by: Literal["setting", "check", "name"]
    check: LanguageCheck | None


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes that the parts of a store take, and what is free on its disk."""

    catalog: int
    originals: int
    indexes: int
    backups: int
    other: int
    free: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The store in figures. `stale` says why the index does not fit the settings ("" when it does)."""

    documents: int
    chunks: int
    embedded: int
    characters: int
    original_bytes: int
    store_bytes: int
    by_type: Mapping[str, int]
    by_language: Mapping[str, int]
    collections: Mapping[str, int]
    embedding_model: str
    chat_model: str
    index_chunks_words: int
    index_chunks_vectors: int
    stale: str
    previous: KeptIndex | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC): how many questions were asked, how many of them the documents did not answer, how many failed."""

    day: date
    questions: int
    declined: int
    failed: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked, how long its answer took, and what failed in it ({code, message, hint})."""

    question: str
    at: datetime
    took_ms: float
    error: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Questions of some days: per day, percentiles of the time an answer took, thumbs up and down.

    `declined` are the newest that the documents did not answer, `failed` the newest whose answer, or chat model,
    failed; `slowest` those that took longest.
    """

    days: tuple[Day, ...]
    p50_ms: float
    p95_ms: float
    good: int
    bad: int
    declined: tuple[Asked, ...]
    failed: tuple[Asked, ...]
    slowest: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as a server lists it, with its window where the server tells it."""

    id: str
    window: int | None = None


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """How a chat model was when it was tried; with `error` it failed, and what comes after `window` may be unknown.

    `window` is the one that prompts are fitted into, `told` what the server says of it. `served` are the models that
    the server lists, `listed` whether this one is among them. The first piece came after `first_token_ms`, the model
    once loaded. Of a prompt of about `sent` tokens that fits the window the server read `read`; `truncates` where that
    is too few. What cannot be known is None.
    """

    name: str
    window: int | None = None
    error: dict[str, str] | None = None
    served: tuple[ServedModel, ...] = ()
    listed: bool | None = None
    told: int | None = None
    first_token_ms: float | None = None
    sent: int | None = None
    read: int | None = None
    truncates: bool = False


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log: when, how grave (debug, info, warning, error), whose, what happened, and its figures."""

    at: datetime
    level: str
    logger: str
    event: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PromptPreview:
    """A prompt as it would be sent: its text, and its tokens of a window; `model` is "" where they are estimated."""

    text: str
    tokens: int
    window: int
    model: str
