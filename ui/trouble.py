"""What a person sees where there is nothing else to show: what happened and what to do, in their language."""

from __future__ import annotations

import logging

import streamlit as st

from rag.errors import TenkyoError
from ui.language import Words, language_of, words_of

log = logging.getLogger("tenkyo")


def draw_trouble(words: Words, error: TenkyoError) -> None:
    """In place of a page that there is no library for."""
    message, hint = words.error(error.as_dict())
    st.error(words.markdown("app.problem", message=message, hint=hint))
    st.caption(words.markdown("app.details", message=str(error)))


def show_fault(fault: Exception) -> bool:
    """Streamlit's hook for uncaught errors; True keeps its own red box away. The log has what is not said here."""
    words = words_of(st.session_state.get("lang") or language_of(st.context.locale))
    if isinstance(fault, TenkyoError):  # the store, in the middle of a page
        log.error("A page failed: %s", fault)
        draw_trouble(words, fault)
    else:
        log.error("A page failed", exc_info=fault)
        st.error(words("app.trouble"), icon=":material/error:")
    return True
