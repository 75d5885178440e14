"""The one KnowledgeBase of this process."""

from __future__ import annotations

from threading import Thread

import streamlit as st

from rag import KnowledgeBase


@st.cache_resource(show_spinner=False, on_release=lambda knowledge: knowledge.close())
def knowledge_base() -> KnowledgeBase:
    """Opened once, with its worker running; the embedding model loads meanwhile, no page waits for it.

    Raises StoreError or InvalidSettings where it cannot be opened; the next call tries again.
    """
    knowledge = KnowledgeBase.open()
    knowledge.start_worker()
    Thread(target=knowledge.warm_up, name="warm-up", daemon=True).start()
    return knowledge
