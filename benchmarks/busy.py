"""How long a question waits while files are read and embedded, and while the library is reindexed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.datasets import Query, read_dataset
from evals.metrics import percentile
from evals.retrieval import sample
from rag import KnowledgeBase, Settings

_QUESTIONS = 200
_SHARE = 3  # one document in so many is there at the start, the others come while questions are asked


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set: p95 of questions with nothing else to do, during ingest, during a reindex, in ms."""
    return [_row(folder, limit or _QUESTIONS) for folder in folders]


def _row(folder: Path, limit: int) -> dict[str, object]:
    dataset = read_dataset(folder)
    queries = sample([query for query in dataset.queries if query.relevant], limit)
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        kb = KnowledgeBase.open(store, Settings(samples=False))
        kb.add_documents(dataset.documents[::_SHARE])
        kb.warm_up()
        idle = _asked(kb, queries, lambda: len(queries))
        for document in dataset.documents:
            text = "\n\n".join(block.text for block in document.blocks)
            kb.submit(f"# {document.title}\n\n{text}\n".encode(), f"{document.name}.md")
        kb.start_worker()
        ingest = _asked(kb, queries, lambda: kb.activity().files - kb.activity().over)
        kb.close()
        again = KnowledgeBase.open(store, Settings(samples=False, chunk_tokens=150))
        again.warm_up()
        job = again.submit_reindex()
        again.start_worker()
        reindex = _asked(
            again, queries, lambda: any(j.state in ("queued", "running") for j in again.find_jobs([job.id]))
        )
        again.close()
    return {
        "set": dataset.name,
        **{
            f"{name} p50 / p95 ms": _pair(took)
            for name, took in (("idle", idle), ("ingest", ingest), ("reindex", reindex))
        },
        "ingest / idle, p95": round(percentile(ingest, 0.95) / percentile(idle, 0.95), 2),
        "reindex / idle, p95": round(percentile(reindex, 0.95) / percentile(idle, 0.95), 2),
    }


def _asked(kb: KnowledgeBase, queries: Sequence[Query], goes_on: Callable[[], object]) -> list[float]:
    """Milliseconds of each question, one after the other, as long as the work goes on, and once each at most."""
    took = []
    for query in queries:
        if not goes_on():
            break
        start = time.perf_counter()
        kb.search(query.text)
        took.append((time.perf_counter() - start) * 1000)
    return took


def _pair(took: list[float]) -> str:
    return f"{percentile(took, 0.5):.1f} / {percentile(took, 0.95):.1f} ({len(took)})"
