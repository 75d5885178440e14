"""The Evaluation section of the Admin page: how well an admin's own questions find their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from evals.questions import (
    METRICS,
    ExpectedSource,
    Mode,
    Outcome,
    estimate,
    evaluate_questions,
    expected_of,
    failures,
    p_value,
    read_questions,
)
from rag.errors import TenkyoError
from rag.reports import Progress
from rag.types import SavedTurn
from ui.language import Words
from ui.visit import Visit

_MODES: tuple[Mode, ...] = ("hybrid", "lexical", "dense")
_TEMPLATE = "question,document,page,snippet\n"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Outcomes of the same questions by one mode, and by another if one was chosen."""

    modes: tuple[Mode, ...]
    outcomes: tuple[list[Outcome], ...]


def draw_evaluation(visit: Visit) -> None:
    """Draws the section; what was measured last stays until something else is measured."""
    words, rated = visit.words, visit.knowledge.conversations.rated()
    st.caption(words("evaluation.introduction"))
    good = [question for turn in rated if (question := expected_of(turn))]
    with st.form("evaluation_form"):
        file = st.file_uploader(words("evaluation.file"), type="csv", max_upload_size=5)
        use_rated = st.checkbox(words("evaluation.rated", count=len(good)), value=bool(good), disabled=not good)
        left, right = st.columns(2)
        mode = left.selectbox(words("evaluation.mode"), _MODES, format_func=lambda m: words(f"modes.{m}"))
        other = right.selectbox(
            words("evaluation.against"),
            _MODES,
            index=None,
            format_func=lambda m: words(f"modes.{m}"),
            placeholder=words("evaluation.nothing"),
        )
        sent = st.form_submit_button(words("evaluation.run"), type="primary")
    st.download_button(
        words("evaluation.template"), _TEMPLATE, "questions.csv", "text/csv", type="tertiary", on_click="ignore"
    )
    if sent:
        _measure(visit, file.getvalue() if file else b"", good if use_rated else [], mode, other)
    if evaluation := st.session_state.get("measured"):
        _draw_outcomes(words, evaluation)
    _draw_bad(words, rated)


def _measure(visit: Visit, data: bytes, rated: Sequence[ExpectedSource], mode: Mode, other: Mode | None) -> None:
    words = visit.words
    try:
        questions = [*(read_questions(data, words("evaluation.file")) if data else []), *rated]
    except TenkyoError as error:
        st.error(
            words.markdown("app.problem", message=words("evaluation.unreadable"), hint=words("evaluation.columns"))
        )
        st.caption(words.markdown("app.details", message=str(error)))
        return
    if not questions:
        st.warning(words("evaluation.no_questions"))
        return
    modes = (mode, other) if other and other != mode else (mode,)
    bar = st.progress(0.0)

    def report(progress: Progress) -> None:
        bar.progress(progress.done / progress.total, words("evaluation.running", done=progress.done))

    outcomes = tuple(evaluate_questions(visit.knowledge, questions, one, report) for one in modes)
    bar.empty()
    st.session_state.measured = Evaluation(modes, outcomes)


def _draw_outcomes(words: Words, evaluation: Evaluation) -> None:
    rows = []
    for metric in METRICS:
        row = {words("evaluation.metric"): metric}
        for mode, outcomes in zip(evaluation.modes, evaluation.outcomes, strict=True):
            measured = estimate(outcomes, metric)
            row[words(f"modes.{mode}")] = f"{measured.mean:.3f} ({measured.low:.3f} – {measured.high:.3f})"
        if len(evaluation.outcomes) == 2:
            row[words("evaluation.chance")] = f"{p_value(*evaluation.outcomes, metric):.3f}"
        rows.append(row)
    st.caption(words("evaluation.measured", count=len(evaluation.outcomes[0])))
    st.dataframe(rows, hide_index=True)
    missed = failures(evaluation.outcomes[0])
    if missed:
        st.markdown(words("evaluation.failures", count=len(missed)))
        st.dataframe([_failure(words, one) for one in missed], hide_index=True)


def _failure(words: Words, outcome: Outcome) -> dict[str, object]:
    expected = outcome.expected
    return {
        words("evaluation.question"): expected.question,
        words("evaluation.expected"): " · ".join(filter(None, (expected.document, expected.snippet))),
        words("evaluation.rank"): outcome.rank,
        words("evaluation.found"): words("report.and").join(outcome.found[:3]),
    }


def _draw_bad(words: Words, rated: Sequence[SavedTurn]) -> None:
    bad = [turn for turn in rated if turn.feedback and not turn.feedback.good]
    if not bad:
        return
    st.markdown(words("evaluation.bad", count=len(bad)))
    st.dataframe(
        [
            {
                words("evaluation.question"): turn.question,
                words("evaluation.answer"): turn.answer.text,
                words("evaluation.reason"): turn.feedback.reason if turn.feedback else "",
            }
            for turn in bad
        ],
        hide_index=True,
    )
