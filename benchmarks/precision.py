"""What the int8 weights cost: the same passages and questions embedded by them and by the full ones."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from evals.datasets import Document, Query, read_dataset
from evals.retrieval import measure_retrieval, sample
from rag import KnowledgeBase, Settings

_MODES: tuple[Literal["dense", "hybrid"], ...] = ("dense", "hybrid")
_PRECISIONS: tuple[Literal["int8", "fp32"], ...] = ("int8", "fp32")


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per set and mode: nDCG@10 with either, and how much of the full weights' int8 reaches.

    All passages get vectors, also those in a language that the model does not know.
    """
    rows: list[dict[str, object]] = []
    for folder in folders:
        dataset = read_dataset(folder)
        queries = sample([query for query in dataset.queries if query.relevant], limit)
        found = {precision: _ndcg(dataset.documents, queries, precision) for precision in _PRECISIONS}
        for mode in _MODES:
            int8, fp32 = (found[precision][mode] for precision in _PRECISIONS)
            rows.append(
                {
                    "set": dataset.name,
                    "mode": mode,
                    "questions": len(queries),
                    "int8": int8,
                    "fp32": fp32,
                    "int8 / fp32": f"{int8 / fp32:.2%}",
                }
            )
    return rows


def _ndcg(documents: Sequence[Document], queries: list[Query], precision: Literal["int8", "fp32"]) -> dict[str, float]:
    """nDCG@10 by mode."""
    settings = Settings(samples=False, embedding_precision=precision, embedding_languages="*")
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store, KnowledgeBase.open(store, settings) as kb:
        kb.add_documents(documents)
        return {mode: measure_retrieval(kb, queries, mode)["ndcg@10"] for mode in _MODES}
