"""Questions that can be asked with one click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui.plain import plain


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
