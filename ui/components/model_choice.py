"""Which chat model answers, for those who have several."""

from __future__ import annotations

import streamlit as st

from ui.visit import Visit

_KEY = "chat_model"
_NONE = "extractive"


def draw_model_choice(visit: Visit) -> str:
    """A choice where there is one; gives the name for `AskOptions.model`, "" for the default."""
    words, names = visit.words, visit.knowledge.models.offered()
    if not names:
        return ""
    names = (*names, _NONE)
    if st.session_state.get(_KEY) not in names:  # a server may list it no longer
        st.session_state.pop(_KEY, None)
    return st.selectbox(
        words("models.answered_by"),
        names,
        key=_KEY,
        persist_state="session",
        format_func=lambda name: words("models.quotes") if name == _NONE else name,
    )
