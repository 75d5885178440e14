"""The Admin page: the index and its health, figures, models and settings."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st
from pydantic import SecretStr

from rag import Settings
from rag.reports import Job, Stats
from ui.document_view import type_name
from ui.evaluation_view import draw_evaluation
from ui.gate import Gate
from ui.job_view import draw_job
from ui.language import Words
from ui.visit import Visit

_POLL_S = 0.5


@st.cache_resource(show_spinner=False)
def gate() -> Gate:
    """The lock of this process."""
    return Gate()


def page(visit: Visit) -> None:
    """Draws the page, or its lock."""
    words, password = visit.words, visit.knowledge.settings.admin_password.get_secret_value()
    st.title(words("admin.title"))
    if not password:
        st.info(words("admin.no_password"), icon=":material/lock:")
        st.code(words("admin.by_environment"), language="bash")
        st.code(words("admin.by_file"), language="toml")
    elif st.session_state.get("admin"):
        _draw_admin(visit)
    else:
        _draw_lock(words, password)


def _draw_lock(words: Words, password: str) -> None:
    with st.form("lock", width=420):
        given = st.text_input(words("admin.password"), type="password", autocomplete="current-password")
        tried = st.form_submit_button(words("admin.enter"), type="primary")
    if not tried:
        return
    if gate().opens(given, password):
        st.session_state.admin = True
        st.rerun()
    pause = math.ceil(gate().pause())
    st.error(words("admin.wait", seconds=pause) if pause else words("admin.wrong"))


def _draw_admin(visit: Visit) -> None:
    stats = visit.knowledge.stats()
    _draw_index(visit, stats)
    _draw_figures(visit.words, stats)
    draw_evaluation(visit)
    _draw_settings(visit.words, visit.knowledge.settings)
    st.button(visit.words("admin.leave"), icon=":material/logout:", on_click=_leave)


def _leave() -> None:
    st.session_state.pop("admin", None)


def _draw_index(visit: Visit, stats: Stats) -> None:
    words = visit.words
    st.header(words("admin.index"))
    whole = stats.chunks == stats.index_chunks_words and stats.embedded == stats.index_chunks_vectors
    if stats.stale:
        st.warning(words.markdown("admin.stale", reason=stats.stale), icon=":material/sync_problem:")
    elif whole:
        st.success(words("admin.healthy"), icon=":material/check_circle:")
    else:
        st.warning(words("admin.behind"), icon=":material/sync:")
    _draw_metrics(
        words,
        {
            "admin.in_catalog": f"{stats.chunks:,}",
            "admin.in_words": words("admin.of", count=stats.index_chunks_words, total=stats.chunks),
            "admin.in_vectors": words("admin.of", count=stats.index_chunks_vectors, total=stats.embedded),
        },
    )
    _draw_reindex(visit)


def _draw_reindex(visit: Visit) -> None:
    job = _last_reindex(visit)
    running = job is not None and job.state in ("queued", "running")
    st.button(
        visit.words("admin.reindex"),
        type="primary",
        icon=":material/refresh:",
        disabled=running,
        on_click=lambda: _start_reindex(visit),
        help=visit.words("admin.reindex_help"),
    )
    if running:
        st.fragment(_draw_live_reindex, run_every=_POLL_S)(visit)
    elif job:
        draw_job(visit, job)


def _start_reindex(visit: Visit) -> None:
    visit.knowledge.submit_reindex()


def _draw_live_reindex(visit: Visit) -> None:
    job = _last_reindex(visit)
    if job:
        draw_job(visit, job)
    if job is None or job.state not in ("queued", "running"):
        st.rerun()


def _last_reindex(visit: Visit) -> Job | None:
    return next((job for job in visit.knowledge.jobs() if job.kind == "reindex"), None)


def _draw_figures(words: Words, stats: Stats) -> None:
    st.header(words("admin.figures"))
    _draw_metrics(
        words,
        {
            "admin.documents": f"{stats.documents:,}",
            "admin.characters": f"{stats.characters:,}",
            "admin.originals": megabytes(stats.original_bytes),
            "admin.store": megabytes(stats.store_bytes),
        },
    )
    types = {type_name(words, name): count for name, count in stats.by_type.items()}
    languages = {words.name("languages", name): count for name, count in stats.by_language.items()}
    left, right = st.columns(2)
    with left:
        _draw_bars(words, "admin.by_type", types)
    with right:
        _draw_bars(words, "admin.by_language", languages)


def _draw_metrics(words: Words, figures: Mapping[str, str]) -> None:
    for column, (key, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(words(key), value)


def _draw_bars(words: Words, title: str, counts: Mapping[str, int]) -> None:
    st.caption(words(title))
    name, documents = words("admin.kind"), words("admin.documents")
    rows = [{name: key, documents: count} for key, count in counts.items()]
    if rows:
        st.bar_chart(
            rows,
            x=name,
            y=documents,
            x_label="",
            y_label="",
            horizontal=True,
            height=220,
            alt=words(title),
        )


def _draw_settings(words: Words, settings: Settings) -> None:
    st.header(words("admin.settings"))
    st.caption(words("admin.settings_hint"))
    values = {name: shown(words, getattr(settings, name)) for name in type(settings).model_fields}
    st.dataframe(
        [{"name": name, "value": value, "meaning": words(f"settings.{name}")} for name, value in values.items()],
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn(words("admin.setting")),
            "value": st.column_config.TextColumn(words("admin.value")),
            "meaning": st.column_config.TextColumn(words("admin.meaning"), width="large"),
        },
        alt=words("admin.settings"),
    )


def shown(words: Words, value: object) -> str:
    """A setting's value for the eye; a secret's only as being set or not."""
    if isinstance(value, SecretStr):
        return words("admin.secret_set") if value.get_secret_value() else words("admin.not_set")
    return str(value) if value != "" else words("admin.not_set")


def megabytes(size: int) -> str:
    """Bytes as MB with one decimal."""
    return f"{size / 1_000_000:,.1f} MB"
