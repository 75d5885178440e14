"""Questions to begin with, for a library of one's own: those that its newest documents suggest and really answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from threading import Event as Flag
from typing import Any

import streamlit as st

from rag import KnowledgeBase
from rag.reports import Progress
from rag.types import DocumentInfo
from ui.components.questions import draw_questions
from ui.components.work import Work
from ui.knowledge import is_loading
from ui.visit import Visit

_DOCUMENTS = 3
_QUESTIONS = 4
_POLL_S = 0.5


def draw_suggestions(visit: Visit, ask: Callable[[str], None]) -> None:
    """Draws them once they are found; a click on one is a call of `ask` with the question."""
    words, activity = visit.words, visit.knowledge.activity()
    if activity.over < activity.files:  # the newest documents are not yet known, and the machine is busy with them
        return
    work = _looked_for(visit.knowledge, _newest(visit.knowledge.documents(), words.language), is_loading())
    if not work.finished:
        st.fragment(_await, run_every=_POLL_S)(visit, work)
    elif work.result:
        st.caption(words("ask.suggested"))
        with st.container(key="examples"):
            draw_questions("example", work.result, ask)


def _newest(documents: Sequence[DocumentInfo], language: str) -> tuple[str, ...]:
    """The newest that are no part of another; those in the person's language first."""
    outer = [document for document in reversed(documents) if document.parent is None]
    return tuple(one.id for one in sorted(outer, key=lambda one: one.language != language)[:_DOCUMENTS])


@st.cache_resource(max_entries=16, show_spinner=False, on_release=lambda work: work.stop.set())
def _looked_for(_knowledge: KnowledgeBase, ids: tuple[str, ...], early: bool) -> Work:
    """One search for all who come; what it finds is kept in the store, too.

    `early`: the embedding model is not there yet; once it is, they are looked for anew.
    """
    del early

    def produce(stop: Flag) -> Iterator[Any]:
        found = [list(_questions(_knowledge, id_, -(-_QUESTIONS // len(ids)), stop)) for id_ in ids]
        yield tuple(filter(None, chain(*zip_longest(*found))))[:_QUESTIONS]  # the surest of each come first

    return Work("suggestions", produce)


def _questions(knowledge: KnowledgeBase, document_id: str, count: int, stop: Flag) -> Iterator[str]:
    for event in knowledge.chains.suggest(document_id, count, model="extractive", stop=stop):
        if not isinstance(event, Progress):
            yield from (suggestion.question for suggestion in event)


def _await(visit: Visit, work: Work) -> None:
    if work.finished:
        st.rerun()
    st.caption(visit.words("ask.suggesting"))
