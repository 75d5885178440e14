"""The Library page: what is in it, what is on its way in, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from rag.errors import TenkyoError
from rag.reports import Activity
from rag.types import DocumentInfo
from ui.document_view import draw_preview, file_type
from ui.job_view import draw_job, draw_refused
from ui.language import Words
from ui.report_view import has_gaps
from ui.visit import Visit

_POLL_S = 0.5
_SHOWN_JOBS = 30


def page(visit: Visit) -> None:
    """Draws the page."""
    st.title(visit.words("library.title"))
    _draw_upload(visit)
    if folder := visit.knowledge.settings.watch:
        collection = visit.knowledge.settings.watch_collection or folder.name
        st.caption(visit.words.markdown("library.watched", folder=folder, collection=collection))
    _draw_jobs(visit)
    receipt = st.session_state.pop("receipt", None)
    if receipt:
        st.success(receipt, icon=":material/delete:")
    documents = visit.knowledge.documents()[::-1]  # the newest first
    if documents:
        _draw_documents(visit, documents)
    else:
        st.info(visit.words("library.empty"), icon=":material/library_add:")


def _draw_upload(visit: Visit) -> None:
    words = visit.words
    kind = st.segmented_control(
        words("library.what"),
        ("files", "folder", "address"),
        default="files",
        required=True,
        format_func=lambda choice: words(f"library.{choice}"),
        label_visibility="collapsed",
    )
    with st.form("upload", clear_on_submit=True):
        files, address = [], ""
        if kind == "address":
            address = st.text_input(
                words("library.address_label"),
                placeholder=words("library.address_example"),
                help=words("library.address_help"),
            )
        else:
            files = st.file_uploader(
                words("library.drop"),
                accept_multiple_files=True if kind == "files" else "directory",
                max_upload_size=visit.knowledge.settings.max_file_mb,
                help=words("library.formats"),
            )
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        collection = left.selectbox(
            words("library.collection"),
            [name for name in visit.knowledge.collections() if name],
            index=None,
            accept_new_options=True,
            placeholder=words("library.no_collection"),
        )
        sent = right.form_submit_button(words("library.add"), type="primary", width="stretch")
    if sent:
        collection = (collection or "").strip()
        for file in files:
            _submit(visit, file.name, file.getvalue(), collection)
        if address.strip():
            visit.knowledge.submit_address(address.strip(), collection)


def _submit(visit: Visit, name: str, data: bytes, collection: str) -> None:
    try:
        visit.knowledge.submit(data, name, collection)
    except TenkyoError as error:
        draw_refused(visit.words, name, error.as_dict())


def _draw_jobs(visit: Visit) -> None:
    activity = visit.knowledge.activity()
    if not activity.files:
        return
    if activity.over == activity.files:
        _draw_job_lines(visit, activity)
    else:
        st.fragment(_draw_live_jobs, run_every=_POLL_S)(visit, activity.over)


def _draw_live_jobs(visit: Visit, over: int) -> None:
    """Follows the work; when a file is through, the whole page runs again, since the table has changed."""
    activity = visit.knowledge.activity()
    _draw_job_lines(visit, activity)
    if activity.over != over:
        st.rerun()


def _draw_job_lines(visit: Visit, activity: Activity) -> None:
    """Running first, then what failed, then the rest: the newest few of each, in one quiet box."""
    words, knowledge = visit.words, visit.knowledge
    with st.container(border=True, key="jobs"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(words("library.jobs", done=activity.over, total=activity.files))
            _draw_pause(visit, activity)
            st.button(
                words("library.clear"),
                type="tertiary",
                disabled=not activity.over,
                on_click=knowledge.forget_finished_jobs,
            )
        if pace := _pace(words, activity):
            st.caption(pace)
        jobs = knowledge.file_jobs(_SHOWN_JOBS)
        for job in jobs:
            draw_job(visit, job)
        if activity.files > len(jobs):
            st.caption(words("library.more_jobs", count=activity.files - len(jobs)))


def _draw_pause(visit: Visit, activity: Activity) -> None:
    words, knowledge = visit.words, visit.knowledge
    if activity.paused:
        st.button(words("library.resume"), icon=":material/play_arrow:", type="tertiary", on_click=knowledge.resume)
    elif activity.over < activity.files:
        st.button(words("library.pause"), icon=":material/pause:", type="tertiary", on_click=knowledge.pause)


def _pace(words: Words, activity: Activity) -> str:
    """How fast it goes and how long it will take, as far as that is known."""
    if activity.paused:
        return words("library.paused")
    parts = []
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


def _draw_documents(visit: Visit, documents: Sequence[DocumentInfo]) -> None:
    words = visit.words
    st.header(words("library.documents", count=len(documents)))
    st.caption(words("library.select_hint"))
    picked: Any = st.dataframe(
        [_row(words, document) for document in documents],
        hide_index=True,
        column_config=_columns(words),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"documents-{words.language}-{hash(tuple(document.id for document in documents))}",
        placeholder="",
        alt=words("library.title"),
    )
    chosen = [documents[row] for row in picked["selection"]["rows"] if row < len(documents)]
    if chosen:
        st.button(
            words("library.delete", count=len(chosen)),
            icon=":material/delete:",
            key="delete",
            on_click=lambda: st.session_state.update(deleting=[document.id for document in chosen]),
        )
    if st.session_state.get("deleting"):
        st.dialog(words("library.confirm_title"), on_dismiss=_keep)(_confirm)(visit)
    if len(chosen) == 1:
        draw_preview(visit, chosen[0])


def _row(words: Words, document: DocumentInfo) -> dict[str, Any]:
    return {
        "name": document.name,
        "type": file_type(words, document),
        "collection": document.collection,
        "pages": document.pages or None,
        "chunks": document.chunks,
        "language": words.name("languages", document.language),
        "state": words(f"state.{_state(document)}"),
        "added": document.added_at,
    }


def _state(document: DocumentInfo) -> str:
    return "gaps" if document.state == "indexed" and has_gaps(document.report) else document.state


def _columns(words: Words) -> dict[str, Any]:
    named = {name: words(f"column.{name}") for name in ("type", "collection", "language", "state")}
    return {
        **{name: st.column_config.TextColumn(label) for name, label in named.items()},
        "name": st.column_config.TextColumn(words("column.name"), width=260),
        "pages": st.column_config.NumberColumn(words("column.pages"), width="small"),
        "chunks": st.column_config.NumberColumn(words("column.chunks"), width="small"),
        "added": st.column_config.DatetimeColumn(words("column.added"), format="YYYY-MM-DD HH:mm"),
    }


def _keep() -> None:
    st.session_state.pop("deleting", None)


def _confirm(visit: Visit) -> None:
    words = visit.words
    names = {document.id: document.name for document in visit.knowledge.documents()}
    doomed = [id_ for id_ in st.session_state.get("deleting", ()) if id_ in names]
    st.markdown(words("library.confirm"))
    for id_ in doomed:
        st.text(names[id_])
    with st.container(horizontal=True):
        if st.button(words("library.confirm_yes"), type="primary", key="confirm_delete"):
            st.session_state.receipt = _delete(visit, doomed)
            _keep()
            st.rerun()
        if st.button(words("library.confirm_no"), key="keep"):
            _keep()
            st.rerun()


def _delete(visit: Visit, document_ids: Sequence[str]) -> str:
    """Takes the documents out and says, in Markdown, what went."""
    removed = [visit.knowledge.remove(id_) for id_ in document_ids]
    return visit.words.markdown(
        "library.receipt",
        names=visit.words("library.and").join(one.name for one in removed),
        chunks=sum(one.chunks for one in removed),
        vectors=sum(one.vectors for one in removed),
        entries=sum(one.index_words + one.index_vectors for one in removed),
        remaining=sum(one.remaining for one in removed),
        kilobytes=f"{sum(one.original_bytes for one in removed) / 1000:,.0f}",
    )
