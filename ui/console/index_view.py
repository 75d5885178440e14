"""The Admin page's index: whether it is whole, reindexing, and taking a reindex back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from rag.errors import TenkyoError
from rag.reports import Job, KeptIndex, LanguageUse
from ui.components.figures import draw_metrics, duration, megabytes
from ui.components.job_view import draw_job, draw_paused
from ui.components.live import draw_live
from ui.console.overview_view import draw_health
from ui.language import Words
from ui.visit import Visit

_POLL_S = 0.5


def draw_index(visit: Visit) -> None:
    """The index's state in words and figures, and what can be done with it."""
    stats = visit.knowledge.stats()
    draw_health(visit.words, stats)
    running = _is_running(visit.knowledge.index_job())
    _draw_form(visit, running)
    draw_live(lambda: _draw_job(visit, running), _POLL_S, going_on=running)
    if running:
        return
    if stats.previous:
        _draw_previous(visit, stats.previous)
    if stats.documents:
        _draw_languages(visit)


def _draw_form(visit: Visit, running: bool) -> None:
    """Which model and how long the passages are to be; what that takes; and the button that does it."""
    words, settings, fixed = visit.words, visit.knowledge.settings, visit.knowledge.reindexing.fixed
    with st.form("reindex", border=True):
        st.markdown(words("reindex.introduction"))
        model, tokens, overlap = st.columns([2, 1, 1])
        changes = {
            "embedding_model": model.text_input(
                words("reindex.model"),
                settings.embedding_model,
                disabled="embedding_model" in fixed,
                help=words("reindex.model_help"),
            ).strip(),
            "chunk_tokens": tokens.number_input(
                words("reindex.tokens"), 32, 8192, settings.chunk_tokens, 8, disabled="chunk_tokens" in fixed
            ),
            "chunk_overlap_tokens": overlap.number_input(
                words("reindex.overlap"),
                0,
                4096,
                settings.chunk_overlap_tokens,
                8,
                disabled="chunk_overlap_tokens" in fixed,
            ),
        }
        if fixed & set(changes):
            st.caption(words("reindex.fixed"))
        with st.container(horizontal=True):
            asked = st.form_submit_button(words("reindex.estimate"), icon=":material/calculate:")
            sent = st.form_submit_button(
                words("admin.reindex"), type="primary", icon=":material/refresh:", disabled=running
            )
    if asked:
        _draw_estimate(visit, changes)
    if sent and _went_well(visit, lambda: visit.knowledge.reindexing.submit(changes)):
        st.rerun()


def _draw_estimate(visit: Visit, changes: Mapping[str, object]) -> None:
    words = visit.words
    try:
        with st.spinner(words("reindex.estimating")):
            estimate = visit.knowledge.reindexing.estimate(changes)
    except TenkyoError as error:
        message, hint = words.error(error.as_dict())
        st.error(words.markdown("app.problem", message=message, hint=hint), icon=":material/error:")
        st.caption(words.markdown("app.details", message=error.message))
        return
    draw_metrics(
        words,
        {
            "reindex.chunks": f"{estimate.chunks:,}",
            "reindex.to_embed": f"{estimate.to_embed:,}",
            "reindex.time": duration(words, estimate.seconds),
            "reindex.size": megabytes(estimate.size),
            "reindex.free": megabytes(estimate.free),
        },
    )
    if estimate.size > estimate.free:
        st.warning(words("reindex.no_room"), icon=":material/hard_drive:")
    st.caption(words("reindex.basis", rate=f"{estimate.passages_per_s:.0f}"))


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


def _draw_languages(visit: Visit) -> None:
    """For which languages vectors are used, and who says so."""
    words, languages = visit.words, visit.knowledge.languages
    st.markdown(words("coverage.title"))
    st.caption(words("coverage.hint"))
    if st.button(words("coverage.check"), icon=":material/translate:", help=words("coverage.check_help")):
        with st.spinner(words("coverage.checking")):
            languages.check()
    st.dataframe([_language_row(words, use) for use in languages.uses()], hide_index=True, alt=words("coverage.title"))


def _language_row(words: Words, use: LanguageUse) -> dict[str, object]:
    check = use.check
    figures = {"vectors": check.by_vectors, "words": check.by_words} if check and check.by_words else {}
    return {
        words("coverage.language"): words.name("languages", use.language),
        words("coverage.passages"): use.chunks,
        words("coverage.used"): words("coverage.yes" if use.used else "coverage.no"),
        words("coverage.by"): words(f"coverage_by.{use.by}"),
        **{words(f"coverage.{name}"): f"{figures[name]:.2f}" if figures else "–" for name in ("vectors", "words")},
        words("coverage.tried"): check.passages if check else 0,
    }


def _run(visit: Visit, action: Callable[[], object]) -> None:
    _went_well(visit, action)


def _went_well(visit: Visit, action: Callable[[], object]) -> bool:
    """Whether it did; what did not is said."""
    try:
        action()
    except TenkyoError as error:
        st.toast(" ".join(visit.words.error(error.as_dict())), icon=":material/error:")
        return False
    return True


def _draw_job(visit: Visit, running: bool) -> None:
    """Follows the work; when it is over, or tried again, the page runs anew."""
    job = visit.knowledge.index_job()
    paused = visit.knowledge.activity().paused
    if paused:
        draw_paused(visit)
    if job:
        draw_job(visit, job, paused)
    if _is_running(job) != running:
        st.rerun()


def _is_running(job: Job | None) -> bool:
    return job is not None and job.state in ("queued", "running")
