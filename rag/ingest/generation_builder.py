"""A generation is built beside the one that answers, which it then takes the place of: reindex and rollback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rag.errors import StoreError
from rag.indexing.indexes import Indexes
from rag.indexing.shape import SHAPING, read_shape, reshaped, shape_of
from rag.ingest.chunking import cut
from rag.ingest.embedding import Embedding
from rag.protocols import Report
from rag.reports import KeptIndex, Progress
from rag.storage.catalog import Catalog
from rag.storage.committed import Generation
from rag.storage.records import NewChunk
from rag.types import DocumentInfo


@dataclass(frozen=True, slots=True)
class GenerationBuilder:
    """Chunks and embeds the whole library anew, as the settings say; the active generation answers meanwhile."""

    catalog: Catalog
    indexes: Indexes
    embedding: Embedding
    fixed: frozenset[str] = frozenset()
    """Settings that file, environment or caller give: an admin's choice does not change them."""

    def reindex(self, report: Report, changes: Mapping[str, object] = MappingProxyType({})) -> None:
        """Chunks and embeds the library anew beside the old generation, then switches to it in one transaction.

        Questions are answered from the old one until then. A reindex that a crash cut off goes on where it was.
        `changes` are other settings that shape the index; they become those of the library with the switch.
        """
        self.embedding.generation()
        new = self.reshaped(changes)
        shape = shape_of(new.embedding.settings, new.embedding.embedder)
        new._complete(self.catalog.generations.start(shape.fingerprint, "building"), report)
        self._adopt(new)

    def roll_back(self, generation: int, report: Report) -> None:
        """Makes the previous generation the active one again, with what came in since; one that is active stays so.

        Raises StoreError where it is not kept any more.
        """
        previous = self.catalog.generations.previous()
        if previous is not None and previous.id == generation:
            old = self.reshaped(read_shape(previous.fingerprint).as_settings())
            old._complete(previous, report)
            self._adopt(old)
        elif self.embedding.generation().id != generation:
            hint = "Reindex with the settings that you want."
            raise StoreError("The index from before the last reindex is not kept any more.", hint)

    def reshaped(self, changes: Mapping[str, object]) -> GenerationBuilder:
        """The same under other settings that shape the index."""
        return replace(self, embedding=self.embedding.under(reshaped(self.embedding.settings, changes, self.fixed)))

    def kept_index(self) -> KeptIndex | None:
        """The previous generation in figures, if it is kept."""
        previous = self.catalog.generations.previous()
        if previous is None:
            return None
        shape = read_shape(previous.fingerprint)
        return KeptIndex(shape.embedding, shape.chunk_tokens, self.catalog.generations.count_chunks_in(previous.id))

    def cut_anew(self, info: DocumentInfo) -> list[NewChunk]:
        """The chunks that a document would have with the settings of now; nothing is written."""
        shape = shape_of(self.embedding.settings, self.embedding.embedder)
        return cut(info.title, list(self.catalog.blocks(info.id).values()), shape, self.embedding.embedder)

    def without_vector(self, chunks: Sequence[NewChunk]) -> list[NewChunk]:
        """Those that are to have a vector and for which there is none yet."""
        keys = {one.embedding_key for one in chunks if one.embedding_key}
        known = self.catalog.vectors.known_keys(keys)
        return [one for one in chunks if one.embedding_key and one.embedding_key not in known]

    def _adopt(self, other: GenerationBuilder) -> None:
        """Goes on with the settings and the model of `other`; everything that holds these does so too."""
        for name in SHAPING:
            setattr(self.embedding.settings, name, getattr(other.embedding.settings, name))
        self.embedding.embedder.switch(other.embedding.embedder)

    def _complete(self, generation: Generation, report: Report) -> None:
        """Brings a generation up to the documents there are, and switches to it."""
        while True:
            self._cut_missing(generation, report)
            self._embed_missing(generation, report)
            self.indexes.prepare(generation.id, report)
            if self.catalog.generations.activate(generation.id):  # False where a document came in meanwhile
                break
        self.indexes.refresh()

    def _cut_missing(self, new: Generation, report: Report) -> None:
        generations, shape = self.catalog.generations, read_shape(new.fingerprint)
        total, done = len(self.catalog.documents()), generations.count_documents_in(new.id)
        while missing := generations.first_document_missing_in(new.id):
            info = self.catalog.document(missing)
            report(Progress("split", done, max(done, total), "documents", info.name))
            blocks = list(self.catalog.blocks(missing).values())
            self.catalog.put_chunks(missing, new.id, cut(info.title, blocks, shape, self.embedding.embedder))
            done += 1

    def _embed_missing(self, new: Generation, report: Report) -> None:
        report(Progress("embed", 0, self.catalog.vectors.count_upcoming(new.id), "chunks"))
        for _ in self.embedding.embed_generation(new, report):
            pass
