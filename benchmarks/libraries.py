"""A library for as long as something is measured."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loaders import Document, detect_language
from rag import Settings
from rag.factory import Parts, build
from rag.protocols import Embedder


@contextmanager
def library_of(documents: Sequence[Document]) -> Iterator[Parts]:
    """The parts of a library of these documents, all of one language and all indexed."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        parts = build(Settings(samples=False, store=Path(store)))
        for document in documents:
            parts.library.add_document(document, "", lambda _: None)
        if parts.embedder.covers(documents[0].language):
            parts.library.embedding.embed_all(lambda _: None)
        parts.indexes.refresh()
        try:
            yield parts
        finally:
            parts.database.close()


class Nearness:
    """How near sentences are to questions; each sentence is embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def knows(self, question: str) -> bool:
        """Whether vectors have a say in the question's language."""
        return self._embedder.covers(detect_language(question))

    def cosines(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n,), in the order of the texts."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors.update(zip(new, self._embedder.embed_passages(new), strict=True) if new else {})
        return np.stack([self._vectors[text] for text in texts]) @ self._embedder.embed_query(question)
