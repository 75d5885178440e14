"""What the int8 weights cost: the same passages and questions embedded by them and by the full ones.

Full weights take minutes for what int8 does in one: of a large set a fixed sample is embedded, by both the same.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from evals.datasets import Document, Query, read_dataset
from evals.retrieval import measure_retrieval, sample
from rag import KnowledgeBase, Settings

_MODES: tuple[Literal["dense", "hybrid"], ...] = ("dense", "hybrid")
_QUESTIONS, _PASSAGES = 500, 1_000
_PRECISIONS: tuple[Literal["int8", "fp32"], ...] = ("int8", "fp32")


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set and mode: nDCG@10 with either, and how much of the full weights' int8 reaches.

    Of each set `limit` questions (500), the passages that answer them, and others up to 1,000. All passages get
    vectors, also those in a language that the model does not know.
    """
    rows: list[dict[str, object]] = []
    for folder in folders:
        dataset = read_dataset(folder)
        queries = sample([query for query in dataset.queries if query.relevant], limit or _QUESTIONS)
        documents = _passages(dataset.documents, queries)
        found = {precision: _ndcg(documents, queries, precision) for precision in _PRECISIONS}
        print(f"{dataset.name}: {len(documents)} passages, {found}", file=sys.stderr, flush=True)
        for mode in _MODES:
            int8, fp32 = (found[precision][mode] for precision in _PRECISIONS)
            rows.append(
                {
                    "set": dataset.name,
                    "mode": mode,
                    "questions": len(queries),
                    "passages": len(documents),
                    "int8": int8,
                    "fp32": fp32,
                    "int8 / fp32": f"{int8 / fp32:.2%}",
                }
            )
    return rows


def _passages(documents: Sequence[Document], queries: Sequence[Query]) -> list[Document]:
    answering = {name for query in queries for name in query.relevant}
    others = [document for document in documents if document.name not in answering]
    more = sample(others, max(0, _PASSAGES - len(answering)))
    return [*(document for document in documents if document.name in answering), *more]


def _ndcg(documents: Sequence[Document], queries: list[Query], precision: Literal["int8", "fp32"]) -> dict[str, float]:
    """nDCG@10 by mode."""
    settings = Settings(samples=False, embedding_precision=precision, embedding_languages="*")
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store, KnowledgeBase.open(store, settings) as kb:
        kb.add_documents(documents)
        return {mode: measure_retrieval(kb, queries, mode)["ndcg@10"] for mode in _MODES}
