"""The Admin page's first section: whether all is well, and what the library holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import streamlit as st

from rag.reports import Stats, Storage, Verified
from rag.types import DocumentInfo
from ui.components.document_view import file_type
from ui.components.figures import draw_metrics, megabytes
from ui.language import Words
from ui.visit import Visit

_MEASURES = ("documents", "chunks")
_SHOWN_KINDS = 12
_NAMED = 5
_BAR_PX, _AXIS_PX = 28, 60


def draw_overview(visit: Visit) -> None:
    """Health, figures and charts."""
    words, stats, documents = visit.words, visit.knowledge.stats(), visit.knowledge.documents()
    draw_health(words, stats)
    _draw_check(visit)
    draw_metrics(
        words,
        {
            "admin.documents": f"{stats.documents:,}",
            "admin.characters": f"{stats.characters:,}",
            "admin.store": megabytes(stats.store_bytes),
            "admin.embedding": stats.embedding_model.split("@")[0].rsplit("/", 1)[-1],
        },
    )
    if documents:
        _draw_charts(words, documents)
    _draw_storage(words, visit.knowledge.storage())


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


def _draw_check(visit: Visit) -> None:
    """Compares everything with everything on demand, and repairs what was found."""
    words = visit.words
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(words("check.run"), icon=":material/fact_check:", help=words("check.help"))
        verified: Verified | None = st.session_state.get("verified")
        repair = verified is not None and not verified.agrees and not asked
        repair = repair and st.button(words("check.repair"), icon=":material/build:")
    if asked or repair:
        with st.spinner(words("check.running")):
            verified = visit.knowledge.verify(repair=bool(repair))
        st.session_state.verified = verified
        if not verified.agrees:
            st.rerun()  # for the button that repairs
    if verified is None:
        return
    if verified.agrees:
        counts = {"documents": verified.documents, "originals": verified.originals, "vectors": verified.vectors}
        st.success(words("check.agrees", **{name: f"{count:,}" for name, count in counts.items()}))
    for finding in verified.findings:
        names = words("report.and").join(finding.names[:_NAMED])
        what = words.name("finding", finding.code)
        st.warning(words.markdown("check.found", what=what, count=finding.count, names=names))
    for finding in verified.repaired:
        st.info(words.markdown("check.repaired", what=words.name("finding", finding.code), count=finding.count))


def _draw_charts(words: Words, documents: list[DocumentInfo]) -> None:
    measure = st.segmented_control(
        words("admin.measure"),
        _MEASURES,
        default="documents",
        required=True,
        format_func=lambda name: words(f"measure.{name}"),
        key="measure",
    )
    types, languages = Counter[str](), Counter[str]()
    for document in documents:
        amount = document.chunks if measure == "chunks" else 1
        types[file_type(words, document)] += amount
        languages[words.name("languages", document.language)] += amount
    left, right = st.columns(2)
    with left:
        _draw_bars(words, "admin.by_type", types, words(f"measure.{measure}"))
    with right:
        _draw_bars(words, "admin.by_language", languages, words(f"measure.{measure}"))


def _draw_bars(words: Words, title: str, counts: Counter[str], amount: str) -> None:
    st.caption(words(title))
    name = words("admin.kind")
    st.bar_chart(
        [{name: key, amount: count} for key, count in counts.most_common(_SHOWN_KINDS)],
        x=name,
        y=amount,
        x_label="",
        y_label="",
        horizontal=True,
        sort=f"-{amount}",
        height=_BAR_PX * min(len(counts), _SHOWN_KINDS) + _AXIS_PX,
        alt=words(title),
    )


def _draw_storage(words: Words, room: Storage) -> None:
    st.caption(words("storage.title"))
    parts: Mapping[str, int] = {
        "storage.catalog": room.catalog,
        "storage.originals": room.originals,
        "storage.indexes": room.indexes,
        "storage.backups": room.backups,
        "storage.other": room.other,
        "storage.free": room.free,
    }
    draw_metrics(words, {name: megabytes(size) for name, size in parts.items()})
