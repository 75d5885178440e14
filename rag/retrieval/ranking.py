"""The order of what was found: each passage judged by what its words say and by how near its vector is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.confidence import Evidence, confidence
from rag.rerankers.word_evidence import FEATURES, Question, word_features, word_scores
from rag.retrieval.exact import exact_scores
from rag.retrieval.fusion import z_scores
from rag.text.followups import openness, rests_on_before
from rag.text.readings import Reading

DENSE_WEIGHT = 1.4
"""What one standard deviation of the cosines counts beside the scores of words; chosen on the development sets."""
_EXACT_WEIGHT = 8.0
"""What a number or code of the question that few passages have counts: more than vectors far apart."""
_TOPIC_WORDS, _TOPIC_DENSE = 1.5, 3.6
"""What the words of the conversation count beside those of the question, and its cosines; times its openness."""
_PRIOR_TEXTS = 1000
_JUDGED = 3

Mode = Literal["hybrid", "dense", "lexical"]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """A text that passages are judged by: its words, and the cosines of its vector by chunk id."""

    question: Question
    dense: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Context:
    """The questions before this one. `topic` are their words that it lacks; `whole` is it with the last of them.

    `asked` is this one as it was put.
    """

    topic: View
    whole: Question
    asked: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chunks that one of the searches has found.

    `lexical` is BM25 and `dense` the cosine, by id; `readings` are in the order of `ids`. `context` is there where
    questions came before, `wordings` where the question was put in other words too, `parts` where it asks several
    things.
    """

    ids: list[int]
    lexical: dict[int, float]
    dense: dict[int, float]
    question: Question
    readings: list[Reading]
    context: Context | None = None
    wordings: tuple[View, ...] = ()
    parts: tuple[View, ...] = ()


def in_order(found: Candidates, mode: Mode) -> list[tuple[int, float]]:
    """Positions of the candidates with their scores, best first."""
    if mode != "hybrid":
        alone = found.dense if mode == "dense" else found.lexical
        return _descending(found, np.array([alone[id_] for id_ in found.ids]))
    scores = _judged(found, View(found.question, found.dense))
    if found.wordings:
        scores = scores + np.mean([_judged(found, view) for view in found.wordings], axis=0)
    topic = np.zeros(len(scores))
    if found.context:
        topic = _by_topic(found, found.context)
    ranked = _descending(found, scores + topic)
    return _with_parts(found, ranked, topic) if found.parts else ranked


def confidence_in(found: Candidates, order: Sequence[int]) -> float:
    """How likely the first of this order answer; a follow-up is answered where it is together with what it rests on."""
    alone, context = confidence(evidence(found, order)), found.context
    if context is None or not follows(found):
        return alone
    together = replace(found, question=context.whole, dense=dict(context.topic.dense))
    return max(alone, confidence(evidence(together, order)))


def follows(found: Candidates) -> bool:
    """Whether the question is a follow-up: it leaves open what it is about, and there are questions before it."""
    return found.context is not None and rests_on_before(found.context.asked, _sure_alone(found))


def _sure_alone(found: Candidates) -> float:
    """The confidence in what the question finds by itself."""
    alone = _descending(found, _judged(found, View(found.question, found.dense)))
    return confidence(evidence(found, [n for n, _ in alone]))


def evidence(found: Candidates, order: Sequence[int]) -> Evidence:
    """What the confidence in the hits of this order is made of."""
    # A small library says little about how rare a word is: every word is taken to be rare among 1,000 more.
    asked = replace(found.question, total=found.question.total + _PRIOR_TEXTS)
    features = word_features(asked, [found.readings[n] for n in order[:_JUDGED]])
    words = dict(zip(FEATURES, features.max(axis=0, initial=0.0).tolist(), strict=True))
    return Evidence(words, max(found.dense.values(), default=None))


def _judged(found: Candidates, view: View) -> Scores:
    words = word_scores(view.question, found.readings) + _EXACT_WEIGHT * exact_scores(view.question, found.readings)
    return words + DENSE_WEIGHT * z_scores([view.dense.get(id_) for id_ in found.ids])


def _by_topic(found: Candidates, context: Context) -> Scores:
    """What the conversation adds, the more the less the question finds by itself."""
    sure = _sure_alone(found)
    words = word_scores(context.topic.question, found.readings)
    cosines = z_scores([context.topic.dense.get(id_) for id_ in found.ids])
    return openness(rests_on_before(context.asked, sure), sure) * (_TOPIC_WORDS * words + _TOPIC_DENSE * cosines)


def _with_parts(found: Candidates, ranked: list[tuple[int, float]], topic: Scores) -> list[tuple[int, float]]:
    """The same, but that what answers each part best stands among the first; scores stay in falling order.

    The parts of a follow-up rest on the conversation as the whole of it does: `topic` is what that adds.
    """
    best = [int(np.argmax(_judged(found, part) + topic)) for part in found.parts] if ranked else []
    order = dict.fromkeys((*(n for n, _ in ranked[:1]), *best, *(n for n, _ in ranked)))
    return [(n, score) for n, (_, score) in zip(order, ranked, strict=True)]


def _descending(found: Candidates, scores: Scores) -> list[tuple[int, float]]:
    return [(n, float(scores[n])) for n in sorted(range(len(scores)), key=lambda n: (-scores[n], found.ids[n]))]
