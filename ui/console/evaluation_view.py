"""The Evaluation section of the Admin page: how well an admin's own questions find their sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from evals.questions import (
    METRICS,
    ExpectedSource,
    Mode,
    Outcome,
    estimate,
    expected_of,
    failures,
    p_value,
    read_questions,
)
from evals.variants import Variant, outcomes_of
from rag import Settings
from rag.errors import LoadError, TenkyoError
from rag.reports import Progress
from rag.types import SavedTurn
from ui.language import Words
from ui.visit import Visit

_MODES: tuple[Mode, ...] = ("hybrid", "lexical", "dense")
_EXPANSIONS = ("none", "multi-query", "hyde")
_TEMPLATE = "question,document,page,snippet\n"
_EXAMPLE = "chunk_tokens=300"
_DECISIVE = "ndcg@10"
_SIGNIFICANT = 0.05
_BEYOND = "> 10"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Outcomes of the same questions in one way of searching, and in each of the others."""

    variants: tuple[Variant, ...]
    outcomes: tuple[list[Outcome], ...]


def draw_evaluation(visit: Visit) -> None:
    """Draws the section; what was measured last stays until something else is measured."""
    words, rated = visit.words, visit.knowledge.conversations.rated()
    st.caption(words("evaluation.introduction"))
    good = [question for turn in rated if (question := expected_of(turn))]
    with st.form("evaluation_form"):
        file = st.file_uploader(
            words("evaluation.file"), type="csv", max_upload_size=visit.knowledge.settings.max_file_mb
        )
        use_rated = st.checkbox(words("evaluation.rated", count=len(good)), value=bool(good), disabled=not good)
        mode = st.selectbox(words("evaluation.mode"), _MODES, format_func=lambda m: words(f"modes.{m}"))
        left, right = st.columns(2)
        others = left.multiselect(
            words("evaluation.against"),
            _offered(visit.knowledge.settings),
            format_func=lambda one: _name(words, one),
            placeholder=words("evaluation.nothing"),
        )
        pairs = right.text_input(
            words("evaluation.against_settings"),
            placeholder=_EXAMPLE,
            help=words("evaluation.against_settings_help"),
        ).split()
        sent = st.form_submit_button(words("evaluation.run"), type="primary")
    st.download_button(
        words("evaluation.template"), _TEMPLATE, "questions.csv", "text/csv", type="tertiary", on_click="ignore"
    )
    if sent:
        variants = [Variant(mode), *others, *([Variant(mode, tuple(pairs))] if pairs else [])]
        _measure(visit, file.getvalue() if file else b"", good if use_rated else [], tuple(dict.fromkeys(variants)))
    if evaluation := st.session_state.get("measured"):
        _draw_outcomes(words, evaluation)
    _draw_bad(words, rated)


def _offered(settings: Settings) -> list[Variant]:
    """What is often compared with: the modes, and what these settings allow without indexing anew."""
    pairs = [f"query_expansion={how}" for how in _EXPANSIONS if how != settings.query_expansion]
    known = [*(pairs if settings.chat_choices() else []), *(["reranker_model="] if settings.reranker_model else [])]
    return [*map(Variant, _MODES), *(Variant(settings=(pair,)) for pair in known)]


def _name(words: Words, variant: Variant) -> str:
    if not variant.settings:
        return words(f"modes.{variant.mode}")
    return words.name("variants", variant.settings[0]) if len(variant.settings) == 1 else " ".join(variant.settings)


def _measure(visit: Visit, data: bytes, rated: Sequence[ExpectedSource], variants: tuple[Variant, ...]) -> None:
    words = visit.words
    try:
        questions = [*(read_questions(data, words("evaluation.file")) if data else []), *rated]
    except LoadError as error:
        _draw_problem(words, words("evaluation.unreadable"), words("evaluation.columns"), error)
        return
    if not questions:
        st.warning(words("evaluation.no_questions"))
        return
    bar = st.progress(0.0)
    try:
        outcomes = tuple(
            outcomes_of(visit.knowledge, questions, variant, _reporter(words, bar.progress, _name(words, variant)))
            for variant in variants
        )
    except TenkyoError as error:
        _draw_problem(words, *words.error(error.as_dict()), error)
        return
    finally:
        bar.empty()
    st.session_state.measured = Evaluation(variants, outcomes)


def _reporter(words: Words, show: Callable[[float, str], object], name: str) -> Callable[[Progress], None]:
    def report(progress: Progress) -> None:
        stage = words.name("stage", progress.stage)
        line = words.markdown("evaluation.running", name=name, stage=stage, done=progress.done, total=progress.total)
        show(min(1.0, progress.done / max(1, progress.total)), line)

    return report


def _draw_problem(words: Words, message: str, hint: str, error: TenkyoError) -> None:
    st.error(words.markdown("app.problem", message=message, hint=hint))
    st.caption(words.markdown("app.details", message=str(error)))


def _draw_outcomes(words: Words, evaluation: Evaluation) -> None:
    first, *others = evaluation.outcomes
    names = [_name(words, variant) for variant in evaluation.variants]
    rows = []
    for metric in METRICS:
        row = {words("evaluation.metric"): metric, names[0]: _interval(first, metric)}
        for name, outcomes in zip(names[1:], others, strict=True):
            row[name] = _interval(outcomes, metric)
            row[words("evaluation.chance", name=name)] = f"{p_value(first, outcomes, metric):.3f}"
        rows.append(row)
    st.caption(words("evaluation.measured", count=len(first)))
    st.dataframe(rows, hide_index=True, alt=words("evaluation.metric"))
    for name, outcomes in zip(names[1:], others, strict=True):
        st.markdown(_verdict(words, (names[0], first), (name, outcomes)))
    missed = failures(first)
    if missed:
        st.markdown(words("evaluation.failures", count=len(missed)))
        st.dataframe([_failure(words, one) for one in missed], hide_index=True, alt=words("evaluation.rank"))


def _interval(outcomes: Sequence[Outcome], metric: str) -> str:
    measured = estimate(outcomes, metric)
    return f"{measured.mean:.3f} ({measured.low:.3f} – {measured.high:.3f})"


def _verdict(words: Words, one: tuple[str, list[Outcome]], other: tuple[str, list[Outcome]]) -> str:
    """Which of the two finds better, in a sentence, or that this many questions do not tell."""
    chance = p_value(one[1], other[1], _DECISIVE)
    gain = estimate(other[1], _DECISIVE).mean - estimate(one[1], _DECISIVE).mean
    outcome = "alike" if chance >= _SIGNIFICANT else "better" if gain > 0 else "worse"
    return words.markdown(
        f"evaluation.{outcome}", one=one[0], other=other[0], gain=f"{gain:+.3f}", chance=f"{chance:.3f}"
    )


def _failure(words: Words, outcome: Outcome) -> dict[str, object]:
    expected = outcome.expected
    return {
        words("evaluation.question"): expected.question,
        words("evaluation.expected"): " · ".join(filter(None, (expected.document, expected.snippet))),
        words("evaluation.rank"): str(outcome.rank or _BEYOND),
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
        alt=words("evaluation.reason"),
    )
