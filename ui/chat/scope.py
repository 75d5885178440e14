"""Which documents a question is asked of: all of them, or those that the person picks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import streamlit as st

from rag.types import FACETS, AskOptions
from ui.components.document_view import kind_of
from ui.components.facets import facets_of
from ui.visit import Visit

_KEYS = ("scope_documents", "scope_collections", "scope_types", "scope_languages")
_FACET_KEYS = {name: f"scope_{name}" for name in FACETS}


def draw_scope(visit: Visit) -> AskOptions:
    """Draws the picker, shut; its label says whether something is picked."""
    words, documents = visit.words, visit.knowledge.documents()
    names = {document.id: document.name for document in documents}
    kinds, spoken = {kind_of(one.media_type) for one in documents}, {one.language for one in documents}
    collections = {one.collection for one in documents} - {""}
    facets = facets_of(documents)
    known = dict(zip(_KEYS, (set(names), collections, kinds, spoken), strict=True))
    known |= {_FACET_KEYS[name]: set(facets.get(name, ())) for name in FACETS}
    picked = sum(_forget(key, entries) for key, entries in known.items())
    label = words("ask.scope_some", count=picked) if picked else words("ask.scope_all")
    with st.popover(label, icon=":material/filter_alt:", width="stretch", disabled=not names, key="scope"):
        chosen = _draw_choice("scope_documents", names, names.__getitem__, words("ask.scope_documents"), 1)
        within = _draw_choice("scope_collections", sorted(collections), str, words("ask.scope_collections"), 1)
        types = _draw_choice("scope_types", sorted(kinds), partial(words.name, "types"), words("ask.types"), 2)
        by_name = partial(words.name, "languages")
        languages = _draw_choice("scope_languages", sorted(spoken), by_name, words("ask.languages"), 2)
        metadata = {
            (name, value)
            for name, values in facets.items()
            for value in _draw_choice(_FACET_KEYS[name], values, str, words(f"facet.{name}"), 1)
        }
        st.button(words("ask.scope_clear"), key="scope_clear", type="tertiary", on_click=_clear, disabled=not picked)
    return AskOptions(
        documents=frozenset(chosen),
        collections=frozenset(within),
        media_types=frozenset(one.media_type for one in documents if kind_of(one.media_type) in types),
        languages=frozenset(languages),
        metadata=frozenset(metadata),
    )


def _draw_choice(key: str, known: Iterable[str], name: Callable[[str], str], label: str, least: int) -> list[str]:
    """One filter, where the library has at least so many to choose from."""
    options = list(known)
    if len(options) < least:
        return []
    return st.multiselect(label, options, format_func=name, key=key, persist_state="session", placeholder="")


def _forget(key: str, known: set[str]) -> int:
    """Takes out of a filter what has been deleted since it was chosen; gives how much is left in it."""
    if key not in st.session_state:
        return 0
    st.session_state[key] = [entry for entry in st.session_state[key] if entry in known]
    return len(st.session_state[key])


def _clear() -> None:
    for key in (*_KEYS, *_FACET_KEYS.values()):
        st.session_state.pop(key, None)
