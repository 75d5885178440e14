"""Fits the curves of `rag/confidence.json`, and shows how well they tell questions apart and how honest they are.

Of every set, the library holds the documents of half of the titles. Questions about that half are answerable; those
about the other half, of the same style and language, are off-topic. Half of all questions fit the curves, the figures
are of the other half.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.libraries import library_of
from evals.datasets import Query, read_dataset
from evals.metrics import mean
from evals.retrieval import sample
from rag import AskOptions, Settings
from rag.confidence import CURVES, Evidence, confidence, curves
from rag.factory import Parts
from rag.retrieval.ranking import evidence, in_order

_DEFAULT_LIMIT = 300
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class _Observation:
    """One question: the evidence that was found, and whether the library answers it."""

    dataset: str
    evidence: Evidence
    answerable: bool

    @property
    def kind(self) -> str:
        return "words" if self.evidence.cosine is None else "words and vectors"


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """Writes the curves; a row per set with what is declined, and answerable shares by confidence (calibration)."""
    observations = [o for folder in folders for o in _observe(folder, limit or _DEFAULT_LIMIT)]
    random.Random(0).shuffle(observations)
    half = len(observations) // 2
    fitted, held_out = observations[:half], observations[half:]
    kinds = sorted({o.kind for o in observations})
    fits = {kind: _fit([o for o in fitted if o.kind == kind]) for kind in kinds}
    CURVES.write_text(json.dumps({**json.loads(CURVES.read_text()), **fits}, indent=1) + "\n")
    curves.cache_clear()
    return [_row(name, [o for o in held_out if o.dataset == name]) for name in sorted({o.dataset for o in held_out})]


def _observe(folder: Path, limit: int) -> list[_Observation]:
    dataset = read_dataset(folder)
    titles = sorted({document.title for document in dataset.documents})
    random.Random(0).shuffle(titles)
    kept = set(titles[: len(titles) // 2])
    inside = [document for document in dataset.documents if document.title in kept]
    names = {document.name for document in inside}
    asked = [query for query in dataset.queries if query.relevant]
    own = sample([query for query in asked if query.relevant.keys() & names], limit)
    others = sample([query for query in asked if not query.relevant.keys() & names], limit)
    with library_of(inside) as parts:
        observations = [_Observation(dataset.name, _found(parts, query), True) for query in own]
        observations += [_Observation(dataset.name, _found(parts, query), False) for query in others]
    return observations


def _found(parts: Parts, query: Query) -> Evidence:
    found = parts.retriever.candidates(query.text, AskOptions())
    return evidence(found, [n for n, _ in in_order(found, "hybrid")])


def _fit(observations: Sequence[_Observation]) -> list[float]:
    """Intercept and weights, both classes counted alike whatever their numbers."""
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=1000)
    model.fit([o.evidence.values() for o in observations], [o.answerable for o in observations])
    return [round(float(weight), 2) for weight in np.append(model.intercept_, model.coef_)]


def _row(name: str, observations: Sequence[_Observation]) -> dict[str, object]:
    threshold = Settings().min_confidence
    sure = [confidence(o.evidence) for o in observations]
    declined = [(value < threshold, o.answerable) for value, o in zip(sure, observations, strict=True)]
    return {
        "set": name,
        "questions": len(observations),
        "answerable declined": round(mean([float(no) for no, answerable in declined if answerable]), 3),
        "off-topic declined": round(mean([float(no) for no, answerable in declined if not answerable]), 3),
        **{
            f"answerable at {low:.1f}-{high:.1f}": _share(sure, observations, low, high)
            for low, high in pairwise(_BINS)
        },
    }


def _share(sure: Sequence[float], observations: Sequence[_Observation], low: float, high: float) -> str:
    """Of the questions with a confidence in this range, the share that is answerable, and how many there are."""
    inside = [
        o.answerable for value, o in zip(sure, observations, strict=True) if low <= value < high or value == high == 1
    ]
    return f"{mean([float(answerable) for answerable in inside]):.2f} of {len(inside)}"
