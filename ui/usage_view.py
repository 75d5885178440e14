"""What people ask and how it goes, on the Admin page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.reports import Asked
from ui.figures import draw_metrics
from ui.language import Words
from ui.visit import Visit

_PERIODS = (7, 30, 90)


def draw_usage(visit: Visit) -> None:
    """Questions a day, how long they took, how many were not answered, and which to look at."""
    words = visit.words
    days = st.segmented_control(
        words("usage.period"),
        _PERIODS,
        default=30,
        required=True,
        format_func=lambda count: words("usage.days", count=count),
        label_visibility="collapsed",
    )
    usage = visit.knowledge.usage(days)
    questions, declined = sum(day.questions for day in usage.days), sum(day.declined for day in usage.days)
    if not questions:
        st.caption(words("usage.none"))
        return
    draw_metrics(
        words,
        {
            "usage.questions": f"{questions:,}",
            "usage.declined": f"{declined / questions:.0%}",
            "usage.p50": words("usage.seconds", count=f"{usage.p50_ms / 1000:.2f}"),
            "usage.p95": words("usage.seconds", count=f"{usage.p95_ms / 1000:.2f}"),
            "usage.feedback": words("usage.thumbs", good=usage.good, bad=usage.bad),
        },
    )
    answered, not_answered, day_name = words("usage.answered"), words("usage.not_answered"), words("usage.day")
    st.bar_chart(
        [{day_name: day.day, answered: day.questions - day.declined, not_answered: day.declined} for day in usage.days],
        x=day_name,
        y=[answered, not_answered],
        x_label="",
        y_label="",
        height=220,
        alt=words("usage.title"),
    )
    left, right = st.columns(2)
    with left:
        _draw_questions(words, "usage.declined_list", usage.declined)
    with right:
        _draw_questions(words, "usage.slowest_list", usage.slowest)


def _draw_questions(words: Words, title: str, questions: Sequence[Asked]) -> None:
    st.caption(words(title))
    st.dataframe(
        [{"question": one.question, "seconds": one.took_ms / 1000, "at": one.at} for one in questions],
        hide_index=True,
        height=240,
        column_config={
            "question": st.column_config.TextColumn(words("usage.question"), width="large"),
            "seconds": st.column_config.NumberColumn(words("usage.took"), format="%.2f", width="small"),
            "at": st.column_config.DatetimeColumn(words("usage.at"), format="YYYY-MM-DD HH:mm", width="medium"),
        },
        alt=words(title),
    )
