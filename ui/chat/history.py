"""Earlier conversations in the sidebar: to go on with, to find, to rename, to take along, to delete."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from rag.errors import ConversationNotFound
from rag.types import AskOptions, ConversationInfo
from ui.chat.conversation import Conversation
from ui.chat.conversation_files import FORMS, address_of
from ui.chat.drawer import close_drawer
from ui.downloads import draw_download
from ui.language import Words
from ui.plain import plain
from ui.visit import Visit
from ui.visitor import is_remembered, visitor

_SHOWN = 20
_SEARCHABLE_FROM = 6
_WEEK = 7


@st.fragment
def draw_history(visit: Visit, conversation: Conversation) -> None:
    """Draws the list, newest first, each with a menu; searching and menus draw nothing else of the page anew."""
    words, saved = visit.words, visit.knowledge.conversations
    query = _draw_search(words) if len(saved.list(conversation.owner)) >= _SEARCHABLE_FROM else ""
    found = saved.list(conversation.owner, query)
    if query and not found:
        st.caption(words("history.nothing"))
    today = datetime.now(_timezone()).date()
    with st.container(key="history"):
        for age, entries in groupby(found[:_SHOWN], lambda info: _age(info, today)):
            st.caption(words(f"history.{age}"))
            for info in entries:
                _draw_entry(visit, conversation, info)
    if len(found) > _SHOWN:
        st.caption(words("history.more", count=len(found) - _SHOWN))


def _draw_search(words: Words) -> str:
    query = st.text_input(
        words("history.search"),
        key="history_query",
        placeholder=words("history.search"),
        icon=":material/search:",
        label_visibility="collapsed",
    )
    return query.strip()


def _timezone() -> tzinfo:
    """The browser's; UTC where it names one that this machine does not know."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _age(info: ConversationInfo, today: date) -> str:
    days = (today - info.updated_at.astimezone(_timezone()).date()).days
    return "today" if days <= 0 else "week" if days < _WEEK else "earlier"


def _draw_entry(visit: Visit, conversation: Conversation, info: ConversationInfo) -> None:
    is_open = info.id == conversation.saved_id
    with st.container(horizontal=True, vertical_alignment="center", key=f"history-{info.id}", gap=None):
        title = plain(info.title)
        if st.button(title, key=f"open-{info.id}", type="tertiary", width="stretch", disabled=is_open):
            _open(visit, conversation, info.id)
            st.rerun()
        menu = st.popover(
            visit.words("history.menu"),  # for screen readers: only the icon is seen
            icon=":material/more_horiz:",
            type="tertiary",
            help=visit.words("history.menu"),
            key=f"menu-{info.id}",
            on_change="rerun",
        )
        if menu.open:  # what is in a menu is drawn when somebody opens it
            with menu:
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
    if is_remembered():
        for form in FORMS:
            draw_download(words(f"history.{form}"), address_of(info.id, form), quiet=True)
    if not st.toggle(words("history.delete"), key=f"delete-{info.id}"):
        return
    if st.button(words("history.confirm"), key=f"confirm-{info.id}", icon=":material/delete:", type="primary"):
        if info.id == conversation.saved_id:
            start_anew(conversation)
        visit.knowledge.conversations.delete(conversation.owner, info.id)
        st.rerun()


def start_anew(conversation: Conversation) -> None:
    """Leaves the conversation for an empty one."""
    conversation.stop()
    st.session_state.conversation = Conversation(conversation.owner)
    close_drawer()


def ask_anew(visit: Visit, question: str) -> None:
    """From another page: asks it in a conversation of its own, and goes there."""
    if earlier := st.session_state.get("conversation"):
        start_anew(earlier)
    conversation = st.session_state.conversation = Conversation(visitor())
    conversation.send(visit.knowledge, question, (), AskOptions())
    st.switch_page(visit.pages["ask"], query_params={})  # none of another page; the language is bound, and stays


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
