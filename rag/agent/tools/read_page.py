"""Reads a page of a document."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from rag.agent._bench import Bench, ToolFailed
from rag.settings import Settings
from rag.types import Chunk, Hit

NAME = "read_page"
DESCRIPTION = {
    "en": "reads a whole page, slide or part of one document",
    "ja": "一つの文書のページ、スライド、または一部分を全部読む",
}
_A_PART = 5
"""Passages that are a page of a document that has none."""


class Arguments(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")
    document: str = Field(min_length=1, max_length=300, description="the document's name")
    page: int = Field(default=1, ge=1, description="the page's number, from 1")


def offered(settings: Settings) -> bool:
    """Always."""
    del settings
    return True


def run(arguments: Arguments, bench: Bench) -> str:
    """The passages of the page, in order."""
    document = bench.document(arguments.document)
    active = bench.catalog.generations.active()
    chunks = bench.catalog.chunks_of(document.id, active.id) if active else []
    pages = _pages(chunks)
    if arguments.page not in pages:
        raise ToolFailed(f"{document.name} has no page {arguments.page}; it has {max(pages, default=0)}.")
    return bench.shown([Hit(chunk, document, 0.0) for chunk in pages[arguments.page]])


def _pages(chunks: list[Chunk]) -> dict[int, list[Chunk]]:
    """The passages by page or slide, or by parts of a few where there are none."""
    pages: dict[int, list[Chunk]] = {}
    for number, chunk in enumerate(chunks):
        place = chunk.location.page or chunk.location.slide or number // _A_PART + 1
        pages.setdefault(place, []).append(chunk)
    return pages
