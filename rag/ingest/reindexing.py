"""Reindexing with another model or other passages: what it would take, and starting it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence

from rag.errors import InvalidSettings
from rag.ingest.generation_builder import GenerationBuilder
from rag.ingest.job_queue import JobQueue
from rag.ingest.worker import Worker
from rag.protocols import Embedder
from rag.reports import Estimate, Job
from rag.storage.records import STORED_DTYPE, NewChunk
from rag.types import DocumentInfo

_SAMPLED_DOCUMENTS = 12
_SAMPLED_CHARACTERS = 100_000
_EMBEDDED = 16
_OVERHEAD = 400
"""Bytes a passage takes in the catalog beside its text and its vector, its key and its rows' keys included."""
_LEAST_TOKENS = 32


class Reindexing:
    """`changes` are new values of the settings that shape the index (`rag.indexing.shape.SHAPING`), by name.

    Those in `fixed` are given by file, environment or caller, and stay as they are.
    """

    def __init__(self, builder: GenerationBuilder, queue: JobQueue, worker: Worker) -> None:
        self._builder = builder
        self._queue = queue
        self._worker = worker
        self.fixed = builder.fixed

    @property
    def renews_words(self) -> bool:
        """Whether an earlier version made the word index, and the app is making another: a passage may be missed."""
        return self._builder.indexes.words_are_outdated

    def estimate(self, changes: Mapping[str, object]) -> Estimate:
        """What a reindex would take; takes seconds itself. Raises InvalidSettings, ModelUnavailable."""
        new = self._changed(changes)
        catalog = self._builder.catalog
        infos = [info for info in catalog.documents().values() if info.chunks]
        begun = time.perf_counter()
        sample = _sample(infos)
        made = [chunk for info in sample for chunk in new.cut_anew(info)]
        splitting = time.perf_counter() - begun
        # By passages, not characters: a short document has more of them for its length than a book.
        share = sum(info.chunks for info in infos) / max(1, sum(info.chunks for info in sample))
        missing = new.without_vector(made)
        rate = _rate(new.embedding.embedder, made)
        chunks, to_embed = round(len(made) * share), round(len(missing) * share)
        text = sum(len(chunk.chunk.text.encode()) for chunk in made)
        vectors = len(made) * new.embedding.embedder.dimension * STORED_DTYPE().itemsize
        return Estimate(
            chunks=chunks,
            to_embed=to_embed,
            passages_per_s=rate,
            seconds=splitting * share + (to_embed / rate if rate else 0.0),
            size=round(share * (2 * text + vectors + len(made) * _OVERHEAD)),  # text: in the catalog, and its words
            free=shutil.disk_usage(self._builder.embedding.settings.store).free,
        )

    def submit(self, changes: Mapping[str, object]) -> Job:
        """Queues a reindex with these changes, which hold from the switch on. Raises InvalidSettings."""
        self._changed(changes)
        free = {name: value for name, value in changes.items() if name not in self.fixed}
        job = self._queue.submit("reindex", json.dumps(free), "", "")
        self._worker.wake()
        return job

    def _changed(self, changes: Mapping[str, object]) -> GenerationBuilder:
        new = self._builder.reshaped(changes)
        wanted = new.embedding.settings
        tokens, overlap = wanted.chunk_tokens, wanted.chunk_overlap_tokens
        if not wanted.embedding_model or tokens < _LEAST_TOKENS or not 0 <= overlap < tokens:
            hint = f"Name a model, choose at least {_LEAST_TOKENS} tokens, and an overlap that is smaller."
            raise InvalidSettings("No index can be made like this.", hint)
        return new


def _sample(infos: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Documents spread evenly over the library, as many as can be cut in a moment; at least one."""
    step = max(1, len(infos) // _SAMPLED_DOCUMENTS)
    sample, characters = list[DocumentInfo](), 0
    for info in infos[::step]:
        if sample and characters + info.characters > _SAMPLED_CHARACTERS:
            continue
        sample.append(info)
        characters += info.characters
    return sample


def _rate(embedder: Embedder, chunks: Sequence[NewChunk]) -> float:
    """Passages that the model embeds in a second, on this machine, as busy as it is now."""
    texts = [chunk.chunk.text for chunk in chunks[:: max(1, len(chunks) // _EMBEDDED)][:_EMBEDDED]]
    if not texts:
        return 0.0
    embedder.embed_passages(texts[:1])  # loads the model, which the reindex does once
    begun = time.perf_counter()
    embedder.embed_passages(texts)
    return len(texts) / max(time.perf_counter() - begun, 1e-6)
