"""Retrieval measured on a set in the BEIR layout."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from evals.datasets import Query, read_dataset
from evals.metrics import mean, ndcg, percentile, recall, reciprocal_rank
from rag import AskOptions, KnowledgeBase, Settings
from rag.reports import Progress
from rag.types import Retrieved

_T = TypeVar("_T")
Mode = Literal["dense", "lexical", "hybrid"]
_DEPTH = 10
_CHUNKS_PER_DOCUMENT = 3  # a passage that was split may hold several of the first places


def evaluate_retrieval(
    folder: Path, settings: Settings, mode: Mode, limit: int | None, report: Callable[[Progress], None]
) -> dict[str, object]:
    """nDCG@10, recall@1/5/10 and MRR@10 over the questions that have an answer (a fixed sample of `limit`).

    The corpus goes into a temporary store through the code that `add` runs, and is gone afterwards.
    """
    dataset = read_dataset(folder)
    with (
        tempfile.TemporaryDirectory(prefix="tenkyo-eval-") as store,
        KnowledgeBase.open(store, settings) as kb,
    ):
        start = time.perf_counter()
        kb.add_documents(dataset.documents, report)
        seconds = time.perf_counter() - start
        figures = measure_retrieval(kb, sample([q for q in dataset.queries if q.relevant], limit), mode)
    return {
        "dataset": dataset.name,
        "mode": mode,
        "documents": len(dataset.documents),
        **figures,
        "ingest_s": round(seconds, 2),
        "passages_per_s": round(len(dataset.documents) / seconds, 2),
    }


def measure_retrieval(kb: KnowledgeBase, queries: list[Query], mode: Mode) -> dict[str, float]:
    """The figures of one mode over a store that holds the corpus."""
    kb.warm_up()
    found = [_ranked_documents(kb, query.text, mode) for query in queries]
    took = [took_ms for _, took_ms in found]
    return {
        "queries": len(queries),
        **ranking_figures([(names, query.relevant) for (names, _), query in zip(found, queries, strict=True)]),
        "query_p50_ms": round(percentile(took, 0.5), 2),
        "query_p95_ms": round(percentile(took, 0.95), 2),
    }


def ranking_figures(ranked: Sequence[tuple[Sequence[str], Mapping[str, int]]]) -> dict[str, float]:
    """Means over pairs of a ranking of ids, best first, and the grades of the relevant ones."""
    return {
        "ndcg@10": round(mean([ndcg(names, relevant, _DEPTH) for names, relevant in ranked]), 4),
        **{f"recall@{k}": round(mean([recall(names, rel, k) for names, rel in ranked]), 4) for k in (1, 5, 10)},
        "mrr@10": round(mean([reciprocal_rank(names, relevant, _DEPTH) for names, relevant in ranked]), 4),
    }


def sample(queries: list[_T], limit: int | None) -> list[_T]:
    """The same random `limit` questions every time; all where there is no limit."""
    if limit is None or limit >= len(queries):
        return queries
    return random.Random(0).sample(queries, limit)  # noqa: S311 - a sample, not a secret


def _ranked_documents(kb: KnowledgeBase, query: str, mode: Mode) -> tuple[list[str], float]:
    found = kb.search(query, AskOptions(k=_DEPTH * _CHUNKS_PER_DOCUMENT, mode=mode))
    return document_names(found)[:_DEPTH], found.took_ms


def document_names(found: Retrieved) -> list[str]:
    """The documents found, best first; one that holds the same text as a better one comes right after it."""
    names = (document.name for hit in found.hits for document in (hit.document, *hit.also_in))
    return list(dict.fromkeys(names))
