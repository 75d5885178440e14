"""One document as the machine read it: its pages as images where it has any, its blocks, and its passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.errors import DocumentNotFound
from rag.types import FACETS, Block, Box, Chunk, DocumentInfo
from ui.components.passages import blocks_html, marks_of
from ui.components.report_view import draw_report
from ui.components.source_view import draw_original, draw_page_image
from ui.language import Words
from ui.plain import plain
from ui.visit import Visit

_BLOCKS_A_PART = 20
_LONGEST = 1200
_FAMILIES = (
    ("image/svg", "svg"),
    ("image/", "image"),
    ("opendocument", "opendocument"),
    ("presentation", "powerpoint"),
    ("ms-powerpoint", "powerpoint"),
    ("spreadsheet", "excel"),
    ("ms-excel", "excel"),
    ("word", "word"),
    ("outlook", "mail"),
    ("rfc822", "mail"),
    ("mbox", "mail"),
    ("epub", "book"),
    ("html", "html"),
    ("multipart/related", "html"),
    ("subrip", "captions"),
    ("ttml", "captions"),
    ("vtt", "captions"),
    ("sbv", "captions"),
    ("ipynb", "notebook"),
    ("json", "json"),
    ("x-rst", "rst"),
    ("x-org", "org"),
    ("x-asciidoc", "asciidoc"),
    ("x-tex", "latex"),
    ("x-opml", "opml"),
    ("text/x-", "code"),
    ("text/j", "code"),
    ("text/css", "code"),
)
"""What stands in a media type, and the kind that it makes; the first that fits counts."""


def file_type(words: Words, document: DocumentInfo) -> str:
    """What kind of file it is, in words."""
    return words.name("types", kind_of(document.media_type))


def kind_of(media_type: str) -> str:
    """Its code in the table `types`, the same for all that people take for the same: every picture is an `image`."""
    family = next((kind for part, kind in _FAMILIES if part in media_type), None)
    return family or media_type.split(";")[0].rsplit("/", 1)[-1].removeprefix("x-").removesuffix("+xml")


def draw_preview(visit: Visit, document: DocumentInfo) -> None:
    """Draws the document's particulars, then part by part what is there and what was made of it."""
    words = visit.words
    st.header(plain(document.title or document.name))
    facts = {
        "preview.type": file_type(words, document),
        "preview.size": f"{document.size / 1000:,.0f}",
        "preview.characters": f"{document.characters:,}",
        "preview.chunks": f"{document.chunks:,}",
    }
    st.caption(" · ".join(words.markdown(key, value=value) for key, value in facts.items()))
    if found := [(name, values) for name in FACETS if (values := document.values(name))]:
        named = (f"{words(f'facet.{name}')}: {plain(words('where.separator').join(values))}" for name, values in found)
        st.caption(" · ".join(named))
    if document.has_original:
        draw_original(visit, document)
    draw_report(visit, document)
    st.fragment(_draw_reading)(visit, document)


def _draw_reading(visit: Visit, document: DocumentInfo) -> None:
    """A fragment: turning a page or pointing at a passage draws nothing else anew.

    Of a document that somebody has deleted meanwhile nothing is shown any more, nor its row in the table.
    """
    try:
        visit.knowledge.document(document.id)
    except DocumentNotFound:
        st.rerun()
    blocks = dict(enumerate(visit.knowledge.blocks(document.id)))
    chunks = visit.knowledge.chunks(document.id)
    if document.has_pictures and document.pages:
        page = st.pagination(document.pages, key=f"page-{document.id}") if document.pages > 1 else 1
        shown = {n: block for n, block in blocks.items() if page in pages_of(block)}
        left, middle, right = st.columns(3)
        chosen = _draw_passages(visit.words, right, document, passages_in(chunks, shown))
        with left:
            st.caption(visit.words("preview.page", page=page))
            draw_page_image(visit, document, page, boxes_of(chosen, blocks, page) if chosen else ())
        _draw_blocks(visit.words, middle, shown, chosen)
    else:
        parts = max(1, -(-len(blocks) // _BLOCKS_A_PART))
        part = st.pagination(parts, key=f"part-{document.id}") if parts > 1 else 1
        shown = {n: blocks[n] for n in list(blocks)[(part - 1) * _BLOCKS_A_PART : part * _BLOCKS_A_PART]}
        left, right = st.columns(2)
        chosen = _draw_passages(visit.words, right, document, passages_in(chunks, shown))
        _draw_blocks(visit.words, left, shown, chosen)


def _draw_blocks(words: Words, place: DeltaGenerator, blocks: Mapping[int, Block], chosen: Chunk | None) -> None:
    with place.container(key="preview_blocks"):
        st.caption(words("preview.read" if blocks else "preview.nothing"))
        marks = marks_of(chosen, 0, 0) if chosen else {}
        st.html("".join(blocks_html([block], marks, number) for number, block in blocks.items()))


def _draw_passages(
    words: Words, place: DeltaGenerator, document: DocumentInfo, chunks: Sequence[Chunk]
) -> Chunk | None:
    """The passages, each as one button; gives the one that is pointed at."""
    with place.container(key="preview_chunks"):
        st.caption(words("preview.passages", count=len(chunks)))
        if not chunks:
            return None
        by_number = {chunk.ordinal: chunk for chunk in chunks}
        number = st.radio(
            words("preview.passages", count=len(chunks)),
            list(by_number),
            index=None,
            format_func=lambda n: _title(words, by_number[n]),
            captions=[_text(chunk) for chunk in chunks],
            label_visibility="collapsed",
            key=f"passage-{document.id}-{chunks[0].ordinal}",
        )
        return by_number[number] if number is not None else None


def _title(words: Words, chunk: Chunk) -> str:
    path = words("source.path").join(chunk.headings)
    head = words("preview.passage", number=chunk.ordinal + 1, tokens=chunk.token_count)
    return plain(words("preview.under", head=head, path=path) if path else head)


def _text(chunk: Chunk) -> str:
    return plain(chunk.text if len(chunk.text) <= _LONGEST else f"{chunk.text[:_LONGEST]} …")


def pages_of(block: Block) -> set[int]:
    """The pages that a block stands on."""
    return {box.page for box in block.location.boxes} or {block.location.page or 0}


def passages_in(chunks: Sequence[Chunk], blocks: Mapping[int, Block]) -> list[Chunk]:
    """The passages that have something of these blocks."""
    return [chunk for chunk in chunks if any(span.block in blocks for span in chunk.spans)]


def boxes_of(chunk: Chunk, blocks: Mapping[int, Block], page: int) -> list[Box]:
    """Where a passage is drawn on a page."""
    return [
        box
        for span in chunk.spans
        if span.block in blocks
        for box in blocks[span.block].location.boxes
        if box.page == page and box.start < span.offset + span.end - span.start and span.offset < box.end
    ]
