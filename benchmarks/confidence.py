"""Fits the two logistic regressions of `rag.confidence`, and says how well they tell questions apart.

Positives are the questions that a set answers, negatives the questions of the other sets in the folder. Half of them
fit the coefficients (to be put into `rag/confidence.py`), the other half shows what the present threshold declines.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals.datasets import Dataset, Query, read_dataset
from evals.metrics import mean
from evals.retrieval import sample
from rag import AskOptions, Settings
from rag.factory import Parts, build
from rag.knowledge_base import KnowledgeBase

_DEFAULT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class _Observation:
    """One question asked of one set: the evidence that was found, and whether the set answers it."""

    features: tuple[float, ...]
    answerable: bool
    declined: bool


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """A row per kind of evidence: by words alone, and with vectors."""
    datasets = [read_dataset(folder) for folder in folders]
    observations = [o for dataset in datasets for o in _observe(dataset, datasets, limit or _DEFAULT_LIMIT)]
    random.Random(0).shuffle(observations)
    return [_row([o for o in observations if len(o.features) == size]) for size in (1, 2)]


def _observe(dataset: Dataset, datasets: Sequence[Dataset], limit: int) -> list[_Observation]:
    own = sample([query for query in dataset.queries if query.relevant], limit)
    others = [query for other in datasets if other is not dataset for query in other.queries if query.relevant]
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        parts = build(Settings(samples=False, store=Path(store)))
        kb = KnowledgeBase(parts)
        kb.add_documents(dataset.documents)
        observations = [_ask(parts, query, True) for query in own]
        observations += [_ask(parts, query, False) for query in sample(others, limit)]
        kb.close()
    return observations


def _ask(parts: Parts, query: Query, answerable: bool) -> _Observation:
    found = parts.retriever.search(query.text, AskOptions())
    evidence = parts.retriever.evidence(query.text, found.hits)
    features = (evidence.coverage,) if evidence.cosine is None else (evidence.coverage, evidence.cosine)
    return _Observation(features, answerable, found.confidence < parts.settings.min_confidence)


def _row(observations: Sequence[_Observation]) -> dict[str, object]:
    half = len(observations) // 2
    fitted, held_out = observations[:half], observations[half:]
    model = LogisticRegression(C=100).fit([o.features for o in fitted], [o.answerable for o in fitted])
    weights = [*model.intercept_, *np.ravel(model.coef_)]
    return {
        "evidence": "words" if len(observations[0].features) == 1 else "words and vectors",
        "questions": len(observations),
        "intercept, coverage, cosine": ", ".join(f"{weight:.1f}" for weight in weights),
        "answerable declined": round(mean([float(o.declined) for o in held_out if o.answerable]), 3),
        "off-topic declined": round(mean([float(o.declined) for o in held_out if not o.answerable]), 3),
    }
