"""Retrieval by vectors alone, by words alone and by both, over one and the same store per set."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from evals.datasets import read_dataset
from evals.retrieval import measure_retrieval, sample
from rag import KnowledgeBase, Settings

MODES = ("dense", "lexical", "hybrid")


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set and mode."""
    return [row for folder in folders for row in rows(folder, limit)]


def rows(folder: Path, limit: int | None) -> list[dict[str, object]]:
    """A row per mode for one set."""
    dataset = read_dataset(folder)
    queries = sample([query for query in dataset.queries if query.relevant], limit)
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        kb = KnowledgeBase.open(store, Settings(samples=False))
        start = time.perf_counter()
        kb.add_documents(dataset.documents)
        rate = round(len(dataset.documents) / (time.perf_counter() - start), 1)
        figures = [
            {"set": dataset.name, "mode": mode, **measure_retrieval(kb, queries, mode), "passages_per_s": rate}
            for mode in MODES
        ]
        kb.close()
    return figures
