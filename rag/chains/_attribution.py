"""What a chat model has written about documents, sentence by sentence, tied to the passages that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag
from typing import NamedTuple

from rag.chains._workshop import Workshop, check
from rag.citations.citing import cite, without_marks
from rag.text.languages import sentences
from rag.types import AskOptions, Hit, Sentence

_LOOKED_AT = 5
"""Passages of the documents that each sentence is compared with: those that a search for it finds."""


class Attributed(NamedTuple):
    """Sentences, and the passages that the numbers of their citations mean."""

    sentences: tuple[Sentence, ...]
    hits: tuple[Hit, ...]


def attribute(shop: Workshop, text: str, documents: Sequence[str], stop: Flag) -> Attributed:
    """Finds and checks what each sentence of `text` rests on in these documents, marked or not.

    A sentence that nothing in them supports keeps its problem, or is dropped (setting `unsupported`). Any length of
    documents: each sentence is searched for. Raises Stopped.
    """
    options = AskOptions(k=_LOOKED_AT, documents=frozenset(documents))
    hits: dict[int, Hit] = {}
    found: list[Sentence] = []
    for piece in _pieces(without_marks(text)):
        check(stop)
        near = shop.retriever.search(piece.strip(), options).hits
        for sentence in cite(piece, near, shop.catalog.blocks, shop.reader.verifier.verify):
            if sentence.problem and shop.settings.unsupported == "drop":
                continue
            hits |= {c.chunk_id: near[c.number - 1] for c in sentence.citations if c.chunk_id not in hits}
            numbers = {chunk: number for number, chunk in enumerate(hits, 1)}
            cited = tuple(replace(one, number=numbers[one.chunk_id]) for one in sentence.citations)
            found.append(replace(sentence, citations=cited))
    return Attributed(tuple(found), tuple(hits.values()))


def _pieces(text: str) -> Iterator[str]:
    """The sentences of a text with the white space behind them: together they are the text."""
    spans = sentences(text)
    for n, (start, end) in enumerate(spans):
        following = spans[n + 1][0] if n + 1 < len(spans) else end
        yield text[start:following]
