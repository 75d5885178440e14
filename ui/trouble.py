"""What a person sees when the app itself has a fault: a sentence in their language; the log has the rest."""

from __future__ import annotations

import logging

import streamlit as st

from ui.language import language_of, words_of

log = logging.getLogger("tenkyo")


def show_fault(fault: Exception) -> bool:
    """Streamlit's hook for uncaught errors; True keeps its own red box away."""
    log.error("A page failed", exc_info=fault)
    language = st.session_state.get("lang") or language_of(st.context.locale)
    st.error(words_of(language)("app.trouble"), icon=":material/error:")
    return True
