"""How long questions wait while files are read and embedded, and while the library is reindexed."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evals.datasets import Document, Query, read_dataset
from evals.metrics import percentile
from evals.retrieval import sample
from rag import KnowledgeBase, Settings

_QUESTIONS = 200
_SHARE = 3  # one document in so many is there at the start, the others come while questions are asked
_COPIES = 2  # of each document, so that there is enough to read for a minute
_SESSIONS = 5
_THINKS_S = (0.1, 0.5)
_IDLE_S = 20.0
_BUSY_S = 45.0


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set and kind of question: its time with nothing else to do, during ingest, during a reindex, in ms."""
    return [row for folder in folders for row in _rows(folder, limit or _QUESTIONS)]


def _rows(folder: Path, limit: int) -> list[dict[str, object]]:
    dataset = read_dataset(folder)
    queries = sample([query for query in dataset.queries if query.relevant], limit)
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        with KnowledgeBase.open(store, Settings(samples=False)) as kb:
            kb.add_documents(dataset.documents[::_SHARE])
            kb.warm_up()
            kb.ask(queries[0].text)
            idle = _asked(kb, queries, _IDLE_S, lambda: True)
            for number in range(_COPIES):
                for document in dataset.documents:
                    kb.submit(_markdown(document, number), f"{document.name}-{number}.md")
            kb.start_worker()
            ingest = _asked(kb, queries, _BUSY_S, lambda: kb.activity().over < kb.activity().files)
        with KnowledgeBase.open(store, Settings(samples=False, chunk_tokens=150)) as kb:
            kb.work_off()  # what the time did not suffice for
            kb.warm_up()
            kb.ask(queries[0].text)
            job = kb.submit_reindex()
            kb.start_worker()
            reindex = _asked(kb, queries, _BUSY_S, lambda: kb.find_jobs([job.id])[0].state in ("queued", "running"))
    return [_row(dataset.name, kind, idle[kind], ingest[kind], reindex[kind]) for kind in idle]


def _markdown(document: Document, number: int) -> bytes:
    text = "\n\n".join(block.text for block in document.blocks)
    return f"# {document.title} ({number})\n\n{text}\n".encode()


def _row(name: str, kind: str, idle: list[float], ingest: list[float], reindex: list[float]) -> dict[str, object]:
    return {
        "set": name,
        "question": kind,
        "idle p50 / p95 ms": _pair(idle),
        "ingest p50 / p95 ms": _pair(ingest),
        "reindex p50 / p95 ms": _pair(reindex),
        "ingest / idle, p95": round(percentile(ingest, 0.95) / percentile(idle, 0.95), 2),
        "reindex / idle, p95": round(percentile(reindex, 0.95) / percentile(idle, 0.95), 2),
    }


def _asked(
    kb: KnowledgeBase, queries: Sequence[Query], seconds: float, goes_on: Callable[[], bool]
) -> dict[str, list[float]]:
    """Milliseconds of each search and of each whole answer, put by several sessions as long as the work goes on."""
    took: dict[str, list[float]] = {"search": [], "answer": []}
    end = time.perf_counter() + seconds
    over = threading.Event()

    def session(number: int) -> None:
        chosen = random.Random(number)
        while not over.is_set() and time.perf_counter() < end:
            time.sleep(chosen.uniform(*_THINKS_S))  # people think between two questions
            query, kind = chosen.choice(queries).text, chosen.choice(("search", "answer"))
            start = time.perf_counter()
            if kind == "search":
                kb.search(query)
            else:
                kb.ask(query)
            took[kind].append((time.perf_counter() - start) * 1000)

    with ThreadPoolExecutor(_SESSIONS) as pool:
        sessions = [pool.submit(session, number) for number in range(_SESSIONS)]
        while goes_on() and time.perf_counter() < end:
            time.sleep(0.2)
        over.set()
        for one in sessions:
            one.result()
    return took


def _pair(took: list[float]) -> str:
    return f"{percentile(took, 0.5):.1f} / {percentile(took, 0.95):.1f} ({len(took)})"
