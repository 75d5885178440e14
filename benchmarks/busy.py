"""How long questions wait, and what they find, while files are read and embedded and the library is reindexed."""

from __future__ import annotations

import hashlib
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.recombined import recombined
from evals.datasets import Document, read_dataset
from evals.metrics import percentile
from rag import KnowledgeBase, Settings

_SEED = 5
_ASKED_BEFORE = 30
_SESSIONS = 8
_THINKS_S = (0.5, 2.5)
_IDLE_S = 60.0
_BUSY_S = 60.0


def run(folders: Sequence[Path]) -> list[dict[str, object]]:
    """A row per set and kind of question: its time with nothing else to do, and with each kind of work, in ms.

    No question is asked twice. The library grows threefold meanwhile, and a search of it takes longer without any work
    at its side: so the time with nothing else to do is taken again at the end.
    """
    return [row for folder in folders for row in _rows(folder)]


def _rows(folder: Path) -> list[dict[str, object]]:
    dataset = read_dataset(folder)
    texts = [query.text for query in dataset.queries if query.relevant]
    random.Random(_SEED).shuffle(texts)
    questions = iter(texts)
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        with KnowledgeBase.open(store, Settings(samples=False)) as kb:
            kb.add_documents(dataset.documents)
            kb.add(_code("first").encode(), "first.md")  # so that the newest is looked for with nothing else to do, too
            kb.start_worker()
            _ask_some(kb, questions)
            idle = _asked(kb, questions, _IDLE_S, lambda: True)
            _submit(kb, dataset.documents, 1)
            ingest = _asked(kb, questions, _BUSY_S, lambda: _is_at_work(kb))
            _wait_for_work(kb)
        with KnowledgeBase.open(store, Settings(samples=False, chunk_tokens=150)) as kb:
            kb.warm_up()
            _ask_some(kb, questions)
            kb.submit_reindex()
            _submit(kb, dataset.documents, 2)
            kb.start_worker()
            both = _asked(kb, questions, _BUSY_S, lambda: _is_at_work(kb))
            _wait_for_work(kb)
            grown = _asked(kb, questions, _IDLE_S, lambda: True)
    return [_row(dataset.name, kind, idle, grown, ingest, both) for kind in ("search", "answer")]


def _ask_some(kb: KnowledgeBase, questions: Iterator[str]) -> None:
    """What is loaded by a first question is no part of the time of others."""
    for question in islice(questions, _ASKED_BEFORE):
        kb.ask(question)


def _wait_for_work(kb: KnowledgeBase) -> None:
    while _is_at_work(kb):
        time.sleep(0.5)


def _submit(kb: KnowledgeBase, documents: Sequence[Document], number: int) -> None:
    """As many new files as there are documents, all at once."""
    kb.pause()
    for document, text in zip(documents, recombined(documents, number), strict=True):
        name = f"{document.name}-{number}"
        kb.submit(f"# {document.title}\n\n{text}\n\n{_code(name)}\n".encode(), f"{name}.md")
    kb.resume()


def _is_at_work(kb: KnowledgeBase) -> bool:
    files, reindex = kb.activity(), kb.index_job()
    return files.over < files.files or (reindex is not None and reindex.state in ("queued", "running"))


def _code(name: str) -> str:
    """A word that stands in one file only, so that it can be seen whether that is found."""
    return "qx" + hashlib.sha256(name.encode()).hexdigest()[:12]


@dataclass
class _Asked:
    """What several sessions have seen: milliseconds by kind of question, errors, and files just added and not found."""

    took: dict[str, list[float]]
    errors: list[str]
    looked_for: int = 0
    missed: int = 0


def _row(name: str, kind: str, idle: _Asked, grown: _Asked, *busy: _Asked) -> dict[str, object]:
    figures = {"set": name, "question": kind, "idle p50 / p95 ms": _pair(idle.took[kind])}
    figures["idle again, all files in, p50 / p95 ms"] = _pair(grown.took[kind])
    for work, asked in zip(("ingest", "both"), busy, strict=True):
        figures[f"{work} p50 / p95 ms"] = _pair(asked.took[kind])
        ratio = percentile(asked.took[kind], 0.95) / percentile(idle.took[kind], 0.95)
        figures[f"{work} / idle, p95"] = f"{ratio:.2f}"
    every = (idle, grown, *busy)
    figures["not found / added"] = f"{sum(one.missed for one in every)} / {sum(one.looked_for for one in every)}"
    figures["errors"] = str(sum(len(one.errors) for one in every))
    return dict(figures)


def _asked(kb: KnowledgeBase, questions: Iterator[str], seconds: float, goes_on: Callable[[], bool]) -> _Asked:
    """What sessions see that search, ask, and look for the newest file, as long as the work goes on."""
    asked = _Asked({"search": [], "answer": []}, [])
    end = time.perf_counter() + seconds
    over, one_takes = threading.Event(), threading.Lock()

    def session(number: int) -> None:
        chosen = random.Random(number)
        while not over.is_set() and time.perf_counter() < end:
            time.sleep(chosen.uniform(*_THINKS_S))  # people think between two questions
            kind = chosen.choice(("search", "answer"))
            with one_takes:
                question = next(questions)
            start = time.perf_counter()
            try:
                (kb.search if kind == "search" else kb.ask)(question)
            except Exception as error:  # noqa: BLE001 - whatever a session would see is counted
                asked.errors.append(repr(error))
            else:
                asked.took[kind].append((time.perf_counter() - start) * 1000)

    with ThreadPoolExecutor(_SESSIONS) as pool:
        sessions = [pool.submit(session, number) for number in range(_SESSIONS)]
        while goes_on() and time.perf_counter() < end:
            _look_for_newest(kb, asked)
            time.sleep(0.5)
        over.set()
        for one in sessions:
            one.result()
    return asked


def _look_for_newest(kb: KnowledgeBase, asked: _Asked) -> None:
    """The file that was committed last is to be found at once."""
    added = [info for info in kb.documents() if info.name.endswith(".md")]
    if added:
        asked.looked_for += 1
        found = kb.search(_code(added[-1].name.removesuffix(".md")))
        asked.missed += added[-1].id not in {hit.document.id for hit in found.hits}


def _pair(took: list[float]) -> str:
    return f"{percentile(took, 0.5):.1f} / {percentile(took, 0.95):.1f} ({len(took)})"
