"""How long questions wait while files are read and embedded, and while the library is reindexed."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evals.datasets import Document, Query, read_dataset
from evals.metrics import percentile
from evals.retrieval import sample
from rag import KnowledgeBase, Settings
from rag.text.languages import sentences

_QUESTIONS = 200
_TIMES = 2  # so many times the documents that are there come while questions are asked
_SESSIONS = 3
_THINKS_S = (0.1, 0.5)
_IDLE_S = 20.0
_BUSY_S = 35.0


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set and kind of question: its time with nothing else to do, during ingest, during a reindex, in ms."""
    return [row for folder in folders for row in _rows(folder, limit or _QUESTIONS)]


def _rows(folder: Path, limit: int) -> list[dict[str, object]]:
    dataset = read_dataset(folder)
    queries = sample([query for query in dataset.queries if query.relevant], limit)
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        with KnowledgeBase.open(store, Settings(samples=False)) as kb:
            kb.add_documents(dataset.documents)
            kb.start_worker()
            for query in queries:  # what is kept of a sentence that was read must not make the first time a slow one
                kb.ask(query.text)
            idle = _asked(kb, queries, _IDLE_S, lambda: True)
            kb.pause()
            for number in range(1, _TIMES + 1):
                for document, text in zip(dataset.documents, _recombined(dataset.documents, number), strict=True):
                    kb.submit(f"# {document.title}\n\n{text}\n".encode(), f"{document.name}-{number}.md")
            kb.resume()
            ingest = _asked(kb, queries, _BUSY_S, lambda: kb.activity().over < kb.activity().files)
        with KnowledgeBase.open(store, Settings(samples=False, chunk_tokens=150)) as kb:
            kb.work_off()  # what the time did not suffice for
            kb.warm_up()
            kb.ask(queries[0].text)
            job = kb.submit_reindex()
            kb.start_worker()
            reindex = _asked(kb, queries, _BUSY_S, lambda: kb.find_jobs([job.id])[0].state in ("queued", "running"))
    return [_row(dataset.name, kind, idle[kind], ingest[kind], reindex[kind]) for kind in idle]


def _recombined(documents: Sequence[Document], number: int) -> Iterator[str]:
    """For each document one as long, of other documents' sentences: copies would be left out of what is found."""
    texts = ["\n".join(block.text for block in document.blocks) for document in documents]
    parts = [[text[start:end] for start, end in sentences(text)] for text in texts]
    for place, own in enumerate(parts):
        others = (parts[(place + number * (n + 1)) % len(parts)] for n in range(len(own)))
        yield "\n".join(other[n % len(other)] for n, other in enumerate(others))


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
