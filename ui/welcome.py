"""The empty chat: what can be done here, and something to begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from ui.plain import plain
from ui.visit import Visit

_SAMPLES = "samples"
_EXAMPLES = ("first", "second", "third", "fourth")
_STEPS = ("add", "ask", "check")


def draw_welcome(visit: Visit, ask: Callable[[str], None]) -> None:
    """Draws it; a click on an example is a call of `ask` with the question."""
    words = visit.words
    st.title(words("ask.welcome"))
    st.markdown(words("ask.introduction"))
    if not visit.knowledge.documents():
        _draw_steps(visit)
    elif _SAMPLES in visit.knowledge.collections():
        st.caption(words("ask.examples"))
        with st.container(key="examples"):
            draw_questions("example", [words(f"examples.{number}") for number in _EXAMPLES], ask)
    st.html(f'<p class="keys">{_keys(visit)}</p>')


def _draw_steps(visit: Visit) -> None:
    """How one begins, for a library without documents."""
    words = visit.words
    st.info(words("ask.empty_library"), icon=":material/upload_file:")
    steps = "".join(
        f"<li><strong>{escape(words(f'steps.{name}'))}</strong> {escape(words(f'steps_how.{name}'))}</li>"
        for name in _STEPS
    )
    st.html(f'<ol class="steps">{steps}</ol>')


def draw_questions(key: str, questions: Sequence[str], ask: Callable[[str], None]) -> None:
    """Questions to be asked with one click, a call of `ask`."""
    with st.container(key=f"{key}_questions_list"):
        for number, question in enumerate(questions):
            st.button(
                plain(question),
                key=f"{key}-{number}",
                icon=":material/chat_bubble:",
                type="tertiary",
                on_click=ask,
                args=(question,),
            )


def _keys(visit: Visit) -> str:
    """The keyboard's shortcuts, as HTML."""
    keys = (("/", "ask"), ("← →", "sources"), ("Esc", "close"))
    return " ".join(
        f"<span><kbd>{escape(key)}</kbd> {escape(visit.words(f'keys.{name}'))}</span>" for key, name in keys
    )
