"""What is done to documents that are ticked in the Library: moving, reading again, deleting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import streamlit as st

from rag.errors import TenkyoError
from rag.types import DocumentInfo
from ui.components.report_view import named
from ui.visit import Visit
from ui.visitor import visitor


def draw_actions(visit: Visit, chosen: Sequence[DocumentInfo]) -> None:
    """The buttons for these documents, and the question before a deletion."""
    words, ids = visit.words, [document.id for document in chosen]
    if chosen:
        with st.container(horizontal=True, key="actions"):
            with st.popover(words("library.move", count=len(chosen)), icon=":material/drive_file_move:"):
                _draw_move(visit, ids)
            st.button(
                words("library.read_again", count=len(chosen)),
                icon=":material/refresh:",
                help=words("library.read_again_help"),
                on_click=_read_again,
                args=(visit, ids),
            )
            st.button(
                words("library.delete", count=len(chosen)),
                icon=":material/delete:",
                key="delete",
                on_click=ask_to_delete,
                args=(ids,),
            )
    if st.session_state.get("deleting"):
        st.dialog(words("library.confirm_title"), on_dismiss=_keep)(_confirm)(visit)


def draw_outcome(visit: Visit) -> None:
    """What became of the last action, once; and the conversations that quote what was deleted, till that is decided."""
    if outcome := st.session_state.pop("outcome", None):
        st.success(outcome, icon=":material/check_circle:")
    if quoted := st.session_state.get("quoted"):
        _draw_quoting(visit, quoted)
    if trouble := st.session_state.pop("trouble", None):
        st.error(trouble, icon=":material/error:")


def _draw_quoting(visit: Visit, quoted: Sequence[str]) -> None:
    """Who deletes a document may delete their own conversations about it, too; those of others only an admin may."""
    words, conversations = visit.words, visit.knowledge.conversations
    owner = None if st.session_state.get("admin") else visitor()
    count, deletable = conversations.count_quoting(quoted), conversations.count_quoting(quoted, owner)
    st.info(words("library.quoted", count=count, deletable=deletable), icon=":material/forum:")
    with st.container(horizontal=True):
        if deletable:
            st.button(
                words("library.quoted_delete", count=deletable),
                key="delete_quoting",
                on_click=_delete_quoting,
                args=(visit, owner),
            )
        st.button(words("library.quoted_keep"), key="keep_quoting", on_click=_forget_quoting)


@contextmanager
def note(visit: Visit) -> Iterator[None]:
    """Keeps an error of ours to be shown by `draw_outcome`, in the person's language."""
    try:
        yield
    except TenkyoError as error:
        message, hint = visit.words.error(error.as_dict())
        key = "library.trouble" if error.file else "app.problem"
        st.session_state.trouble = visit.words.markdown(key, message=message, hint=hint, name=error.file)


def ask_to_delete(document_ids: Sequence[str]) -> None:
    """Has `draw_actions` ask before these documents are deleted."""
    st.session_state.deleting = list(document_ids)


def _draw_move(visit: Visit, ids: Sequence[str]) -> None:
    words = visit.words
    st.selectbox(
        words("library.move_to"),
        ["", *visit.knowledge.collections()],
        index=None,
        format_func=lambda name: name or words("library.unnamed"),
        accept_new_options=True,
        placeholder=words("library.move_hint"),
        key="move_to",
    )
    st.button(words("library.move_now"), type="primary", key="move_now", on_click=_move, args=(visit, ids))


def _move(visit: Visit, ids: Sequence[str]) -> None:
    target = st.session_state.get("move_to")
    if target is None:
        return
    with note(visit):
        collection = target.strip()
        count = visit.knowledge.curation.move(ids, collection)
        name = collection or visit.words("library.unnamed")
        st.session_state.outcome = visit.words.markdown("library.moved", count=count, collection=name)


def _read_again(visit: Visit, ids: Sequence[str]) -> None:
    with note(visit):
        visit.knowledge.curation.read_again(ids)


def _delete_quoting(visit: Visit, owner: str | None) -> None:
    with note(visit):
        count = visit.knowledge.conversations.delete_quoting(st.session_state.pop("quoted"), owner)
        st.session_state.outcome = visit.words("library.quoted_deleted", count=count)


def _forget_quoting() -> None:
    st.session_state.pop("quoted", None)


def _keep() -> None:
    st.session_state.pop("deleting", None)


def _confirm(visit: Visit) -> None:
    words = visit.words
    names = {document.id: document.name for document in visit.knowledge.documents()}
    doomed = [id_ for id_ in st.session_state.get("deleting", ()) if id_ in names]
    if not doomed:  # somebody else has deleted them
        _keep()
        st.rerun()
    st.markdown(words("library.confirm"))
    st.text(named(words, [names[id_] for id_ in doomed], "\n"))
    with st.container(horizontal=True):
        if st.button(words("library.confirm_yes"), type="primary", key="confirm_delete"):
            with note(visit):
                st.session_state.outcome = _delete(visit, doomed)
            _keep()
            st.rerun()
        if st.button(words("library.confirm_no"), key="keep"):
            _keep()
            st.rerun()


def outermost(document_ids: Sequence[str], parents: Mapping[str, str | None]) -> list[str]:
    """Those that are not inside another one of them, with which they go anyway."""

    def within(id_: str | None) -> bool:
        return id_ is not None and (id_ in document_ids or within(parents.get(id_)))

    return [id_ for id_ in document_ids if not within(parents.get(id_))]


def _delete(visit: Visit, document_ids: Sequence[str]) -> str:
    """Takes the documents out and says, in Markdown, what went."""
    parents = {document.id: document.parent for document in visit.knowledge.documents()}
    with st.spinner(visit.words("library.deleting")):
        removed = [visit.knowledge.remove(id_) for id_ in outermost(document_ids, parents)]
    st.session_state.quoted = [id_ for one in removed if one.conversations for id_ in one.document_ids]
    return visit.words.markdown(
        "library.receipt",
        names=named(visit.words, [one.name for one in removed]),
        chunks=sum(one.chunks for one in removed),
        vectors=sum(one.vectors for one in removed),
        entries=sum(one.index_words + one.index_vectors for one in removed),
        remaining=sum(one.remaining for one in removed),
        kilobytes=f"{sum(one.original_bytes for one in removed) / 1000:,.0f}",
    )
