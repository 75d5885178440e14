"""One turn of the chat: what was asked, and the reply as it comes."""

from __future__ import annotations

import time

import streamlit as st

from rag.types import Answer
from ui.chat.agent_view import draw_steps
from ui.chat.answer_view import draw_answer, draw_nearest, draw_text
from ui.chat.computation_view import draw_computation
from ui.chat.conversation import Conversation, Reply, Turn
from ui.chat.turn_tools import draw_tools
from ui.components.job_view import draw_job, draw_refused
from ui.components.live import draw_live, lasting_place
from ui.components.notices import draw_notices
from ui.components.questions import draw_questions
from ui.knowledge import is_loading
from ui.language import Words
from ui.visit import Visit

_POLL_S = 0.2
_FIRST_LOOK_S = 0.4
"""A reply that is there by then is drawn at once, without the page changing under the reader's eyes."""
_WAITING_S = 3
"""From then on the reader is told for how long it has been going on."""
_QUOTES = "extractive"
"""What an answer's model is called where none wrote it."""
_CONFIDENCE = ((0.75, "high"), (0.5, "medium"), (0.0, "low"))
_ICONS = {
    "high": ":material/verified:",
    "medium": ":material/check:",
    "low": ":material/help:",
    "partial": ":material/error:",
    "uncited": ":material/help:",
}


def draw_turn(visit: Visit, conversation: Conversation, turn: Turn) -> None:
    """Draws it; while something about it may still change, it follows that by itself."""
    _draw_asked(visit, turn)
    if turn.reply:
        turn.reply.wait(_FIRST_LOOK_S if turn.reply.stage == "searching" else 0)
    busy = turn.busy(visit.knowledge)
    if reply := turn.reply:
        draw_live(lambda: _draw_reply(visit, turn, reply, busy), _POLL_S, going_on=busy)
    if not busy:
        draw_tools(visit, conversation, turn)
        if turn is conversation.turns[-1] and turn.reply:
            _draw_next_questions(visit, conversation, turn, turn.reply)


def _draw_next_questions(visit: Visit, conversation: Conversation, turn: Turn, reply: Reply) -> None:
    """What can be asked next, below the newest answer; they come a moment after it."""
    if reply.next_questions is None:
        st.fragment(_await_next_questions, run_every=_POLL_S)(reply)
        return

    def ask(question: str) -> None:
        conversation.send(visit.knowledge, question, (), turn.options)

    if reply.next_questions:
        with st.container(key="next_questions"):
            st.caption(visit.words("turn.next"))
            draw_questions("next", reply.next_questions, ask)


def _await_next_questions(reply: Reply) -> None:
    if reply.next_questions is not None:
        st.rerun()


def _draw_asked(visit: Visit, turn: Turn) -> None:
    """The question, and what becomes of the files that came with it."""
    with st.chat_message("user", avatar=":material/person:"):
        if turn.question:
            st.text(turn.question)
        for file in turn.files:
            if file.error:
                draw_refused(visit.words, file.name, file.error)
        if turn.job_ids:
            busy = turn.busy(visit.knowledge)
            draw_live(lambda: _draw_jobs(visit, turn, busy), _POLL_S, going_on=busy)


def _draw_jobs(visit: Visit, turn: Turn, busy: bool) -> None:
    """Follows the files; when all is over, or one is tried again, the page runs anew."""
    for job in turn.jobs(visit.knowledge):
        draw_job(visit, job)
    if turn.busy(visit.knowledge) != busy:
        st.rerun()


def _draw_reply(visit: Visit, turn: Turn, reply: Reply, busy: bool) -> None:
    """Follows a reply; once it is whole the page runs anew, since what can be done with it stands outside."""
    over = not turn.busy(visit.knowledge)
    with st.chat_message("assistant", avatar=":material/find_in_page:"):
        _draw_reply_text(visit, turn, reply, live=not over)
    if busy and over:
        st.rerun()


def _draw_reply_text(visit: Visit, turn: Turn, reply: Reply, *, live: bool) -> None:
    words, key = visit.words, f"answer-{turn.id}"
    with lasting_place():  # so that the button below, and its key, are the same while the text comes
        quoted = reply.answer is not None and reply.answer.answered and reply.answer.model == _QUOTES
        draw_notices(words, reply.model_error, reply.truncated, quoted=quoted)
        draw_steps(words, reply.steps, live=live)
        if reply.answer and not live:
            _draw_answer(words, key, turn.id, reply.answer)
            if reply.is_early:
                st.caption(f":material/hourglass_top: {words('answer.early')}")
        elif reply.text:
            draw_text(words, key, reply.text, writing=live)
    if live:
        _draw_stage(visit, turn.id, reply)
    elif reply.error and not reply.answer:
        message, hint = words.error(reply.error)
        st.error(words.markdown("app.problem", message=message, hint=hint))


def _draw_stage(visit: Visit, turn_id: int, reply: Reply) -> None:
    """What is being done, for how long when that is long, and the way to end it."""
    words, stage = visit.words, f"stage.{reply.stage}"
    if reply.stage == "searching" and is_loading():
        stage = "stage.loading"
    elif reply.stage == "reading" and reply.passages:
        stage = "stage.passages"
    seconds = int(time.monotonic() - reply.began)
    took = words("stage.took", seconds=seconds) if seconds >= _WAITING_S else ""
    with st.container(horizontal=True, vertical_alignment="center", key=f"stage-{turn_id}"):
        st.caption(words(stage, count=reply.passages) + took, width="content")
        st.button(
            words("ask.stop"),
            key=f"stop-{turn_id}",
            icon=":material/stop_circle:",
            shortcut="Esc" if "opened" not in st.session_state else None,
            on_click=reply.stop.set,
        )


def _draw_answer(words: Words, key: str, turn_id: int, answer: Answer) -> None:
    if answer.answered or answer.stopped:
        draw_answer(words, key, turn_id, answer)
        if answer.computation:
            draw_computation(words, answer.computation)
    else:
        st.info(words("answer.not_answered"), icon=":material/search_off:")
        if answer.hits:
            st.caption(words("answer.nearest"))
            draw_nearest(words, key, turn_id, answer)
    st.caption(" · ".join(_remarks(words, answer)))


def _level(confidence: float) -> str:
    return next(name for least, name in _CONFIDENCE if confidence >= least)


def _remarks(words: Words, answer: Answer) -> list[str]:
    """What the reader should know of how the answer came about."""
    remarks = []
    if answer.computation:
        remarks.append(words("answer.computed"))
    elif answer.answered:
        quoted = answer.model == _QUOTES
        level = "partial" if any(sentence.problem for sentence in answer.sentences) else _level(answer.confidence)
        if level != "partial" and not any(sentence.citations for sentence in answer.sentences):
            level = "uncited"
        likely = quoted and level not in ("partial", "uncited")
        said = words(f"likelihood.{level}") if likely else words(f"confidence.{level}")
        remarks.append(f"{_ICONS[level]} {said}")
        remarks.append(words("answer.extractive") if quoted else words.markdown("answer.model", name=answer.model))
    if answer.stopped:
        remarks.append(words("answer.stopped"))
    return [*remarks, words("answer.took", seconds=f"{answer.took_ms / 1000:.1f}")]
