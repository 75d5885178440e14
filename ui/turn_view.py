"""One turn of the chat: what was asked, the reply as it comes, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from rag.types import Answer, Feedback
from ui.answer_view import draw_answer, draw_nearest, draw_text
from ui.computation_view import draw_computation
from ui.conversation import Conversation, Reply, Turn
from ui.job_view import draw_job, draw_refused
from ui.language import Words
from ui.source_view import Source
from ui.visit import Visit

_POLL_S = 0.2
_FIRST_LOOK_S = 0.6
"""A reply that is there by then is drawn at once, without the page changing under the reader's eyes."""
_CONFIDENCE = ((0.75, "high"), (0.5, "medium"), (0.0, "low"))
_EDITING = "editing"


def draw_turn(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    """Draws it; while something about it may still change, it follows that by itself."""
    if turn.reply:
        turn.reply.wait(_FIRST_LOOK_S if turn.reply.stage == "searching" else 0)
    if turn.busy(visit.knowledge):
        st.fragment(_draw_live_turn, run_every=_POLL_S)(visit, turn)
    else:
        _draw_turn_now(visit, turn)
        _draw_tools(visit, conversation, turn)


def _draw_live_turn(visit: Visit, turn: Turn) -> None:
    """Follows a turn; when it is complete the page draws it, for a click in a fragment that ends would be lost."""
    if not turn.busy(visit.knowledge):
        st.rerun()
    _draw_turn_now(visit, turn, live=True)


def _draw_turn_now(visit: Visit, turn: Turn, *, live: bool = False) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        if turn.question:
            st.text(turn.question)
        for file in turn.files:
            if file.error:
                draw_refused(visit.words, file.name, file.error)
        for job in turn.jobs(visit.knowledge):
            draw_job(visit, job)
    if turn.reply:
        with st.chat_message("assistant", avatar=":material/find_in_page:"):
            _draw_reply(visit.words, turn.id, turn.reply, live=live)


def _draw_reply(words: Words, turn_id: int, reply: Reply, *, live: bool) -> None:
    key = f"answer-{turn_id}"
    if reply.model_error:
        message, hint = words.error(reply.model_error)
        st.warning(words.markdown("app.problem", message=message, hint=hint))
    if reply.answer and not live:
        _draw_answer(words, key, reply.answer)
        return
    if reply.text:
        draw_text(words, key, reply.text, writing=live)
    if live:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(words(f"stage.{reply.stage}"))
            st.button(
                words("ask.stop"),
                key=f"stop-{turn_id}",
                icon=":material/stop_circle:",
                on_click=reply.stop.set,
            )
    elif reply.error or not reply.stop.is_set():
        message, hint = words.error(reply.error or {"code": "error", "message": "", "hint": ""})
        st.error(words.markdown("app.problem", message=message, hint=hint))


def _draw_answer(words: Words, key: str, answer: Answer) -> None:
    if answer.answered or answer.stopped:
        draw_answer(words, key, answer, _open_source)
        if answer.computation:
            draw_computation(words, answer.computation)
    else:
        st.info(words("answer.not_answered"), icon=":material/search_off:")
        if answer.hits:
            st.caption(words("answer.nearest"))
            draw_nearest(words, key, answer, _open_source)
    st.caption(" · ".join(_remarks(words, answer)))


def _remarks(words: Words, answer: Answer) -> list[str]:
    """What the reader should know of how the answer came about."""
    remarks = [words("answer.took", seconds=f"{answer.took_ms / 1000:.1f}")]
    if answer.computation:
        remarks.append(words("answer.computed"))
    elif answer.answered:
        level = next(name for least, name in _CONFIDENCE if answer.confidence >= least)
        remarks.append(words(f"confidence.{level}"))
        by_model = words.markdown("answer.model", name=answer.model)
        remarks.append(words("answer.extractive") if answer.model == "extractive" else by_model)
    if answer.stopped:
        remarks.append(words("answer.stopped"))
    return remarks


def _open_source(source: Source) -> None:
    st.session_state.source = source


def _draw_tools(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    """Below a finished reply: rate it, ask again, or put the question another way."""
    words = visit.words
    if turn.reply is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"tools-{turn.id}"):
        if turn.reply.answer:
            _draw_rating(visit, conversation, turn)
        st.button(
            words("turn.again"),
            key=f"again-{turn.id}",
            icon=":material/refresh:",
            type="tertiary",
            on_click=conversation.ask_again,
            args=(visit.knowledge, turn, turn.question),
        )
        st.button(
            words("turn.edit"),
            key=f"edit-{turn.id}",
            icon=":material/edit:",
            type="tertiary",
            on_click=lambda: st.session_state.update({_EDITING: turn.id}),
        )
    if turn.feedback and not turn.feedback.good:
        _draw_reason(visit, conversation, turn, turn.feedback)
    if st.session_state.get(_EDITING) == turn.id:
        _draw_editor(visit, conversation, turn)


def _draw_rating(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    key = f"rating-{turn.id}"

    def rate() -> None:
        rating = st.session_state[key]
        conversation.rate(visit.knowledge, turn, None if rating is None else Feedback(rating == 1))

    st.feedback("thumbs", key=key, default=int(turn.feedback.good) if turn.feedback else None, on_change=rate)


def _draw_reason(visit: Visit, conversation: Conversation, turn: Turn, feedback: Feedback) -> None:
    key = f"reason-{turn.id}"

    def explain() -> None:
        conversation.rate(visit.knowledge, turn, Feedback(False, st.session_state[key].strip()))

    st.text_input(
        visit.words("turn.reason"),
        value=feedback.reason,
        key=key,
        max_chars=500,
        placeholder=visit.words("turn.reason_hint"),
        on_change=explain,
    )


def _draw_editor(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    words, key = visit.words, f"question-{turn.id}"

    def send() -> None:
        question = st.session_state[key].strip()
        st.session_state.pop(_EDITING)
        if question:
            conversation.ask_again(visit.knowledge, turn, question)

    with st.form(f"edit-form-{turn.id}"):
        st.text_area(words("turn.question"), value=turn.question, key=key)
        with st.container(horizontal=True):
            st.form_submit_button(words("turn.send"), type="primary", on_click=send)
            st.form_submit_button(words("turn.keep"), on_click=lambda: st.session_state.pop(_EDITING))
