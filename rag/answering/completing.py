"""What belongs to the passages found: the rest of a section that is asked for, how a document about a thing begins."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.reader.breadth import is_broad, topic_of
from rag.reader.questions import Question, ask
from rag.reader.sections import named_section
from rag.retrieval.passages import joined
from rag.types import Chunk, Hit, Retrieved

_MOST = 4
"""Chunks that are added at most."""


def completed(question: str, found: Retrieved, chunks_of: Callable[[str], Sequence[Chunk]]) -> Retrieved:
    """What was found for a question, with what belongs to it, below it.

    To a broad question that names a section by its heading belongs all of that section; to one that wants something
    defined, how a document begins that was found and has that thing in its title.
    """
    asked = ask(question, found.language)
    more = list(_belonging(asked, found.hits, chunks_of))[:_MOST]
    return replace(found, hits=tuple(joined([*found.hits, *more]))) if more else found


def _belonging(asked: Question, hits: Sequence[Hit], chunks_of: Callable[[str], Sequence[Chunk]]) -> Iterator[Hit]:
    least = min((hit.score for hit in hits), default=0.0)
    documents = {hit.document.id: hit.document for hit in hits}
    if is_broad(asked) and (section := named_section(asked, hits)):
        for chunk in chunks_of(section.document_id):
            if section.holds(chunk) and not _is_there(chunk, hits):
                yield Hit(chunk, documents[section.document_id], least)
    if topic := topic_of(asked):
        for document in documents.values():
            opening = chunks_of(document.id)[:1] if topic in _folded(document.title) else ()
            yield from (Hit(chunk, document, least) for chunk in opening if not _is_there(chunk, hits))


def _is_there(chunk: Chunk, hits: Sequence[Hit]) -> bool:
    """Whether a chunk is among the hits, by itself or joined with its neighbours."""
    return any(hit.document.id == chunk.document_id and chunk.text in hit.chunk.text for hit in hits)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
