"""Extractive answers, and when there is none, measured on a set whose questions carry their answers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from evals.datasets import Query, read_any, read_dataset
from evals.metrics import contains, exact_match, f1, mean, percentile
from evals.retrieval import sample
from rag import KnowledgeBase, Settings
from rag.reports import Progress
from rag.text.languages import sentences
from rag.types import Hit, Retrieved

COSTS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Shares of answerable questions declined at which the curve is read."""


def evaluate_answers(
    folder: Path,
    settings: Settings,
    limit: int | None,
    report: Callable[[Progress], None],
    off_topic: Path | None = None,
) -> dict[str, object]:
    """Whether the best one and three sentences hold the answer, exact match and F1 of the span, and what is declined.

    Exact match and F1 (SQuAD's) are of the likeliest span, marked or not; `marked` is the share of questions whose best
    sentence has one marked, `marked_f1` its F1. Declined at the confidence of the settings: questions with an answer,
    look-alikes (the set's `is_impossible` ones; of a set without them its own questions, with the sentences that answer
    taken out of what was found), and questions of another set, `off_topic` (BEIR layout, or SQuAD's .json.gz). `curve`
    is what of each is declined if the confidence asked for were such that a given share of answerable ones is.
    """
    dataset = read_dataset(folder)
    with (
        tempfile.TemporaryDirectory(prefix="tenkyo-eval-") as store,
        KnowledgeBase.open(store, settings) as kb,
    ):
        kb.add_documents(dataset.documents, report)
        answerable = sample([q for q in dataset.queries if q.answers and not q.is_impossible], limit)
        impossible = sample([q for q in dataset.queries if q.is_impossible], limit)
        figures, sure = _answered(kb, answerable)
        look_alikes = [kb.read(kb.search(q.text)).confidence for q in impossible] or _without_answers(kb, answerable)
        others = _of_another(kb, off_topic, limit) if off_topic else []
        least = settings.min_confidence
        return {
            "dataset": dataset.name,
            "documents": len(dataset.documents),
            **figures,
            "look_alikes": "is_impossible" if impossible else "answers taken out",
            "look_alike_queries": len(look_alikes),
            "off_topic_queries": len(others),
            "declined_answerable": _below(sure, least),
            "declined_look_alikes": _below(look_alikes, least),
            "declined_off_topic": _below(others, least) if others else None,
            "curve": curve(sure, look_alikes, others),
        }


def curve(
    answerable: Sequence[float], look_alikes: Sequence[float], others: Sequence[float]
) -> list[dict[str, float | None]]:
    """For each of COSTS the least confidence at which no more answerable ones are declined, and what else is."""
    points: list[dict[str, float | None]] = []
    for cost in COSTS:
        least = percentile(answerable, cost)  # what lies below it is at most this share
        points.append(
            {
                "min_confidence": round(least, 4),
                "answerable": _below(answerable, least),
                "look_alikes": _below(look_alikes, least),
                "off_topic": _below(others, least) if others else None,
            }
        )
    return points


def _answered(kb: KnowledgeBase, queries: Sequence[Query]) -> tuple[dict[str, object], list[float]]:
    """The figures, and the confidence of each question."""
    best, first_three, spans, marked, sure = [], [], [], [], []
    for query in queries:
        read = kb.read(kb.search(query.text))
        texts = [sentence.text for sentence in read.sentences[:3]]
        best.append(contains(texts[0], query.answers) if texts else False)
        first_three.append(any(contains(text, query.answers) for text in texts))
        spans.append((read.best_span, query.answers))
        span = read.sentences[0].span if texts else None
        if span:
            marked.append(f1(texts[0][span.start : span.end], query.answers))
        sure.append(read.confidence)
    figures = {
        "queries": len(queries),
        "answer_in_top_sentence@1": _mean(best),
        "answer_in_top_sentence@3": _mean(first_three),
        "span_exact_match": _mean([exact_match(span, truths) for span, truths in spans]),
        "span_f1": _mean([f1(span, truths) for span, truths in spans]),
        "marked": round(len(marked) / max(1, len(queries)), 4),
        "marked_f1": _mean(marked),
    }
    return figures, sure


def _without_answers(kb: KnowledgeBase, queries: Sequence[Query]) -> list[float]:
    """Confidence where the passages are right and the fact is not in them."""
    found = ((query, kb.search(query.text)) for query in queries)
    return [kb.read(take_out(retrieved, query.answers)).confidence for query, retrieved in found]


def take_out(found: Retrieved, answers: Sequence[str]) -> Retrieved:
    """What was found, without the sentences that hold one of the answers."""
    hits = (_without(hit, answers) for hit in found.hits)
    return replace(found, hits=tuple(hit for hit in hits if hit.chunk.text))


def _without(hit: Hit, answers: Sequence[str]) -> Hit:
    text = hit.chunk.text
    kept = [text[start:end] for start, end in sentences(text) if not contains(text[start:end], answers)]
    return replace(hit, chunk=replace(hit.chunk, text="\n".join(kept)))


def _of_another(kb: KnowledgeBase, path: Path, limit: int | None) -> list[float]:
    queries = sample([query for query in read_any(path).queries if query.answers], limit)
    return [kb.read(kb.search(query.text)).confidence for query in queries]


def _below(values: Sequence[float], least: float) -> float:
    return _mean([value < least for value in values])


def _mean(values: Sequence[bool] | Sequence[float]) -> float:
    return round(mean([float(value) for value in values]), 4)
