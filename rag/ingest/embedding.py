"""Chunks that wait for a vector get it, group by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from rag.embedders._switching import SwitchingEmbedder, pinned
from rag.indexing.coverage import Coverage
from rag.indexing.indexes import Indexes
from rag.indexing.shape import read_shape, shape_of
from rag.priority import give_way
from rag.protocols import Embedder, Report, Vectors
from rag.reports import Progress
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.storage.committed import Generation
from rag.text.splitting import fitting_title

EMBEDDED_AT_ONCE = 128
"""Chunks between two commits of vectors: what a crash loses at most is embedding these again."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Chunks that are embedded together: the embedding keys, what the model reads of each, and the last one's id."""

    model: Embedder
    keys: Sequence[bytes]
    texts: Sequence[str]
    last: int

    def embed(self) -> Vectors:
        return self.model.embed_passages(self.texts, background=True)


@dataclass(frozen=True, slots=True)
class Embedding:
    """Embeds with the model of the settings what waits in a generation that this model makes."""

    settings: Settings
    catalog: Catalog
    indexes: Indexes
    embedder: SwitchingEmbedder
    coverage: Coverage

    def under(self, settings: Settings) -> Embedding:
        """The same with the model of other settings."""
        return replace(self, settings=settings, embedder=self.embedder.variant(settings))

    def generation(self) -> Generation:
        """The active generation; the first one is made with the settings of now."""
        active = self.catalog.generations.active()
        return active or self.catalog.generations.start(shape_of(self.settings, self.embedder).fingerprint, "active")

    def fits(self, generation: Generation) -> bool:
        """Whether the embedding model of the settings made the generation's vectors."""
        return read_shape(generation.fingerprint).embedding == self.embedder.name

    def embed_some(self, generation: Generation) -> int:
        """Embeds and commits one group of chunks that wait for a vector; gives how many, 0 when none is left.

        Vectors of another model would be nonsense among the generation's own, so then none is made: the
        documents are found by words until a reindex.
        """
        group = self._group(generation)
        if group is None:
            return 0
        self.catalog.vectors.put(group.keys, group.embed())
        return len(group.keys)

    def _group(self, generation: Generation, before: _Group | None = None) -> _Group | None:
        """The chunks that wait, as many as are embedded at once, from behind the group `before`; None where none do."""
        give_way()
        model, shape = pinned(self.embedder), read_shape(generation.fingerprint)  # another thread may switch to another
        if shape.embedding != model.name:
            return None
        found = self.catalog.vectors.pending(generation.id, EMBEDDED_AT_ONCE, before.last if before else 0)
        if not found:
            return None
        chunks = {key: chunk for key, chunk in found if not before or key not in before.keys}
        documents = self.catalog.documents_by_id([*{chunk.document_id for chunk in chunks.values()}])
        titles = {id_: fitting_title(info.title, model) for id_, info in documents.items()}
        texts = [shape.embedded_text(titles.get(chunk.document_id, ""), chunk) for chunk in chunks.values()]
        return _Group(model, tuple(chunks), texts, max(chunk.id for _, chunk in found))

    def embed_all(self, report: Report) -> None:
        """Embeds everything that waits; then tries the model on languages that are new."""
        self.embed_waiting(report)
        while self.try_next_language():
            pass

    def embed_waiting(self, report: Report) -> None:
        """Embeds everything that waits, and brings both indexes up to date; beside it, words go to the disk."""
        with ThreadPoolExecutor(1, "tenkyo-words") as beside:
            words = beside.submit(self.follow, all_words=True)
            for _ in self.embed_generation(self.generation(), report):
                words.result()
                self.follow()
        self.follow(all_words=True)

    def embed_generation(self, generation: Generation, report: Report) -> Iterator[int]:
        """Embeds what waits in a generation, and yields after each group how many that were so far.

        While a group is embedded the next one is read, and the caller goes on, so that no core waits.
        """
        done = 0
        with ThreadPoolExecutor(1, "tenkyo-embed") as beside:
            group = self._group(generation)
            total = self.catalog.vectors.count_upcoming(generation.id)
            vectors = beside.submit(group.embed) if group else None
            while group and vectors:
                following = self._group(generation, group)
                self.catalog.vectors.put(group.keys, vectors.result())
                done, group = done + len(group.keys), following
                report(Progress("embed", done, max(done, total), "chunks"))  # where it raises, nothing is on its way
                vectors = beside.submit(group.embed) if group else None
                yield done

    def try_next_language(self) -> bool:
        """Tries the model on a language of the library that it was not tried on yet; False when there is none."""
        return self.coverage.check_next(self.embedder)

    def follow(self, all_words: bool = False) -> None:
        """Brings both indexes up to date; where much is new, it goes to the disk."""
        give_way()
        self.indexes.refresh()
        self.indexes.seal(all_words)
