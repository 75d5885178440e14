"""Fits the curves of `rag/reader/answerability.json`, and shows what they decline.

`python -m benchmarks answerability DATA` (laid out as for train-reader). The articles of each set are halved; each half
is a library, read by a reader that has learned from the other halves alone. Of it are asked: its own questions, its own
look-alikes (squad2_dev_half's `is_impossible`; in Japanese its questions with the sentences that answer taken out), and
the other half's questions, which are off-topic. The figures are of curves fitted to one half and tried on the other;
the curves that are written are fitted to both.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.libraries import Nearness, library_of
from benchmarks.train_reader import english_sets, examples_of, fit, japanese_sets
from evals.answers import curve, take_out
from evals.datasets import Dataset
from evals.retrieval import sample
from loaders import detect_language
from rag import AskOptions, Settings
from rag.reader.answerability import CURVES, Curve, confidence, curves, evidence_of
from rag.reader.extractive import lines_of
from rag.reader.questions import ask
from rag.reader.read import weigh
from rag.reader.weights import Weights
from rag.types import Retrieved

_LIMIT = 700
"""Questions of each kind and half."""
_COSTS = {"topic": 0.02, "off-topic": 0.03, "all": 0.04}
"""Shares of answerable questions below the confidence that the settings ask for: where the topic alone decides, by the
curve for off-topic ones, and by both curves."""
_STRENGTH = 0.3
_OFF_TOPIC = 2
"""How often an off-topic question counts beside a look-alike in the second curve: that it be declined is expected."""
Kind = str


@dataclass(frozen=True, slots=True)
class _Observation:
    """A question's evidence; `kind` is "answerable", "look-alike" or "off-topic"."""

    kind: Kind
    evidence: list[float]


def run(data: Path, limit: int | None) -> list[dict[str, object]]:
    """Writes the curves; a row per language and share of answerable questions declined."""
    fitted, rows = {}, list[dict[str, object]]()
    for language, sets in (("en", english_sets(data)), ("ja", japanese_sets(data))):
        one, other = _halves(sets, limit or _LIMIT)
        fitted[language] = _fit([*one, *other])
        points = [_curve(_fit(one), other), _curve(_fit(other), one)]
        rows += [_row(language, *pair) for pair in zip(*points, strict=True)]
    CURVES.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    curves.cache_clear()
    return rows


def _halves(sets: Sequence[Dataset], limit: int) -> tuple[list[_Observation], list[_Observation]]:
    """What was observed of the one half of each set, and of the other."""
    parts = [_split(one) for one in sets]
    taken_out = not any(query.is_impossible for one in sets for query in one.queries)
    observed = []
    for own in (0, 1):
        learned = [example for part in parts for example in examples_of(part[1 - own], 3 * limit)]
        reader = fit(learned)
        observed.append([o for part in parts for o in _observe(part[own], part[1 - own], reader, limit, taken_out)])
    return observed[0], observed[1]


def _split(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Half of the articles, and the other half."""
    titles = sorted({document.title for document in dataset.documents})
    random.Random(0).shuffle(titles)
    return _part(dataset, set(titles[: len(titles) // 2])), _part(dataset, set(titles[len(titles) // 2 :]))


def _part(dataset: Dataset, titles: set[str]) -> Dataset:
    documents = [document for document in dataset.documents if document.title in titles]
    names = {document.name for document in documents}
    return Dataset(dataset.name, documents, [q for q in dataset.queries if (q.source or "") in names])


def _observe(own: Dataset, other: Dataset, reader: Weights, limit: int, taken_out: bool) -> Iterator[_Observation]:
    """What is found for each question; `taken_out`: look-alikes are made by taking the answers out."""
    answered = sample([query for query in own.queries if query.answers], limit)
    impossible = sample([query for query in own.queries if query.is_impossible], limit)
    off_topic = sample([query for query in other.queries if query.answers], limit)
    with library_of(own.documents) as parts:
        near = Nearness(parts.embedder)

        def seen(kind: Kind, found: Retrieved) -> Iterator[_Observation]:
            if found.hits:
                yield _Observation(kind, _evidence(near, found, reader))

        for query in answered:
            found = parts.retriever.search(query.text, AskOptions())
            yield from seen("answerable", found)
            if taken_out:
                yield from seen("look-alike", take_out(found, query.answers))
        for kind, queries in (("off-topic", off_topic), ("look-alike", impossible)):
            for query in queries:
                yield from seen(kind, parts.retriever.search(query.text, AskOptions()))


def _evidence(near: Nearness, found: Retrieved, reader: Weights) -> list[float]:
    question = ask(found.query, detect_language(found.query))
    cosines = partial(near.cosines, found.query) if near.knows(found.query) else None
    weighing = weigh(question, lines_of(found.hits), cosines, reader)
    return evidence_of(found.confidence, question, weighing)


def _fit(observations: Sequence[_Observation]) -> Curve:
    """The curves, such that the settings' confidence declines the shares _COSTS of answerable questions."""
    answered = np.array([o.evidence for o in observations if o.kind == "answerable"])
    asked = Settings().min_confidence
    level = float(np.log(asked / (1 - asked)))
    off_topic = _weights([o for o in observations if o.kind != "look-alike"])
    look_alike = _weights(observations)
    least_topic = float(np.quantile(answered[:, 0], _COSTS["topic"]))
    least = float(np.quantile(answered @ off_topic, _COSTS["off-topic"]))
    left = answered[answered @ off_topic >= least]
    share = (_COSTS["all"] - _COSTS["off-topic"]) / (1 - _COSTS["off-topic"])
    least_alike = float(np.quantile(left @ look_alike, share))
    fitted = {"topic": [level - least_topic], "off-topic": [level - least, *off_topic]}
    fitted["look-alike"] = [level - least_alike, *look_alike]
    return {name: [round(float(value), 4) for value in values] for name, values in fitted.items()}


def _weights(observations: Sequence[_Observation]) -> NDArray[np.float64]:
    """What tells answerable questions from the others, both counted alike whatever their numbers."""
    rows = np.array([o.evidence for o in observations])
    counted = [_OFF_TOPIC if o.kind == "off-topic" else 1 for o in observations]
    spread = rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=2000)
    return model.fit(rows / spread, [o.kind == "answerable" for o in observations], counted).coef_[0] / spread


def _curve(fitted: Curve, observations: Sequence[_Observation]) -> list[dict[str, float | None]]:
    def sure(kind: Kind) -> list[float]:
        return [confidence(fitted, o.evidence) for o in observations if o.kind == kind]

    return curve(sure("answerable"), sure("look-alike"), sure("off-topic"))


def _row(language: str, one: dict[str, float | None], other: dict[str, float | None]) -> dict[str, object]:
    """The mean of both halves."""
    means = {name: round(((one[name] or 0.0) + (other[name] or 0.0)) / 2, 3) for name in one}
    means.pop("min_confidence")
    return {"language": language, **{f"{name} declined": value for name, value in means.items()}}
