"""What the tools of one question work with: the library, and what they have found so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from loaders import Web
from rag.errors import DocumentNotFound
from rag.retrieval.retriever import Retriever
from rag.retrieval.scope import covers
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.tables.store import TableStore
from rag.types import AskOptions, DocumentInfo, Hit


class ToolFailed(Exception):
    """What went wrong with a call, in words for the model."""


@dataclass(slots=True)
class Bench:
    """One question's: `options` say which documents may be read.

    `hits` are all passages that tools have shown, numbered from 1 throughout; `computed` the texts of what was
    computed, which support an answer beside them; `confidence` is that of the best search.
    """

    settings: Settings
    catalog: Catalog
    retriever: Retriever
    tables: TableStore
    web: Web
    options: AskOptions
    language: str
    hits: list[Hit] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    confidence: float = 0.0

    def numbered(self, hit: Hit) -> int:
        """The number of a passage, which it keeps."""
        for number, known in enumerate(self.hits, 1):
            if known.chunk.id == hit.chunk.id:
                return number
        self.hits.append(hit)
        return len(self.hits)

    def shown(self, hits: Sequence[Hit]) -> str:
        """Passages as a tool gives them to the model, each under its number and place."""
        lines: list[str] = []
        for hit in hits:
            place = ", ".join(f"{name} {value}" for name, value in hit.chunk.location.as_dict().items())
            source = ", ".join(filter(None, (hit.document.name, place)))
            lines.append(f"[{self.numbered(hit)}] {source}\n{hit.chunk.text}")
        return "\n\n".join(lines)

    def document(self, name: str) -> DocumentInfo:
        """The document of this name (or whose name or title holds it) among those that may be read; else ToolFailed."""
        wanted = " ".join(name.casefold().split())
        readable = [info for info in self.catalog.documents().values() if covers(self.options, info)]
        exact = [info for info in readable if wanted in (info.name.casefold(), info.title.casefold(), info.id)]
        near = [i for i in readable if wanted and (wanted in i.name.casefold() or wanted in i.title.casefold())]
        found = exact or near
        if not found:
            names = "; ".join(info.name for info in readable[:20]) or "none"
            raise ToolFailed(f"There is no document called {name}. Documents: {names}.")
        try:
            return self.catalog.document(found[0].id)
        except DocumentNotFound as error:
            raise ToolFailed(str(error)) from error
