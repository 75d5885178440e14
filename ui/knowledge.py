"""The one KnowledgeBase of this process."""

from __future__ import annotations

import logging
from threading import Event, Thread

import streamlit as st

from rag import KnowledgeBase, TenkyoError

log = logging.getLogger("tenkyo")
_loading = Event()


@st.cache_resource(show_spinner=False, on_release=lambda knowledge: knowledge.close())
def knowledge_base() -> KnowledgeBase:
    """Opened once, with its worker running; the embedding model loads meanwhile, no page waits for it.

    Raises StoreError or InvalidSettings where it cannot be opened; the next call tries again.
    """
    knowledge = KnowledgeBase.open()
    knowledge.start_worker()
    _loading.set()
    Thread(target=_warm_up, args=(knowledge,), name="warm-up", daemon=True).start()
    return knowledge


def is_loading() -> bool:
    """Whether the embedding model is being loaded: a question asked meanwhile waits for it."""
    return _loading.is_set()


def _warm_up(knowledge: KnowledgeBase) -> None:
    try:
        knowledge.warm_up()
    except TenkyoError as error:
        log.warning("The embedding model is not there, search goes by words: %s", error)
    finally:
        _loading.clear()
