"""One document as the machine read it: its pages as images where it has any, beside its blocks."""

from __future__ import annotations

import streamlit as st

from rag.types import DocumentInfo
from ui.language import Words
from ui.passages import blocks_html
from ui.plain import plain
from ui.report_view import draw_report
from ui.source_view import draw_download, draw_page_image
from ui.visit import Visit

_BLOCKS_A_PAGE = 40


def file_type(words: Words, document: DocumentInfo) -> str:
    """What kind of file it is, in words."""
    return type_name(words, document.media_type)


def type_name(words: Words, media_type: str) -> str:
    """A media type in words: `application/pdf` is "PDF"; the last part of its name where there is no word."""
    last = media_type.split(";")[0].rsplit("/", 1)[-1].rsplit(".", 1)[-1]
    return words.name("types", last.removeprefix("x-"))


def draw_preview(visit: Visit, document: DocumentInfo) -> None:
    """Draws the document's particulars, then page by page what is on it and what was read of it."""
    words = visit.words
    st.header(plain(document.title or document.name))
    facts = {
        "preview.type": file_type(words, document),
        "preview.size": f"{document.size / 1000:,.0f}",
        "preview.characters": f"{document.characters:,}",
        "preview.chunks": f"{document.chunks:,}",
    }
    st.caption(" · ".join(words.markdown(key, value=value) for key, value in facts.items()))
    draw_download(visit, document, f"original-{document.id}")
    draw_report(visit, document)
    if document.has_pictures and document.pages:
        _draw_by_page(visit, document)
    else:
        _draw_blocks(visit, document)


def _draw_by_page(visit: Visit, document: DocumentInfo) -> None:
    page = st.pagination(document.pages, key=f"page-{document.id}")
    left, right = st.columns(2)
    with left:
        draw_page_image(visit, document, page, ())
    blocks = [block for block in visit.knowledge.blocks(document.id) if block.location.page == page]
    with right.container(key="preview_blocks"):
        st.caption(visit.words("preview.read" if blocks else "preview.nothing"))
        st.html(blocks_html(blocks, {}))


def _draw_blocks(visit: Visit, document: DocumentInfo) -> None:
    blocks = visit.knowledge.blocks(document.id)
    parts = max(1, -(-len(blocks) // _BLOCKS_A_PAGE))
    part = st.pagination(parts, key=f"part-{document.id}") if parts > 1 else 1
    shown = blocks[(part - 1) * _BLOCKS_A_PAGE : part * _BLOCKS_A_PAGE]
    st.caption(visit.words("preview.read" if shown else "preview.nothing"))
    with st.container(key="preview_blocks"):
        st.html(blocks_html(shown, {}))
