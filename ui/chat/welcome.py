"""The empty chat: what can be done here, and something to begin with."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from ui.chat.suggestions import draw_suggestions
from ui.components.questions import draw_questions
from ui.visit import Visit

_SAMPLES = "samples"
_EXAMPLES = ("first", "second", "third", "fourth")
_STEPS = ("add", "ask", "check")


def draw_welcome(visit: Visit, ask: Callable[[str], None]) -> None:
    """Draws it; a click on an example is a call of `ask` with the question."""
    words = visit.words
    st.title(words("ask.welcome"))
    st.markdown(words("ask.introduction"))
    documents = visit.knowledge.documents()
    samples = any(document.collection == _SAMPLES for document in documents)
    if not documents:
        _draw_steps(visit)
    elif samples:
        st.caption(words("ask.examples"))
        with st.container(key="examples"):
            draw_questions("example", [words(f"examples.{number}") for number in _EXAMPLES], ask)
    st.html(f'<p class="keys">{_keys(visit)}</p>')
    if documents and not samples:  # below all else, since they come a moment later
        draw_suggestions(visit, ask)


def _draw_steps(visit: Visit) -> None:
    """How one begins, for a library without documents."""
    words = visit.words
    st.info(words("ask.empty_library"), icon=":material/upload_file:")
    steps = "".join(
        f"<li><strong>{escape(words(f'steps.{name}'))}</strong> {escape(words(f'steps_how.{name}'))}</li>"
        for name in _STEPS
    )
    st.html(f'<ol class="steps">{steps}</ol>')


def _keys(visit: Visit) -> str:
    """The keyboard's shortcuts, as HTML."""
    keys = (("/", "ask"), ("← →", "sources"), ("Esc", "close"))
    return " ".join(
        f"<span><kbd>{escape(key)}</kbd> {escape(visit.words(f'keys.{name}'))}</span>" for key, name in keys
    )
