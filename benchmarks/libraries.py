"""A library for as long as something is measured."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from loaders import Document
from rag import Settings
from rag.factory import Parts, build


@contextmanager
def library_of(documents: Sequence[Document]) -> Iterator[Parts]:
    """The parts of a library of these documents, all of one language and all indexed."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store:
        parts = build(Settings(samples=False, store=Path(store)))
        for document in documents:
            parts.library.add_document(document, "", lambda _: None)
        if parts.embedder.covers(documents[0].language):
            parts.library.embed_all(lambda _: None)
        parts.indexes.refresh()
        try:
            yield parts
        finally:
            parts.database.close()
