"""Fits the curves of `rag/reader/answerability.json`, and shows what they decline.

`python -m benchmarks answerability DATA` (laid out as for train-reader). The articles of a set are halved; each half is
a library, read by a reader that has learned from the other half alone. Of it are asked: its own questions, its own
look-alikes (squad2_dev_half's `is_impossible`; in Japanese its questions with the sentences that answer taken out), and
the other half's questions, which are off-topic. The figures are of curves fitted to one half and tried on the other;
the curves that are written are fitted to both.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.libraries import library_of
from benchmarks.train_reader import english_sets, examples_of, fit, japanese_sets
from evals.answers import curve, take_out
from evals.datasets import Dataset, Query
from evals.retrieval import sample
from loaders import detect_language
from rag import AskOptions, Settings
from rag.extractive import cosines_of, lines_of
from rag.factory import Parts
from rag.reader.answerability import CURVES, Curve, confidence, curves, evidence_of
from rag.reader.questions import ask
from rag.reader.read import weigh
from rag.reader.weights import Weights
from rag.types import Retrieved

_LIMIT = 700
"""Questions of each kind and half."""
_COSTS = (0.02, 0.04)
"""Shares of answerable questions below the confidence that the settings ask for: by the topic alone, and in all."""
_STRENGTH = 0.3
_OFF_TOPIC = 2
"""How often an off-topic question counts beside a look-alike: that it be declined is expected more."""
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
    main, more = sets[0], sets[1:]
    titles = sorted({document.title for document in main.documents})
    random.Random(0).shuffle(titles)
    parts = [_part(main, set(titles[: len(titles) // 2])), _part(main, set(titles[len(titles) // 2 :]))]
    observed = []
    for own, other in (parts, parts[::-1]):
        learned = [example for one in (other, *more) for example in examples_of(one, 3 * limit)]
        observed.append(list(_observe(own, other, fit(learned), limit)))
    return observed[0], observed[1]


def _part(dataset: Dataset, titles: set[str]) -> Dataset:
    documents = [document for document in dataset.documents if document.title in titles]
    names = {document.name for document in documents}
    return Dataset(dataset.name, documents, [q for q in dataset.queries if (q.source or "") in names])


def _observe(own: Dataset, other: Dataset, reader: Weights, limit: int) -> Iterator[_Observation]:
    answered = sample([query for query in own.queries if query.answers], limit)
    impossible = sample([query for query in own.queries if query.is_impossible], limit)
    off_topic = sample([query for query in other.queries if query.answers], limit)
    with library_of(own.documents) as parts:

        def seen(
            kind: Kind, queries: Sequence[Query], change: Callable[[Retrieved, Query], Retrieved]
        ) -> Iterator[_Observation]:
            for query in queries:
                found = change(parts.retriever.search(query.text, AskOptions()), query)
                if found.hits:
                    yield _Observation(kind, _evidence(parts, found, reader))

        yield from seen("answerable", answered, lambda found, _: found)
        yield from seen("off-topic", off_topic, lambda found, _: found)
        if impossible:
            yield from seen("look-alike", impossible, lambda found, _: found)
        else:
            yield from seen("look-alike", answered, lambda found, query: take_out(found, query.answers))


def _evidence(parts: Parts, found: Retrieved, reader: Weights) -> list[float]:
    question = ask(found.query, detect_language(found.query))
    weighing = weigh(question, lines_of(found.hits), cosines_of(found.query, parts.embedder), reader)
    return evidence_of(found.confidence, question, weighing)


def _fit(observations: Sequence[_Observation]) -> Curve:
    """Both curves, such that the settings' confidence declines the shares _COSTS of answerable questions."""
    rows = np.array([o.evidence for o in observations])
    answerable = np.array([o.kind == "answerable" for o in observations])
    spread = rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=2000)
    model.fit(rows / spread, answerable, [_OFF_TOPIC if o.kind == "off-topic" else 1 for o in observations])
    weights = model.coef_[0] / spread
    least_topic = float(np.quantile(rows[answerable, 0], _COSTS[0]))
    on_topic = rows[answerable & (rows[:, 0] >= least_topic)]
    least = float(np.quantile(on_topic @ weights, _COSTS[1] - _COSTS[0]))
    asked = Settings().min_confidence
    level = float(np.log(asked / (1 - asked)))
    return {
        "topic": [round(level - least_topic, 4)],
        "evidence": [round(float(value), 4) for value in (level - least, *weights)],
    }


def _curve(fitted: Curve, observations: Sequence[_Observation]) -> list[dict[str, float | None]]:
    def sure(kind: Kind) -> list[float]:
        return [confidence(fitted, o.evidence) for o in observations if o.kind == kind]

    return curve(sure("answerable"), sure("look-alike"), sure("off-topic"))


def _row(language: str, one: dict[str, float | None], other: dict[str, float | None]) -> dict[str, object]:
    """The mean of both halves."""
    means = {name: round(((one[name] or 0.0) + (other[name] or 0.0)) / 2, 3) for name in one}
    means.pop("min_confidence")
    return {"language": language, **{f"{name} declined": value for name, value in means.items()}}
