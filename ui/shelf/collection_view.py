"""Collections: choosing one to look into, renaming it, deleting it with what is in it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.shelf.curation_view import ask_to_delete, note
from ui.visit import Visit


def draw_collection(visit: Visit, counts: Mapping[str, int]) -> str | None:
    """A choice among the collections, given with how many documents each has; None is all of them."""
    words = visit.words
    if not set(counts) - {""}:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="collections"):
        chosen = st.pills(
            words("column.collection"),
            sorted(counts, key=lambda name: (not name, name)),
            format_func=lambda name: words(
                "library.collection_count", name=name or words("library.unnamed"), count=counts.get(name, 0)
            ),
            label_visibility="collapsed",
            key="shelf_collection",
        )
        if chosen:
            _draw_menu(visit, chosen)
    return chosen


def _draw_menu(visit: Visit, collection: str) -> None:
    words = visit.words
    with st.popover(words("library.collection_menu"), icon=":material/more_horiz:", type="tertiary"):
        st.text_input(words("library.new_name"), value=collection, key=f"rename-{collection}")
        st.button(
            words("library.rename"),
            icon=":material/edit:",
            on_click=_rename,
            args=(visit, collection),
            width="stretch",
        )
        st.button(
            words("library.delete_collection"),
            icon=":material/delete:",
            on_click=ask_to_delete,
            args=([one.id for one in visit.knowledge.documents(collection) if one.parent is None],),
            width="stretch",
        )


def _rename(visit: Visit, collection: str) -> None:
    name = st.session_state.get(f"rename-{collection}", "").strip()
    if not name or name == collection:
        return
    with note(visit):
        count = visit.knowledge.curation.rename(collection, name)
        st.session_state.shelf_collection = name
        st.session_state.outcome = visit.words.markdown("library.moved", count=count, collection=name)
