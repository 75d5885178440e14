"""Extractive answers measured on a set in the BEIR layout whose questions carry their answers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from evals.datasets import Query, read_dataset
from evals.metrics import contains, exact_match, f1, mean
from evals.retrieval import sample
from rag import KnowledgeBase, Settings
from rag.reports import Progress


def evaluate_answers(
    folder: Path, settings: Settings, limit: int | None, report: Callable[[Progress], None]
) -> dict[str, object]:
    """Whether the best one and three sentences hold the answer, SQuAD's exact match and F1, and what is declined.

    Exact match and F1 compare the best sentence as a whole with the answer's words. `declined` are shares of the
    questions below the confidence of the settings: of those with an answer, and of `is_impossible` ones.
    """
    dataset = read_dataset(folder)
    with (
        tempfile.TemporaryDirectory(prefix="tenkyo-eval-") as store,
        KnowledgeBase.open(store, settings) as kb,
    ):
        kb.add_documents(dataset.documents, report)
        answerable = sample([q for q in dataset.queries if q.answers and not q.is_impossible], limit)
        impossible = sample([q for q in dataset.queries if q.is_impossible], limit)
        return {
            "dataset": dataset.name,
            "documents": len(dataset.documents),
            **_answered(kb, answerable),
            "declined_answerable": _declined(kb, answerable),
            "impossible_queries": len(impossible),
            "declined_impossible": _declined(kb, impossible),
        }


def _answered(kb: KnowledgeBase, queries: list[Query]) -> dict[str, float]:
    ranked = [(kb.rank_sentences(kb.search(query.text)), query.answers) for query in queries]
    best = [(texts[0] if texts else "", truths) for texts, truths in ranked]
    return {
        "queries": len(queries),
        "answer_in_top_sentence@1": _mean([contains(text, truths) for text, truths in best]),
        "answer_in_top_sentence@3": _mean([any(contains(t, truths) for t in ts[:3]) for ts, truths in ranked]),
        "exact_match": _mean([exact_match(text, truths) for text, truths in best]),
        "f1": _mean([f1(text, truths) for text, truths in best]),
    }


def _declined(kb: KnowledgeBase, queries: list[Query]) -> float:
    return _mean([kb.search(query.text).confidence < kb.settings.min_confidence for query in queries])


def _mean(values: list[bool] | list[float]) -> float:
    return round(mean([float(value) for value in values]), 4)
