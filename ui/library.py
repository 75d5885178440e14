"""The Library page: what is in it, what is on its way in, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.reports import Activity, Job
from ui.components.job_view import can_retry, draw_job, draw_paused, draw_resume
from ui.components.live import draw_live
from ui.language import Words
from ui.shelf.shelf_view import draw_shelf
from ui.shelf.upload_view import draw_upload
from ui.visit import Visit

_POLL_S = 0.5
_SHOWN_JOBS = 30
_OPEN_JOBS = 3  # of those that are over


def page(visit: Visit) -> None:
    """Draws the page."""
    st.title(visit.words("library.title"))
    draw_upload(visit)
    if folder := visit.knowledge.settings.watch:
        collection = visit.knowledge.settings.watch_collection or folder.name
        st.caption(visit.words.markdown("library.watched", folder=folder, collection=collection))
    _draw_jobs(visit)
    draw_shelf(visit)


def _draw_jobs(visit: Visit) -> None:
    activity = visit.knowledge.activity()
    going_on = activity.over < activity.files
    draw_live(lambda: _draw_live_jobs(visit, _in_the_table(activity)), _POLL_S, going_on=going_on)


def _in_the_table(activity: Activity) -> tuple[int, int]:
    """How many files are through, and how many can be found already and wait for their vectors."""
    return activity.over, activity.searchable


def _draw_live_jobs(visit: Visit, drawn: tuple[int, int]) -> None:
    """Follows the work; when a file can be found, is through or tried again, the whole page runs again."""
    activity = visit.knowledge.activity()
    if activity.files:
        _draw_job_lines(visit, activity)
    elif activity.paused:  # the list was cleared: what comes next would wait, and so does a reindex
        draw_paused(visit)
    if _in_the_table(activity) != drawn:
        st.rerun()


def _draw_job_lines(visit: Visit, activity: Activity) -> None:
    """Running first, then what failed, then the rest: the newest few of each, in one quiet box."""
    words, knowledge = visit.words, visit.knowledge
    jobs = knowledge.file_jobs(_SHOWN_JOBS)
    with st.container(border=True, key="jobs"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(words("library.jobs", done=activity.over, total=activity.files))
            _draw_pause(visit, activity)
            if activity.added_unread > 1:
                st.button(
                    words("library.cancel_unread"),
                    key="cancel_unread",
                    icon=":material/cancel:",
                    type="tertiary",
                    help=words("library.cancel_unread_help"),
                    on_click=knowledge.curation.cancel_unread,
                )
            if sum(map(can_retry, jobs)) > 1:
                st.button(
                    words("job.retry_all"),
                    key="retry_all",
                    icon=":material/refresh:",
                    type="tertiary",
                    on_click=knowledge.curation.retry_all,
                )
            st.button(
                words("library.clear"),
                type="tertiary",
                disabled=not activity.over,
                on_click=knowledge.forget_finished_jobs,
            )
        if pace := _pace(words, activity):
            st.caption(pace)
        well = [job for job in jobs if job.state in ("done", "cancelled")]
        for job in jobs:
            if job not in well[_OPEN_JOBS:]:
                draw_job(visit, job, activity.paused)
        _draw_well(visit, well[_OPEN_JOBS:])
        if activity.files > len(jobs):
            st.caption(words("library.more_jobs", count=activity.files - len(jobs)))


def _draw_well(visit: Visit, jobs: Sequence[Job]) -> None:
    """What went well, folded away, so that the table is not far down."""
    if jobs:
        with st.expander(visit.words("library.earlier", count=len(jobs)), icon=":material/check_circle:"):
            for job in jobs:
                draw_job(visit, job)


def _draw_pause(visit: Visit, activity: Activity) -> None:
    words, knowledge = visit.words, visit.knowledge
    if activity.paused:
        draw_resume(visit)
    elif activity.over < activity.files:
        st.button(words("library.pause"), icon=":material/pause:", type="tertiary", on_click=knowledge.pause)


def _pace(words: Words, activity: Activity) -> str:
    """What failed, how fast it goes and how long it will take, as far as that is known."""
    parts = [words("library.not_taken_in", count=activity.failed)] if activity.failed else []
    if activity.paused:
        return " · ".join([*parts, words("library.paused")])
    if activity.files_per_s:
        parts.append(words("library.files_per_minute", count=round(activity.files_per_s * 60)))
    if activity.passages_per_s:
        parts.append(words("library.passages_per_s", count=round(activity.passages_per_s)))
    if activity.pending:
        parts.append(words("library.pending", count=f"{activity.pending:,}"))
    if activity.seconds_left:
        minutes = activity.seconds_left / 60
        parts.append(words("library.minutes_left", count=round(minutes)) if minutes > 1 else words("library.soon"))
    return " · ".join(parts)
