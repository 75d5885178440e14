"""Search by size: the same questions over 10,000 chunks, 100,000, a million; a fresh process asks each time."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil

from benchmarks.search_chart import draw
from benchmarks.search_corpus import close, fill, read_passages
from evals.metrics import mean, percentile
from rag import AskOptions, Settings
from rag.factory import Parts, build
from rag.protocols import Vectors

SIZES = (10_000, 100_000, 1_000_000)
_QUESTIONS = 300
_DEPTH = 10
_AT_ONCE = 100_000
_CONTEXT = multiprocessing.get_context("spawn")


def run(folders: Sequence[Path], limit: int | None, seed: int, chart: Path | None = None) -> list[dict[str, object]]:
    """A row per size, up to `limit` chunks; `chart` becomes an SVG of them."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as folder:
        store = Path(folder)
        parts = build(_settings(store))
        passages = read_passages(folders, parts.embedder)
        close(parts)
        questions = random.Random(seed).sample(passages.questions, _QUESTIONS)
        rows = []
        for size in (size for size in SIZES if size <= (limit or SIZES[-1])):
            fill(store, passages, size, seed)
            rows.append(measure(store, questions))
    if chart:
        chart.write_text(draw(rows), encoding="utf-8")
    return rows


def measure(store: Path, questions: Sequence[str]) -> dict[str, object]:
    """One store's figures, by a process of its own: what a user waits for after a start, and how much memory."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_ask, args=(store, questions, theirs))
    process.start()
    theirs.close()
    figures = ours.recv()
    process.join()
    return figures


def _ask(store: Path, questions: Sequence[str], told: Connection) -> None:
    parts = build(_settings(store))
    parts.embedder.embed_query("warm-up")
    parts.catalog.documents()  # as the page does that asks for the question
    before = psutil.Process().memory_info()
    start = time.perf_counter()
    parts.indexes.refresh()
    opened = time.perf_counter() - start
    embedded = [parts.embedder.embed_query(question) for question in questions]
    words = [_ms(partial(parts.retriever.search, one, AskOptions(mode="lexical"))) for one in questions]
    vectors = [_ms(partial(parts.indexes.vectors.search, one, _DEPTH)) for one in embedded]
    whole = [_ms(partial(parts.retriever.search, one, AskOptions())) for one in questions]
    memory = psutil.Process().memory_info()
    found = [{id_ for id_, _ in parts.indexes.vectors.search(one, _DEPTH)} for one in embedded]
    told.send(
        {
            "chunks": f"{len(parts.indexes.vectors):,}",
            "opened in s": round(opened, 2),
            "words p50/p95 ms": _pair(words),
            "vectors p50/p95 ms": _pair(vectors),
            "whole p50/p95 ms": _pair(whole),
            "recall@10": round(mean(list(map(_overlap, found, _exact(parts, np.stack(embedded))))), 4),
            "memory MB": round((memory.rss - before.rss) / 1e6),
            "without mapped files MB": round((memory.rss - memory.shared - before.rss + before.shared) / 1e6),
        }
    )
    close(parts)


def _exact(parts: Parts, queries: Vectors) -> list[set[int]]:
    """The ids of the nearest of each query, by brute force over the catalog's vectors."""
    ids, scores = np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
    generation = parts.indexes.generation
    last = parts.indexes.vectors.ids()[-1]
    for first in range(0, last + 1, _AT_ONCE):
        page, vectors = parts.catalog.vectors.of_chunks(generation, first, first + _AT_ONCE - 1)
        if page:
            ids = np.hstack([ids, np.tile(np.array(page), (len(queries), 1))])
            scores = np.hstack([scores, queries @ vectors.T])
            best = np.argsort(-scores, axis=1)[:, :_DEPTH]
            ids, scores = np.take_along_axis(ids, best, 1), np.take_along_axis(scores, best, 1)
    return [set(row) for row in ids.tolist()]


def _overlap(found: set[int], exact: set[int]) -> float:
    return len(found & exact) / len(exact)


def _ms(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def _pair(took: list[float]) -> str:
    return f"{percentile(took, 0.5):.1f} / {percentile(took, 0.95):.1f}"


def _settings(store: Path) -> Settings:
    return Settings(store=store, samples=False)
