"""The Ask page: a chat whose answers point at their sources."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.widgets.chat import ChatInputValue

from rag.types import Answer, AskOptions
from ui.answer_view import draw_answer, draw_nearest, draw_text
from ui.conversation import Conversation, Reply, Turn
from ui.job_view import draw_job, draw_refused
from ui.language import Words
from ui.plain import plain
from ui.source_view import Source, draw_source
from ui.visit import Visit

_POLL_S = 0.2
_FIRST_LOOK_S = 0.6
"""A reply that is there by then is drawn at once, without the page changing under the reader's eyes."""
_SAMPLES = "samples"
_EXAMPLES = ("first", "second", "third", "fourth")
_CONFIDENCE = ((0.75, "high"), (0.5, "medium"), (0.0, "low"))
_PROMPT = "prompt"


def page(visit: Visit) -> None:
    """Draws the page."""
    conversation: Conversation = st.session_state.setdefault("conversation", Conversation())
    with visit.sidebar:
        options = _draw_scope(visit, conversation)
    with st.container(key="chat"):
        if not conversation.turns:
            _draw_welcome(visit, conversation, options)
        for turn in conversation.turns:
            _draw_turn(visit, turn)
    st.chat_input(
        visit.words("ask.placeholder"),
        key=_PROMPT,
        accept_file="multiple",
        max_upload_size=visit.knowledge.settings.max_file_mb,
        on_submit=lambda: _submit(visit, conversation, options),
    )
    _draw_drawer(visit)


def _draw_scope(visit: Visit, conversation: Conversation) -> AskOptions:
    words, documents = visit.words, visit.knowledge.documents()
    names = {document.id: document.name for document in documents}
    collections = [name for name in visit.knowledge.collections() if name]
    _forget("scope_documents", names)
    _forget("scope_collections", collections)
    st.button(
        words("ask.new"),
        icon=":material/add_comment:",
        width="stretch",
        disabled=not conversation.turns,
        on_click=_start_anew,
    )
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
    return AskOptions(documents=frozenset(chosen), collections=frozenset(within))


def _forget(key: str, known: object) -> None:
    """Takes out of a multiselect what has been deleted since it was chosen."""
    if key in st.session_state:
        st.session_state[key] = [entry for entry in st.session_state[key] if entry in known]  # type: ignore[operator]


def _start_anew() -> None:
    for turn in st.session_state.conversation.turns:
        if turn.reply:
            turn.reply.stop.set()
    st.session_state.conversation = Conversation()
    st.session_state.pop("source", None)


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


def _draw_turn(visit: Visit, turn: Turn) -> None:
    if turn.reply:
        turn.reply.wait(_FIRST_LOOK_S if turn.reply.stage == "searching" else 0)
    if turn.busy(visit.knowledge):
        st.fragment(_draw_live_turn, run_every=_POLL_S)(visit, turn)
    else:
        _draw_turn_now(visit, turn)


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
    else:
        st.info(words("answer.not_answered"), icon=":material/search_off:")
        if answer.hits:
            st.caption(words("answer.nearest"))
            draw_nearest(words, key, answer, _open_source)
    st.caption(" · ".join(_remarks(words, answer)))


def _remarks(words: Words, answer: Answer) -> list[str]:
    """What the reader should know of how the answer came about."""
    remarks = [words("answer.took", seconds=f"{answer.took_ms / 1000:.1f}")]
    if answer.answered:
        level = next(name for least, name in _CONFIDENCE if answer.confidence >= least)
        remarks.append(words(f"confidence.{level}"))
        by_model = words.markdown("answer.model", name=answer.model)
        remarks.append(words("answer.extractive") if answer.model == "extractive" else by_model)
    if answer.stopped:
        remarks.append(words("answer.stopped"))
    return remarks


def _open_source(source: Source) -> None:
    st.session_state.source = source


def _draw_drawer(visit: Visit) -> None:
    source: Source | None = st.session_state.get("source")
    if source is None:
        return
    with st.container(key="source"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(visit.words("source.title"))
            st.button(
                visit.words("source.close"),
                key="close_source",
                icon=":material/close:",
                shortcut="Esc",
                on_click=lambda: st.session_state.pop("source"),
            )
        draw_source(visit, source)
