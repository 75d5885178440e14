"""Texts as real as those of a set, and none a copy of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loaders import Document
from rag.text.languages import sentences


def recombined(documents: Sequence[Document], number: int) -> Iterator[str]:
    """For each document one as long, of other documents' sentences: copies would be left out of what is found."""
    texts = ["\n".join(block.text for block in document.blocks) for document in documents]
    parts = [[text[start:end] for start, end in sentences(text)] for text in texts]
    for place, own in enumerate(parts):
        others = (parts[(place + number * (n + 1)) % len(parts)] for n in range(len(own)))
        yield "\n".join(other[n % len(other)] for n, other in enumerate(others))
