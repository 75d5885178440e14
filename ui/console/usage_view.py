"""What people ask and how it goes, on the Admin page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.reports import Asked, Day
from ui.components.figures import draw_metrics
from ui.language import Words
from ui.visit import Visit

_PERIODS = (7, 30, 90)
_ROW_PX = 35
_SHOWN_ROWS = 8


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
    _draw_days(words, usage.days)
    for title, asked in (
        ("usage.failed_list", usage.failed),
        ("usage.declined_list", usage.declined),
        ("usage.slowest_list", usage.slowest),
    ):
        if asked:
            _draw_questions(words, title, asked)


def _draw_days(words: Words, days: Sequence[Day]) -> None:
    name, parts = words("usage.day"), [words(f"usage.{part}") for part in ("answered", "not_answered", "failed")]
    counts = [(day.questions - day.declined - day.failed, day.declined, day.failed) for day in days]
    st.bar_chart(
        [{name: day.day} | dict(zip(parts, count, strict=True)) for day, count in zip(days, counts, strict=True)],
        x=name,
        y=parts,
        x_label="",
        y_label="",
        height=220,
        alt=words("usage.title"),
    )


def _draw_questions(words: Words, title: str, questions: Sequence[Asked]) -> None:
    st.caption(words(title))
    st.dataframe(
        [_row(words, one) for one in questions],
        hide_index=True,
        height=_ROW_PX * (min(len(questions), _SHOWN_ROWS) + 1) + 3,
        column_config={
            "question": st.column_config.TextColumn(words("usage.question"), width="large"),
            "why": st.column_config.TextColumn(words("usage.why"), width="large"),
            "seconds": st.column_config.NumberColumn(words("usage.took"), format="%.2f", width="small"),
            "at": st.column_config.DatetimeColumn(words("usage.at"), format="YYYY-MM-DD HH:mm", width="medium"),
        },
        column_order=("question", *(("why",) if title == "usage.failed_list" else ()), "seconds", "at"),
        alt=words(title),
    )


def _row(words: Words, one: Asked) -> dict[str, object]:
    why = " ".join(words.error(one.error)) if one.error else ""
    return {"question": one.question, "why": why, "seconds": one.took_ms / 1000, "at": one.at}
