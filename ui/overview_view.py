"""The Admin page's first section: whether all is well, and what the library holds."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rag.reports import Stats
from ui.document_view import type_name
from ui.figures import draw_metrics, megabytes
from ui.language import Words
from ui.visit import Visit


def draw_overview(visit: Visit) -> None:
    """Health, figures and charts."""
    words, stats = visit.words, visit.knowledge.stats()
    draw_health(words, stats)
    _draw_figures(words, stats)


def draw_health(words: Words, stats: Stats) -> None:
    """Whether both indexes hold what the catalog holds."""
    whole = stats.chunks == stats.index_chunks_words and stats.embedded == stats.index_chunks_vectors
    if stats.stale:
        st.warning(words("admin.stale"), icon=":material/sync_problem:")
    elif whole:
        st.success(words("admin.healthy"), icon=":material/check_circle:")
    else:
        st.warning(words("admin.behind"), icon=":material/sync:")
    draw_metrics(
        words,
        {
            "admin.in_catalog": f"{stats.chunks:,}",
            "admin.in_words": words("admin.of", count=stats.index_chunks_words, total=stats.chunks),
            "admin.in_vectors": words("admin.of", count=stats.index_chunks_vectors, total=stats.embedded),
        },
    )


def _draw_figures(words: Words, stats: Stats) -> None:
    draw_metrics(
        words,
        {
            "admin.documents": f"{stats.documents:,}",
            "admin.characters": f"{stats.characters:,}",
            "admin.originals": megabytes(stats.original_bytes),
            "admin.store": megabytes(stats.store_bytes),
        },
    )
    types = {type_name(words, name): count for name, count in stats.by_type.items()}
    languages = {words.name("languages", name): count for name, count in stats.by_language.items()}
    left, right = st.columns(2)
    with left:
        _draw_bars(words, "admin.by_type", types)
    with right:
        _draw_bars(words, "admin.by_language", languages)


def _draw_bars(words: Words, title: str, counts: Mapping[str, int]) -> None:
    st.caption(words(title))
    name, documents = words("admin.kind"), words("admin.documents")
    rows = [{name: key, documents: count} for key, count in counts.items()]
    if rows:
        st.bar_chart(
            rows,
            x=name,
            y=documents,
            x_label="",
            y_label="",
            horizontal=True,
            height=220,
            alt=words(title),
        )
