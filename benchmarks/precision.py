"""What the int8 weights cost: whole sets, embedded and asked by them and by the full ones."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from evals.datasets import Dataset, Query, read_any
from evals.metrics import mean, ndcg, randomisation_p, ratio_interval
from evals.retrieval import document_names, sample
from rag import AskOptions, KnowledgeBase, Settings

_MODES: tuple[Literal["dense", "hybrid"], ...] = ("dense", "hybrid")
_DEPTH = 10
_CHUNKS_PER_DOCUMENT = 3

Values = Mapping[str, list[float]]
"""Each question's nDCG@10, by mode."""


def run(paths: Sequence[Path], limit: int | None, kept: Path | None) -> list[dict[str, object]]:
    """A row per set and mode: nDCG@10 with either, how much of the full weights' int8 reaches, and p (paired test).

    All passages get vectors, also those in a language that the model does not know. Full weights take minutes where
    int8 takes one: what they gave stays in the folder `kept`, for other int8 weights. Empty it when the search changes.
    """
    rows: list[dict[str, object]] = []
    for path in paths:
        dataset = read_any(path)
        queries = sample([query for query in dataset.queries if query.relevant], limit)
        int8 = _measure(dataset, queries, "int8")
        fp32 = _kept(dataset, queries, kept) if kept else _measure(dataset, queries, "fp32")
        rows += [_row(dataset, mode, int8[mode], fp32[mode]) for mode in _MODES]
        print(rows[-2:], file=sys.stderr, flush=True)  # a whole set takes long
    return rows


def _row(dataset: Dataset, mode: str, int8: list[float], fp32: list[float]) -> dict[str, object]:
    low, high = ratio_interval(int8, fp32)
    return {
        "set": dataset.name,
        "mode": mode,
        "questions": len(int8),
        "passages": len(dataset.documents),
        "int8": f"{mean(int8):.4f}",
        "fp32": f"{mean(fp32):.4f}",
        "int8 / fp32": f"{mean(int8) / mean(fp32):.2%}",
        "95% of samples": f"{low:.2%} to {high:.2%}",
        "p": f"{randomisation_p([a - b for a, b in zip(int8, fp32, strict=True)]):.3f}",
    }


def _kept(dataset: Dataset, queries: Sequence[Query], folder: Path) -> Values:
    path = folder / f"{dataset.name}-{len(queries)}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_measure(dataset, queries, "fp32")))
    return json.loads(path.read_bytes())


def _measure(dataset: Dataset, queries: Sequence[Query], precision: Literal["int8", "fp32"]) -> Values:
    settings = Settings(samples=False, embedding_precision=precision, embedding_languages="*")
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store, KnowledgeBase.open(store, settings) as kb:
        kb.add_documents(dataset.documents)
        both = [[_ndcg(kb, query, mode) for mode in _MODES] for query in queries]  # a question's vector is kept
    return {mode: [values[n] for values in both] for n, mode in enumerate(_MODES)}


def _ndcg(kb: KnowledgeBase, query: Query, mode: Literal["dense", "hybrid"]) -> float:
    found = kb.search(query.text, AskOptions(k=_DEPTH * _CHUNKS_PER_DOCUMENT, mode=mode))
    return ndcg(document_names(found), query.relevant, _DEPTH)
