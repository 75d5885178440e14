"""The Ask page: a chat whose answers point at their sources."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st
from streamlit.elements.widgets.chat import ChatInputValue

from rag.types import AskOptions
from ui.chat.agent_view import draw_agent_switch
from ui.chat.conversation import Conversation
from ui.chat.drawer import draw_drawer
from ui.chat.history import draw_history, start_anew
from ui.chat.scope import draw_scope
from ui.chat.turn_view import draw_turn
from ui.chat.welcome import draw_welcome
from ui.components.model_choice import draw_model_choice
from ui.visit import Visit
from ui.visitor import visitor

_PROMPT = "prompt"


def page(visit: Visit) -> None:
    """Draws the page."""
    conversation: Conversation = st.session_state.setdefault("conversation", Conversation(visitor()))
    with visit.sidebar:
        st.button(
            visit.words("ask.new"),
            key="new",
            icon=":material/add_comment:",
            shortcut="Alt+N",
            width="stretch",
            disabled=not conversation.turns,
            on_click=start_anew,
            args=(conversation,),
        )
        options = replace(draw_scope(visit), model=draw_model_choice(visit))
        options = replace(options, agent=draw_agent_switch(visit, options.model))
    with st.container(key="chat"):
        if conversation.turns:  # a title for those who cannot see that this is a chat
            st.html(f'<h1 class="unseen">{escape(visit.words("ask.title"))}</h1>')
        else:
            draw_welcome(visit, lambda question: _ask(visit, conversation, question, options))
        for turn in conversation.turns:
            draw_turn(visit, conversation, turn)
        if visit.knowledge.reindexing.renews_words:
            st.caption(visit.words("ask.renewing"))
    with visit.sidebar:  # after the turns: one that is answered in this very run has been saved by now
        draw_history(visit, conversation)
    st.chat_input(
        visit.words("ask.placeholder"),
        key=_PROMPT,
        accept_file="multiple",
        max_upload_size=visit.knowledge.settings.max_file_mb,
        on_submit=lambda: _submit(visit, conversation, options),
    )
    draw_drawer(visit, conversation)


def _ask(visit: Visit, conversation: Conversation, question: str, options: AskOptions) -> None:
    conversation.send(visit.knowledge, question, (), options)


def _submit(visit: Visit, conversation: Conversation, options: AskOptions) -> None:
    sent: ChatInputValue = st.session_state[_PROMPT]
    files = [(file.name, file.getvalue()) for file in sent.files]
    question = (sent.text or "").strip()
    if question or files:
        conversation.send(visit.knowledge, question, files, options)
