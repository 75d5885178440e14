"""Earlier conversations in the sidebar: to go on with, to find, to rename, to take along, to delete."""

from __future__ import annotations

import streamlit as st

from rag.errors import ConversationNotFound
from rag.types import ConversationInfo, ExportForm
from ui.conversation import Conversation
from ui.drawer import close_drawer
from ui.plain import plain
from ui.visit import Visit

_FORMS: dict[ExportForm, str] = {"word": "docx", "markdown": "md", "json": "json"}
_FILE_NAME_CHARACTERS = 60
_SHOWN = 20
_SEARCHABLE_FROM = 6


def draw_history(visit: Visit, conversation: Conversation) -> None:
    """Draws the list, newest first; the one that is open has a menu."""
    words, saved = visit.words, visit.knowledge.conversations
    if len(saved.list(conversation.owner)) >= _SEARCHABLE_FROM:
        query = st.text_input(
            words("history.search"),
            key="history_query",
            placeholder=words("history.search"),
            icon=":material/search:",
            label_visibility="collapsed",
        )
    else:
        query = ""
    found = saved.list(conversation.owner, query.strip())
    if query and not found:
        st.caption(words("history.nothing"))
    with st.container(key="history"):
        for info in found[:_SHOWN]:
            _draw_entry(visit, conversation, info)
    if len(found) > _SHOWN:
        st.caption(words("history.more", count=len(found) - _SHOWN))


def _draw_entry(visit: Visit, conversation: Conversation, info: ConversationInfo) -> None:
    is_open = info.id == conversation.saved_id
    with st.container(horizontal=True, vertical_alignment="center", key=f"history-{info.id}", gap=None):
        st.button(
            plain(info.title),
            key=f"open-{info.id}",
            type="tertiary",
            width="stretch",
            disabled=is_open,
            on_click=_open,
            args=(visit, conversation, info.id),
        )
        if is_open:
            with st.popover("", icon=":material/more_vert:", type="tertiary", help=visit.words("history.menu")):
                _draw_menu(visit, conversation, info)


def _draw_menu(visit: Visit, conversation: Conversation, info: ConversationInfo) -> None:
    words = visit.words
    st.text_input(
        words("history.rename"),
        value=info.title,
        key=f"title-{info.id}",
        max_chars=200,
        on_change=_rename,
        args=(visit, conversation, info.id),
    )
    for form, ending in _FORMS.items():
        st.download_button(
            words(f"history.{form}"),
            data=lambda form=form: visit.knowledge.conversations.export(conversation.owner, info.id, form),
            file_name=f"{info.title[:_FILE_NAME_CHARACTERS]}.{ending}",
            mime="application/octet-stream",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"{form}-{info.id}",
        )
    st.button(
        words("history.delete"),
        key=f"delete-{info.id}",
        icon=":material/delete:",
        type="tertiary",
        on_click=_delete,
        args=(visit, conversation, info.id),
    )


def start_anew(conversation: Conversation) -> None:
    """Leaves the conversation for an empty one."""
    conversation.stop()
    st.session_state.conversation = Conversation(conversation.owner)
    close_drawer()


def _open(visit: Visit, conversation: Conversation, id_: str) -> None:
    start_anew(conversation)
    try:
        saved = visit.knowledge.conversations.load(conversation.owner, id_)
    except ConversationNotFound:
        return  # deleted in another window: the list, drawn next, no longer has it
    st.session_state.conversation = Conversation.of(conversation.owner, saved)


def _rename(visit: Visit, conversation: Conversation, id_: str) -> None:
    title = " ".join(st.session_state[f"title-{id_}"].split())
    if title:
        visit.knowledge.conversations.rename(conversation.owner, id_, title)


def _delete(visit: Visit, conversation: Conversation, id_: str) -> None:
    start_anew(conversation)
    visit.knowledge.conversations.delete(conversation.owner, id_)
