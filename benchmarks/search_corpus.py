"""A store of any size, of real text recombined and real vectors jittered, so that search can be measured by size."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.datasets import read_dataset
from loaders import Block, Document, Location
from rag import Settings
from rag.factory import Parts, build
from rag.protocols import Embedder, Vectors
from rag.storage.records import NewChunk, NewDocument
from rag.text.languages import sentences
from rag.types import Chunk, Span

CHUNKS_PER_DOCUMENT = 100
_DOCUMENTS_AT_ONCE = 80
_SENTENCES = (4, 8)
_MIXED = 0.5
"""A vector is moved up to so far towards another passage's…"""
_NOISE = 0.4
"""…and by Gaussian noise of this length."""


class Passages(NamedTuple):
    """What everything is made of: each set's sentences, the vectors (n, dimension) of real passages, questions."""

    sentences: list[list[str]]
    vectors: Vectors
    questions: list[str]


def read_passages(folders: Sequence[Path], embedder: Embedder) -> Passages:
    """Reads evaluation sets in the BEIR layout; each set's sentences stay apart, so that languages are not mixed."""
    datasets = [read_dataset(folder) for folder in folders]
    texts = [["\n".join(block.text for block in document.blocks) for document in one.documents] for one in datasets]
    parts = [[text[start:end] for text in one for start, end in sentences(text)] for one in texts]
    questions = [query.text for one in datasets for query in one.queries if query.relevant]
    return Passages(parts, embedder.embed_passages([text for one in texts for text in one]), questions)


def fill(store: Path, passages: Passages, size: int, seed: int) -> None:
    """Brings the store to `size` chunks, with their vectors, through the catalog; what it holds already stays."""
    parts = build(Settings(store=store, samples=False))
    generation = parts.library.embedding.generation().id
    held = parts.catalog.generations.count_chunks_in(generation)
    made = _documents(passages, held // CHUNKS_PER_DOCUMENT, size // CHUNKS_PER_DOCUMENT, seed)
    group: list[NewDocument] = []
    for document in made:
        group.append(document)
        if len(group) == _DOCUMENTS_AT_ONCE:
            _put(parts, group, generation, passages.vectors, seed)
            group = []
    if group:
        _put(parts, group, generation, passages.vectors, seed)
    parts.indexes.refresh()
    while parts.indexes.renew():  # where an earlier version has made the words of what was there already
        pass
    close(parts)


def close(parts: Parts) -> None:
    """Closes what `build` opened."""
    parts.parser.close()
    parts.database.close()


def _put(parts: Parts, group: list[NewDocument], generation: int, real: Vectors, seed: int) -> None:
    for document in group:
        parts.catalog.put([document], "", generation)
    keys = [new.embedding_key for document in group for new in document.chunks if new.embedding_key]
    parts.catalog.vectors.put(keys, _jittered(real, len(keys), seed + int.from_bytes(keys[0][:4])))
    parts.library.embedding.follow()


def _jittered(real: Vectors, count: int, seed: int) -> Vectors:
    """(count, dimension) unit vectors near those of real passages, and between them."""
    chance = np.random.default_rng(seed)
    one, other = real[chance.integers(len(real), size=(2, count))]
    noise = chance.standard_normal(one.shape, np.float32)
    noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    mixed = one + chance.uniform(0, _MIXED, (count, 1)).astype(np.float32) * (other - one) + noise
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def _documents(passages: Passages, first: int, last: int, seed: int) -> Iterator[NewDocument]:
    for number in range(first, last):
        chance = random.Random(f"{seed}-{number}")
        known = passages.sentences[number % len(passages.sentences)]
        chosen = [chance.choices(known, k=chance.randint(*_SENTENCES)) for _ in range(CHUNKS_PER_DOCUMENT)]
        texts = [" ".join(one) for one in chosen]
        name = f"document {number}"
        blocks = tuple(Block("paragraph", text, 0, Location()) for text in texts)
        document = Document(_digest(name).hex(), name, "text/plain", name, "und", {}, blocks)
        yield NewDocument(document, 0, [_chunk(name, n, text) for n, text in enumerate(texts)])


def _chunk(name: str, ordinal: int, text: str) -> NewChunk:
    spans = (Span(0, len(text), ordinal, 0),)
    return NewChunk(Chunk(0, "", ordinal, text, (), Location(), spans, len(text) // 4), _digest(f"{name} {ordinal}"))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
