"""How likely the passages answer the very question, and not only speak of its topic."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from rag.citations.verification import verify
from rag.reader.features import SENTENCE
from rag.reader.questions import Question
from rag.reader.read import Weighing
from rag.text.codes import is_bare

CURVES = Path(__file__).with_name("answerability.json")
"""Made by `python -m benchmarks answerability`."""
_LINE = ("covered", "covered with title", "before adds", "pairs", "names missing", "numbers missing", "most missing")
_PROBLEMS = ("number", "name", "negation")
_WHOLE = ("yes/no", "about")
"""Kinds of questions that whole sentences answer, whatever words: for them the topic alone decides."""
_SHORT = ("who", "when", "where", "number", "amount")
EVIDENCE: tuple[str, ...] = (
    *("topic", "answered", "certainty", "lead", "terms", "short"),
    *_LINE,
    *("alike", "rank", "best covered", "best alike", "nearest", "share"),
    *_PROBLEMS,
)
"""What the curves are fitted to."""
_LARGEST = 8.0
Curve = dict[str, list[float]]


def evidence_of(topic: float, question: Question, weighing: Weighing) -> list[float]:
    """The values of EVIDENCE; `topic` is the confidence of the search. There must be a line."""
    first = weighing.lines[0]
    rows = weighing.seen.sentences
    line = dict(zip(SENTENCE, rows[first.line].tolist(), strict=True))
    lead = first.score - weighing.lines[1].score if len(weighing.lines) > 1 else _LARGEST
    best = weighing.read[first.line]
    verdict = verify(question.text, ["\n".join((best.titles, best.before, best.text))])
    return [
        _log_odds(topic),
        _log_odds(1 - weighing.doubt),
        max(one.certainty for one in weighing.lines),
        min(lead, _LARGEST),
        line["terms"],
        float(question.kind in _SHORT),
        *(line[name] for name in _LINE),
        line["alike"],
        line["rank"],
        float(rows[:, SENTENCE.index("covered with title")].max()),
        float(rows[:, SENTENCE.index("alike")].max()),
        weighing.nearest or 0.0,
        verdict.share,
        *(float(verdict.problem == problem) for problem in _PROBLEMS),
    ]


def answerable(topic: float, question: Question, weighing: Weighing) -> float:
    """The likelihood (0 to 1) that the passages answer: the smaller of two logistic curves.

    One is fitted to what is off-topic, the other to what only looks alike, too. In a language that they were not
    fitted to, or without vectors where they were fitted with them, the topic alone decides; so it does of a code alone.
    """
    curve = curves()[question.language]
    fitted = question.language == "ja" or weighing.nearest is not None
    if question.kind in _WHOLE or not fitted or is_bare(question.text):
        return _logistic(_log_odds(topic) + curve["topic"][0])
    return confidence(curve, evidence_of(topic, question, weighing))


def confidence(curve: Curve, evidence: Sequence[float]) -> float:
    """What the curves of a language make of the values of EVIDENCE."""
    return _logistic(min(_sum(curve["off-topic"], evidence), _sum(curve["look-alike"], evidence)))


def _sum(weights: Sequence[float], evidence: Sequence[float]) -> float:
    """The weighted sum, with the intercept that the weights begin with."""
    return weights[0] + float(np.dot(weights[1:], evidence))


@cache
def curves() -> dict[str, Curve]:
    """By language: "topic" has what is added to the topic's log-odds, the others an intercept and weights."""
    return json.loads(CURVES.read_text(encoding="utf-8"))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(x, -500.0)))  # exp takes no more


def _log_odds(likelihood: float) -> float:
    clipped = min(max(likelihood, 1e-6), 1 - 1e-6)
    return min(max(math.log(clipped / (1 - clipped)), -_LARGEST), _LARGEST)
