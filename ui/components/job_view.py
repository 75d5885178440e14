"""Background work as lines on a page: how far each file is, what became of it, and why not."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rag.reports import Job, Progress
from ui.components.figures import duration
from ui.language import Words
from ui.visit import Visit

STAGES = ("parse", "split", "store", "embed")
"""Of a file, in their order."""
_OF_FILES = ("ingest", "reread")
_ENCRYPTED = "encrypted"
_SLOW = 10
"""Fewer things a second are told with a decimal."""


def draw_job(visit: Visit, job: Job, paused: bool = False) -> None:
    """One line: a bar while it runs, then the outcome; nothing has a pace while work is paused."""
    words = visit.words
    if job.state == "failed" and job.error:
        draw_refused(words, job.name, job.error)
        _draw_retry(visit, job)
    elif job.state in ("queued", "running"):
        _draw_running(visit, job, paused)
    else:
        status = _outcome(job)
        chunks = sum(one.chunks for one in (job.result, *job.result.children)) if job.result else 0
        icon = ":material/cancel:" if job.state == "cancelled" else ":material/check_circle:"
        st.caption(f"{icon} {words.markdown(f'job.{status}', name=job_name(words, job), chunks=chunks)}")
        for child in job.result.children if job.result else ():
            if child.error:
                draw_refused(words, child.file, child.error)


def draw_paused(visit: Visit) -> None:
    """That work is paused, and the way on."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(visit.words("library.paused"))
        draw_resume(visit)


def draw_resume(visit: Visit) -> None:
    """The way on."""
    st.button(
        visit.words("library.resume"),
        key="resume",
        icon=":material/play_arrow:",
        type="tertiary",
        on_click=visit.knowledge.resume,
    )


def can_retry(job: Job) -> bool:
    """Whether it has failed, and another try wants nothing of the person."""
    return job.state == "failed" and job.error is not None and job.error["code"] != _ENCRYPTED


def draw_refused(words: Words, name: str, error: Mapping[str, str]) -> None:
    """A file that could not be taken in: what is wrong with it, what to do, and the loader's own words."""
    message, hint = words.error(error)
    st.error(words.markdown("job.refused", name=name, message=message, hint=hint), icon=":material/error:")
    if error["message"] not in ("", message):
        st.caption(words.markdown("app.details", message=error["message"]))


def _draw_retry(visit: Visit, job: Job) -> None:
    """Another try; a protected file is asked its password, which is kept in memory only."""
    if can_retry(job):
        st.button(
            visit.words("job.retry"),
            key=f"retry-{job.id}",
            type="tertiary",
            icon=":material/refresh:",
            on_click=visit.knowledge.retry,
            args=(job.id,),
        )
        return
    with st.form(f"unlock-{job.id}", border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        left.text_input(visit.words("job.password"), type="password", autocomplete="off", key=f"password-{job.id}")
        right.form_submit_button(visit.words("job.unlock"), width="stretch", on_click=_unlock, args=(visit, job.id))


def _unlock(visit: Visit, job_id: int) -> None:
    """A callback, since a click counts even if the page has been drawn anew meanwhile."""
    password = st.session_state.pop(f"password-{job_id}", "")
    if password:
        visit.knowledge.retry(job_id, password)


def _outcome(job: Job) -> str:
    if job.kind == "reread" and job.state == "done":
        return "reread"
    return job.result.status if job.result and job.state != "cancelled" else job.state


def job_name(words: Words, job: Job) -> str:
    """The file that it reads, or what it does."""
    return job.name if job.kind in _OF_FILES else words(f"job.{job.kind}")


def fraction(job: Job) -> float:
    """How far a job is, 0 to 1; the four stages of a file count alike, other work counts its own units."""
    progress = job.progress
    if progress is None or not progress.total:
        return STAGES.index("embed") / len(STAGES) if job.result else 0.0
    within = min(progress.done / progress.total, 1.0)
    if job.kind not in _OF_FILES or progress.stage not in STAGES:
        return within
    return (STAGES.index(progress.stage) + within) / len(STAGES)


def _stage(job: Job) -> str:
    if job.result:
        return "searchable"
    return job.progress.stage if job.progress else job.state


def _how_far(words: Words, progress: Progress, paused: bool) -> str:
    """How much is done, how fast it goes and how long the stage will take, as far as that is known."""
    parts = [words("job.count", done=f"{progress.done:,}", total=f"{progress.total:,}")]
    if paused:
        return parts[0]
    if progress.per_second:
        speed = f"{progress.per_second:.0f}" if progress.per_second >= _SLOW else f"{progress.per_second:.1f}"
        parts.append(words(f"job_speed.{progress.unit}", count=speed))
    if progress.seconds_left:
        parts.append(words("job.left", time=duration(words, progress.seconds_left)))
    return " · ".join(parts)


def _draw_running(visit: Visit, job: Job, paused: bool) -> None:
    words = visit.words
    progress = job.progress
    stage = words.name("stage", _stage(job))
    far = _how_far(words, progress, paused) if progress and progress.total > 1 else ""
    line = words.markdown("job.running", name=job_name(words, job), stage=stage, far=far)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if job.state == "queued":
            st.caption(line)
        else:
            st.progress(fraction(job), line)
        if job.result is None or job.result.status == "added":  # of a new version there is nothing to take back
            st.button(
                words("job.cancel"),
                key=f"cancel-{job.id}",
                type="tertiary",
                icon=":material/cancel:",
                on_click=visit.knowledge.cancel,
                args=(job.id,),
            )
