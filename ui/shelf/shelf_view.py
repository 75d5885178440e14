"""The Library's table: documents searched and filtered, and what can be done with those that are ticked."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from rag.types import DocumentInfo
from ui.components.document_view import draw_preview, file_type
from ui.components.facets import draw_facets
from ui.components.report_view import has_gaps
from ui.language import Words
from ui.shelf.chains_view import draw_chains
from ui.shelf.collection_view import draw_collection
from ui.shelf.curation_view import draw_actions, draw_outcome
from ui.visit import Visit

_ROW_PX = 35
_SHOWN_ROWS = 12


def draw_shelf(visit: Visit) -> None:
    """Everything about the documents that are there."""
    words, documents = visit.words, visit.knowledge.documents()[::-1]  # the newest first
    draw_outcome(visit)
    if not documents:
        activity = visit.knowledge.activity()
        if activity.over == activity.files:  # else the first ones are on their way, which stands above
            st.info(words("library.empty"), icon=":material/library_add:")
        return
    st.header(words("library.documents", count=len(documents)))
    shown = _draw_filters(visit, documents)
    if not shown:
        st.info(words("library.no_match"), icon=":material/search_off:")
        return
    chosen = _draw_table(words, shown, len(documents))
    draw_actions(visit, chosen)
    draw_chains(visit, chosen)
    if len(chosen) == 1:
        draw_preview(visit, chosen[0])


def _draw_filters(visit: Visit, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    words = visit.words
    left, middle, right = st.columns([2, 1, 1])
    text = left.text_input(
        words("library.search"),
        placeholder=words("library.search"),
        icon=":material/search:",
        label_visibility="collapsed",
        key="shelf_search",
    )
    kind = _choice(middle, words, "type", sorted({file_type(words, document) for document in documents}))
    state = _choice(right, words, "state", sorted({_state_name(words, document) for document in documents}))
    collection = draw_collection(visit, Counter(document.collection for document in documents))
    return [
        document
        for document in draw_facets(words, documents)
        if matches(text, document)
        and kind in (None, file_type(words, document))
        and state in (None, _state_name(words, document))
        and collection in (None, document.collection)
    ]


def _choice(place: Any, words: Words, name: str, options: Sequence[str]) -> str | None:
    """One value of a column, or None for all."""
    return place.selectbox(
        words(f"column.{name}"),
        options,
        index=None,
        placeholder=words(f"any.{name}"),
        label_visibility="collapsed",
        key=f"shelf_{name}",
    )


def matches(text: str, document: DocumentInfo) -> bool:
    """Whether every word of the text is in the document's name or title, whatever its case and width."""
    searched = _folded(f"{document.name}\n{document.title}")
    return all(word in searched for word in _folded(text).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _draw_table(words: Words, documents: Sequence[DocumentInfo], total: int) -> list[DocumentInfo]:
    """The table; gives the documents that are ticked."""
    hint = words("library.select_hint")
    found = words("library.found", count=f"{len(documents):,}", total=f"{total:,}")
    st.caption(hint if len(documents) == total else f"{found} {hint}")
    key = f"documents-{words.language}-{hash(tuple(document.id for document in documents))}"
    if st.session_state.get("shelf_key") != key:  # rows have come, gone or moved: ticks stay with their documents
        ticked = st.session_state.get("shelf_ticked", ())
        rows = [row for row, document in enumerate(documents) if document.id in ticked]
        st.session_state.update(shelf_key=key, shelf_default=rows)
    picked: Any = st.dataframe(
        [_row(words, document) for document in documents],
        hide_index=True,
        height=_ROW_PX * (min(len(documents), _SHOWN_ROWS) + 1) + 3,
        column_config=_columns(words),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": st.session_state.shelf_default, "columns": [], "cells": []}},
        key=key,
        placeholder="",
        alt=words("library.title"),
    )
    chosen = [documents[row] for row in picked["selection"]["rows"] if row < len(documents)]
    st.session_state.shelf_ticked = [document.id for document in chosen]
    return chosen


def _row(words: Words, document: DocumentInfo) -> dict[str, Any]:
    return {
        "name": document.name,
        "type": file_type(words, document),
        "collection": document.collection,
        "pages": document.pages or None,
        "chunks": document.chunks,
        "language": words.name("languages", document.language),
        "state": _state_name(words, document),
        "size": document.size / 1000,
        "added": document.added_at,
    }


def _state_name(words: Words, document: DocumentInfo) -> str:
    gaps = document.state == "indexed" and has_gaps(document.report)
    return words(f"state.{'gaps' if gaps else document.state}")


def _columns(words: Words) -> dict[str, Any]:
    named = {name: words(f"column.{name}") for name in ("type", "collection", "language", "state")}
    return {
        **{name: st.column_config.TextColumn(label) for name, label in named.items()},
        "name": st.column_config.TextColumn(words("column.name"), width=260),
        "pages": st.column_config.NumberColumn(words("column.pages"), width="small"),
        "chunks": st.column_config.NumberColumn(words("column.chunks"), width=90),
        "size": st.column_config.NumberColumn(words("column.size"), format="%,.0f", width="small"),
        "added": st.column_config.DatetimeColumn(words("column.added"), format="YYYY-MM-DD HH:mm"),
    }
