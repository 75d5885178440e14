"""What can be done with a finished reply: rate it, ask again, put the question another way."""

from __future__ import annotations

import streamlit as st

from rag.types import Feedback
from ui.chat.conversation import Conversation, Turn
from ui.visit import Visit

_EDITING = "editing"
_REASONS = ("source", "question", "incomplete", "wrong")


@st.fragment
def draw_tools(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    """Draws them below the reply; rating and editing draw nothing else anew."""
    if turn.reply is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"tools-{turn.id}"):
        if turn.reply.answer:
            _draw_rating(visit, conversation, turn)
        again = st.button(visit.words("turn.again"), key=f"again-{turn.id}", icon=":material/refresh:", type="tertiary")
        st.button(
            visit.words("turn.edit"),
            key=f"edit-{turn.id}",
            icon=":material/edit:",
            type="tertiary",
            on_click=lambda: st.session_state.update({_EDITING: turn.id}),
        )
    if again:
        _ask(visit, conversation, turn, turn.question)
    with st.container(key=f"more-{turn.id}"):
        if turn.feedback and not turn.feedback.good:
            _draw_reason(visit, conversation, turn, turn.feedback)
        if st.session_state.get(_EDITING) == turn.id:
            _draw_editor(visit, conversation, turn)


def _ask(visit: Visit, conversation: Conversation, turn: Turn, question: str) -> None:
    conversation.ask_again(visit.knowledge, turn, question)
    st.rerun()  # the whole page: what came after this turn has gone


def _draw_rating(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    key = f"rating-{turn.id}"

    def rate() -> None:
        rating = st.session_state[key]
        conversation.rate(visit.knowledge, turn, None if rating is None else Feedback(rating == 1))

    st.feedback("thumbs", key=key, default=int(turn.feedback.good) if turn.feedback else None, on_change=rate)


def _draw_reason(visit: Visit, conversation: Conversation, turn: Turn, feedback: Feedback) -> None:
    """Why the answer is no good: the usual reasons with a click, and one's own words."""
    words, usual, own = visit.words, f"reasons-{turn.id}", f"reason-{turn.id}"

    def explain() -> None:
        reasons = dict.fromkeys([*st.session_state[usual], st.session_state[own].strip()])
        conversation.rate(visit.knowledge, turn, Feedback(False, words("turn.reasons.and").join(filter(None, reasons))))

    options = [words(f"turn.reasons.{name}") for name in _REASONS]
    st.pills(words("turn.reason"), options, selection_mode="multi", key=usual, on_change=explain)
    st.text_input(
        words("turn.reason_own"),
        value=feedback.reason,
        key=own,
        max_chars=500,
        placeholder=words("turn.reason_hint"),
        label_visibility="collapsed",
        on_change=explain,
    )
    if feedback.reason:
        st.caption(words("turn.thanks"))


def _draw_editor(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    words = visit.words
    with st.form(f"edit-form-{turn.id}"):
        question = st.text_area(words("turn.question"), value=turn.question, key=f"question-{turn.id}")
        with st.container(horizontal=True):
            send = st.form_submit_button(words("turn.send"), type="primary")
            keep = st.form_submit_button(words("turn.keep"))
    if send or keep:
        st.session_state.pop(_EDITING)
        if send and question.strip():
            _ask(visit, conversation, turn, question.strip())
        st.rerun(scope="fragment")
