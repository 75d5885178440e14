"""The Ask page: a chat whose answers point at their sources."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import streamlit as st
from streamlit.elements.widgets.chat import ChatInputValue

from rag.types import AskOptions
from ui.conversation import Conversation
from ui.document_view import type_name
from ui.history import draw_history, start_anew
from ui.plain import plain
from ui.source_view import Source, draw_source
from ui.turn_view import draw_turn
from ui.visit import Visit
from ui.visitor import visitor

_SAMPLES = "samples"
_EXAMPLES = ("first", "second", "third", "fourth")
_PROMPT = "prompt"


def page(visit: Visit) -> None:
    """Draws the page."""
    conversation: Conversation = st.session_state.setdefault("conversation", Conversation(visitor()))
    with visit.sidebar:
        st.button(
            visit.words("ask.new"),
            key="new",
            icon=":material/add_comment:",
            width="stretch",
            disabled=not conversation.turns,
            on_click=start_anew,
            args=(conversation,),
        )
        options = _draw_scope(visit)
        draw_history(visit, conversation)
    with st.container(key="chat"):
        if conversation.turns:  # a title for those who cannot see that this is a chat
            st.html(f'<h1 class="unseen">{escape(visit.words("ask.title"))}</h1>')
        else:
            _draw_welcome(visit, conversation, options)
        for turn in conversation.turns:
            draw_turn(visit, conversation, turn)
    st.chat_input(
        visit.words("ask.placeholder"),
        key=_PROMPT,
        accept_file="multiple",
        max_upload_size=visit.knowledge.settings.max_file_mb,
        on_submit=lambda: _submit(visit, conversation, options),
    )
    _draw_drawer(visit)


def _draw_scope(visit: Visit) -> AskOptions:
    words, documents = visit.words, visit.knowledge.documents()
    names = {document.id: document.name for document in documents}
    collections = [name for name in visit.knowledge.collections() if name]
    _forget("scope_documents", names)
    _forget("scope_collections", collections)
    chosen = st.multiselect(
        words("ask.scope_documents"),
        list(names),
        format_func=lambda id_: names[id_],
        key="scope_documents",
        persist_state="session",
        placeholder=words("ask.all_documents"),
        disabled=not names,
    )
    within = []
    if collections:
        within = st.multiselect(
            words("ask.scope_collections"),
            collections,
            key="scope_collections",
            persist_state="session",
            placeholder=words("ask.all_collections"),
        )
    kinds, spoken = {one.media_type for one in documents}, {one.language for one in documents}
    media_types = _draw_choice(
        "scope_types", kinds, partial(type_name, words), words("ask.types"), words("ask.all_types")
    )
    languages = _draw_choice(
        "scope_languages", spoken, partial(words.name, "languages"), words("ask.languages"), words("ask.all_languages")
    )
    return AskOptions(
        documents=frozenset(chosen),
        collections=frozenset(within),
        media_types=frozenset(media_types),
        languages=frozenset(languages),
    )


def _draw_choice(key: str, known: set[str], name: Callable[[str], str], label: str, every: str) -> list[str]:
    """A further filter, where the library has more than one to choose from."""
    _forget(key, known)
    if len(known) < 2:
        return []
    return st.multiselect(label, sorted(known), format_func=name, key=key, persist_state="session", placeholder=every)


def _forget(key: str, known: object) -> None:
    """Takes out of a multiselect what has been deleted since it was chosen."""
    if key in st.session_state:
        st.session_state[key] = [entry for entry in st.session_state[key] if entry in known]  # type: ignore[operator]


def _draw_welcome(visit: Visit, conversation: Conversation, options: AskOptions) -> None:
    words = visit.words
    st.title(words("ask.welcome"))
    st.markdown(words("ask.introduction"))
    if not visit.knowledge.documents():
        st.info(words("ask.empty_library"), icon=":material/upload_file:")
    if _SAMPLES in visit.knowledge.collections():
        _draw_examples(visit, conversation, options)


def _draw_examples(visit: Visit, conversation: Conversation, options: AskOptions) -> None:
    """Questions that the sample documents answer, to begin with one click."""
    words = visit.words
    st.caption(words("ask.examples"))

    def ask(question: str) -> None:
        conversation.send(visit.knowledge, question, (), options)

    with st.container(key="examples"):
        for number in _EXAMPLES:
            question, icon = words(f"examples.{number}"), ":material/chat_bubble:"
            st.button(
                plain(question),
                key=f"example-{number}",
                icon=icon,
                type="tertiary",
                on_click=ask,
                args=(question,),
            )


def _submit(visit: Visit, conversation: Conversation, options: AskOptions) -> None:
    sent: ChatInputValue = st.session_state[_PROMPT]
    files = [(file.name, file.getvalue()) for file in sent.files]
    question = (sent.text or "").strip()
    if question or files:
        conversation.send(visit.knowledge, question, files, options)


def _draw_drawer(visit: Visit) -> None:
    source: Source | None = st.session_state.get("source")
    if source is None:
        return
    with st.container(key="source"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.header(visit.words("source.title"))
            st.button(
                visit.words("source.close"),
                key="close_source",
                icon=":material/close:",
                shortcut="Esc",
                on_click=lambda: st.session_state.pop("source"),
            )
        draw_source(visit, source)
