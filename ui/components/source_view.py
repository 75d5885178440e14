"""The source behind a citation: the page as it looks, and the passage where it stands in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from rag import KnowledgeBase
from rag.errors import DocumentNotFound, TenkyoError
from rag.types import Answer, Block, Box, Chunk, DocumentInfo, Hit, Location
from ui.components.passages import Mark, blocks_html, marks_of
from ui.downloads import draw_download
from ui.language import Words
from ui.originals import address_of, address_to_keep, opens_in_browser
from ui.plain import plain
from ui.visit import Visit

_CONTEXT_BLOCKS = 4
_HEADING_WITHIN = 12
"""So far above what is shown its heading is looked for."""


@dataclass(frozen=True, slots=True)
class Source:
    """Characters `start:end` of a passage of a document. `chunk` is None where the passage is not at hand.

    `also_in` names other documents that say the same, word for word.
    """

    document_id: str
    document_name: str
    chunk: Chunk | None
    start: int
    end: int
    location: Location
    also_in: tuple[str, ...] = ()


def sources_of(answer: Answer) -> list[Source]:
    """What an answer's citations point at, in their order; the passages found, where it has none."""
    if not (answer.answered or answer.stopped):
        return [
            Source(
                hit.document.id, hit.document.name, hit.chunk, 0, len(hit.chunk.text), hit.chunk.location, _also(hit)
            )
            for hit in answer.hits
        ]
    found = {hit.chunk.id: hit for hit in answer.hits}
    sources = []
    for citation in (c for sentence in answer.sentences for c in sentence.citations):
        hit = found.get(citation.chunk_id)
        chunk, also = (hit.chunk, _also(hit)) if hit else (None, ())
        span = citation.start, citation.end
        sources.append(Source(citation.document_id, citation.document_name, chunk, *span, citation.location, also))
    return sources


def _also(hit: Hit) -> tuple[str, ...]:
    return tuple(document.name for document in hit.also_in)


def where(words: Words, location: Location) -> str:
    """Where something stands, in words: `page 3`, `sheet Costs, row 12`; "" if the format has no places."""
    parts = [words(f"where.{name}", **{name: value}) for name, value in location.as_dict().items()]
    return words("where.separator").join(parts)


def draw_source(visit: Visit, source: Source) -> None:
    """Everything about the source."""
    words = visit.words
    try:
        document = visit.knowledge.document(source.document_id)
    except DocumentNotFound:
        st.warning(words.markdown("source.gone", name=source.document_name))
        return
    st.markdown(words.markdown("source.document", name=document.name))
    headings = source.chunk.headings if source.chunk else ()
    place = words("source.path").join(filter(None, (where(words, source.location), *headings)))
    if place:
        st.caption(plain(place))
    if source.also_in:
        st.caption(words.markdown("source.also_in", names=words("source.and").join(source.also_in)))
    if document.has_pictures:
        _draw_pages(visit, document, source.location)
    if source.chunk:
        if document.has_pictures:
            st.markdown(words("source.in_context"))
        _draw_context(visit, document, source, source.chunk)
    draw_original(visit, document, source.location.page)


def draw_page_image(visit: Visit, document: DocumentInfo, page: int, boxes: Sequence[Box]) -> None:
    """One page of a PDF or an image, with the boxes marked; says so where it cannot be drawn."""
    words = visit.words
    try:
        image = page_image(visit.knowledge, document.id, page, tuple(boxes))
    except TenkyoError as error:
        st.caption(plain(words.error(error.as_dict())[0]))
        return
    alt = words("source.page_alt", page=page, name=document.name)
    st.image(image, width="stretch", alt=alt)


def draw_original(visit: Visit, document: DocumentInfo, page: int | None = None) -> None:
    """The file as it was uploaded: opened at a page where the browser shows such files, or downloaded."""
    with st.container(horizontal=True):
        if opens_in_browser(document):
            st.link_button(visit.words("source.open"), address_of(document, page), icon=":material/open_in_new:")
        draw_download(visit.words("source.download"), address_to_keep(document))


@st.cache_data(max_entries=64, show_spinner=False)
def page_image(_knowledge: KnowledgeBase, document_id: str, page: int, boxes: tuple[Box, ...]) -> bytes:
    """PNG of the page; kept, since every click runs the page again (an id never changes its content)."""
    return _knowledge.page_image(document_id, page, boxes)


def _draw_pages(visit: Visit, document: DocumentInfo, location: Location) -> None:
    pages = sorted({box.page for box in location.boxes} or ({location.page} if location.page else set()))
    for page in pages:
        draw_page_image(visit, document, page, [box for box in location.boxes if box.page == page])


def _draw_context(visit: Visit, document: DocumentInfo, source: Source, chunk: Chunk) -> None:
    marks = marks_of(chunk, source.start, source.end)
    blocks = visit.knowledge.blocks(document.id)
    first, last = context(blocks, marks)
    slide = blocks[first].location.slide if first < len(blocks) else None
    with st.container(key="source_slide" if slide else "source_context"):
        st.html(blocks_html(blocks[first:last], marks, first))


def context(blocks: Sequence[Block], marks: Mapping[int, Sequence[Mark]]) -> tuple[int, int]:
    """The range of blocks to show around those marked: their whole slide, or what is near, from its heading on."""
    first, last = min(marks, default=0), max(marks, default=0) + 1
    slide = blocks[first].location.slide if first < len(blocks) else None
    if slide is not None:
        shown = [n for n, block in enumerate(blocks) if block.location.slide == slide]
        return shown[0], max(last, shown[-1] + 1)
    first, last = max(0, first - _CONTEXT_BLOCKS), min(len(blocks), last + _CONTEXT_BLOCKS)
    above = range(first, max(-1, first - _HEADING_WITHIN), -1)
    return next((n for n in above if blocks[n].kind == "heading"), first), last
