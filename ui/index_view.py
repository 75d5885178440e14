"""The Admin page's index: whether it is whole, reindexing, and taking a reindex back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.errors import StoreError
from rag.reports import KeptIndex
from ui.job_view import draw_job
from ui.overview_view import draw_health
from ui.visit import Visit

_POLL_S = 0.5


def draw_index(visit: Visit) -> None:
    """The index's state in words and figures, and what can be done with it."""
    stats = visit.knowledge.stats()
    draw_health(visit.words, stats)
    _draw_reindex(visit, stats.previous)


def _draw_reindex(visit: Visit, previous: KeptIndex | None) -> None:
    job = visit.knowledge.index_job()
    running = job is not None and job.state in ("queued", "running")
    st.button(
        visit.words("admin.reindex"),
        type="primary",
        icon=":material/refresh:",
        disabled=running,
        on_click=_run,
        args=(visit, visit.knowledge.submit_reindex),
        help=visit.words("admin.reindex_help"),
    )
    if running:
        st.fragment(_draw_live_job, run_every=_POLL_S)(visit)
        return
    if job:
        draw_job(visit, job)
    if previous:
        _draw_previous(visit, previous)


def _draw_previous(visit: Visit, previous: KeptIndex) -> None:
    words = visit.words
    st.caption(
        words.markdown(
            "admin.previous",
            model=previous.embedding_model,
            tokens=previous.chunk_tokens,
            chunks=f"{previous.chunks:,}",
        )
    )
    with st.container(horizontal=True):
        st.button(
            words("admin.roll_back"),
            icon=":material/undo:",
            on_click=_run,
            args=(visit, visit.knowledge.submit_rollback),
            help=words("admin.roll_back_help"),
        )
        st.button(
            words("admin.drop_previous"),
            type="tertiary",
            icon=":material/delete:",
            on_click=_run,
            args=(visit, visit.knowledge.drop_previous),
        )


def _run(visit: Visit, action: Callable[[], object]) -> None:
    try:
        action()
    except StoreError as error:  # somebody else has dropped it meanwhile
        st.toast(" ".join(visit.words.error(error.as_dict())), icon=":material/error:")


def _draw_live_job(visit: Visit) -> None:
    job = visit.knowledge.index_job()
    if job:
        draw_job(visit, job)
    if job is None or job.state not in ("queued", "running"):
        st.rerun()
