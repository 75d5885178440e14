"""What `python -m rag eval WHAT` does: figures to print, and whether they are good enough."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.answers import evaluate_answers
from evals.conversation import evaluate_conversation
from evals.questions import (
    METRICS,
    ExpectedSource,
    Outcome,
    estimate,
    expected_of,
    failures,
    p_value,
    read_questions,
)
from evals.retrieval import evaluate_retrieval
from evals.variants import Variant, outcomes_of
from rag import KnowledgeBase, Settings
from rag.errors import LoadError
from rag.reports import Progress

MODES = ("hybrid", "dense", "lexical")
_DECISIVE = "ndcg@10"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `eval`."""
    parser.add_argument("what", choices=["retrieval", "answers", "questions", "conversation"])
    parser.add_argument(
        "data", type=Path, metavar="PATH", nargs="?", help="a set in the BEIR layout; questions: a CSV file"
    )
    parser.add_argument(
        "--rated", action="store_true", help="questions: also those whose answers were marked good in the chat"
    )
    parser.add_argument("--mode", choices=MODES, default="hybrid")
    parser.add_argument("--limit", type=int, metavar="N", help="a fixed sample of N questions")
    parser.add_argument("--against", choices=MODES, help="questions: compare with this mode, with a significance test")
    parser.add_argument(
        "--off-topic", type=Path, metavar="PATH", help="answers: another set, whose questions are to be declined"
    )
    parser.add_argument(
        "--against-settings",
        nargs="+",
        metavar="NAME=VALUE",
        help="questions: compare with the library under these settings; it is copied and indexed anew if need be",
    )
    parser.add_argument(
        "--min-ndcg", type=float, default=0.0, metavar="X", help="questions: exit code 1 where nDCG@10 is below"
    )


def evaluate(options: argparse.Namespace, report: Callable[[Progress], None]) -> tuple[dict[str, object], bool]:
    """The figures, and False where they are below what was asked for."""
    if options.what == "questions":
        with KnowledgeBase.open(options.store) as kb:
            return _evaluate_own(kb, options, report)
    settings = Settings.load()
    if options.data is None:
        raise LoadError("There is nothing to measure with.", "Name the folder of an evaluation set.")
    if options.what == "retrieval":
        return evaluate_retrieval(options.data, settings, options.mode, options.limit, report), True
    if options.what == "conversation":
        return evaluate_conversation(options.data, settings, options.limit, report), True
    return evaluate_answers(options.data, settings, options.limit, report, options.off_topic), True


def _evaluate_own(
    kb: KnowledgeBase, options: argparse.Namespace, report: Callable[[Progress], None]
) -> tuple[dict[str, object], bool]:
    questions = _questions(kb, options)[: options.limit]
    outcomes = outcomes_of(kb, questions, Variant(options.mode), report)
    figures = {"questions": len(questions), "mode": options.mode, **_figures(outcomes)}
    if options.against:
        other = outcomes_of(kb, questions, Variant(options.against), report)
        figures["against"] = {"mode": options.against, **_figures(other), "p_value": _p_values(outcomes, other)}
    if options.against_settings:
        other = outcomes_of(kb, questions, Variant(options.mode, tuple(options.against_settings)), report)
        figures["against settings"] = {
            "settings": options.against_settings,
            **_figures(other),
            "p_value": _p_values(outcomes, other),
        }
    figures["failures"] = [
        {"question": one.expected.question, "expected": one.expected.document or one.expected.snippet, "rank": one.rank}
        for one in failures(outcomes)
    ]
    return figures, estimate(outcomes, _DECISIVE).mean >= options.min_ndcg


def _questions(kb: KnowledgeBase, options: argparse.Namespace) -> list[ExpectedSource]:
    rated = [question for turn in kb.conversations.rated() if (question := expected_of(turn))] if options.rated else []
    if options.data is None:
        if not rated:
            raise LoadError("There are no questions.", "Name a CSV file, or mark answers as good in the chat.")
        return rated
    try:
        return [*read_questions(options.data.read_bytes(), options.data.name), *rated]
    except OSError as error:
        raise LoadError(
            f"The questions could not be read ({error.strerror}).", "Check the path.", options.data.name
        ) from error


def _figures(outcomes: Sequence[Outcome]) -> dict[str, object]:
    estimates = {metric: estimate(outcomes, metric) for metric in METRICS}
    return {name: [round(value, 4) for value in (e.mean, e.low, e.high)] for name, e in estimates.items()}


def _p_values(one: Sequence[Outcome], other: Sequence[Outcome]) -> dict[str, float]:
    return {metric: round(p_value(one, other, metric), 4) for metric in METRICS}
