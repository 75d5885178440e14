"""The write side: files are loaded, split and committed; chunks are embedded; generations are built."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from loaders import Block, Document, Fetched, Web, fetch
from rag.embedders._switching import SwitchingEmbedder, pinned
from rag.errors import DocumentTooLarge, EmptyDocument, ModelUnavailable, StoreError
from rag.indexing.coverage import Coverage
from rag.indexing.indexes import Indexes
from rag.indexing.shape import SHAPING, Shape, read_shape, reshaped, shape_of
from rag.ingest.parsing import Parser
from rag.priority import in_turns
from rag.protocols import Annotator, Report
from rag.reports import Added, KeptIndex, Progress, Removed
from rag.settings import Settings
from rag.storage.catalog import Catalog, Generation
from rag.storage.originals import Label, Originals
from rag.storage.records import NewChunk, NewDocument, document_id
from rag.storage.reserve import Reserve
from rag.text.languages import eastern_language
from rag.text.splitting import fitting_title, split
from rag.types import Chunk, DocumentInfo

EMBEDDED_AT_ONCE = 128
"""Chunks between two commits of vectors: what a crash loses at most is embedding these again."""

INDEXED_AT_ONCE = 8192
"""Chunks after which the indexes follow while a large library is embedded."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Library:
    """Adds, removes and reindexes documents."""

    settings: Settings
    catalog: Catalog
    originals: Originals
    indexes: Indexes
    embedder: SwitchingEmbedder
    parser: Parser
    web: Web
    reserve: Reserve
    coverage: Coverage
    fixed: frozenset[str] = frozenset()
    """Settings that file, environment or caller give: an admin's choice does not change them."""
    annotators: tuple[Annotator, ...] = ()

    # -- adding --------------------------------------------------------------------------------------------

    def fetch(self, url: str, report: Report) -> Fetched:
        """What stands at a public address; raises ForbiddenAddress, FetchFailed, DocumentTooLarge."""
        report(Progress("fetch", 0, 1, "file", url))
        tokens = {"figma": self.settings.figma_token, "google_drive": self.settings.google_drive_token}
        return fetch(url, {name: token.get_secret_value() for name, token in tokens.items()}, self.web)

    def add(
        self,
        data: bytes,
        name: str,
        collection: str,
        password: str | None,
        report: Report,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> Added:
        """Loads, splits and commits one file; it can be found by words when this returns. Raises TenkyoError.

        `metadata` is what is known of the file from outside.
        """
        return self.read(data, name, collection, password, report, metadata)()

    def read(
        self,
        data: bytes,
        name: str,
        collection: str,
        password: str | None,
        report: Report,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> Callable[[], Added]:
        """Loads one file; what it gives splits and commits it. Both raise TenkyoError."""
        self.check_size(len(data), name)
        old = self.catalog.find(collection, name)
        if old and old.sha256 == hashlib.sha256(data).hexdigest():
            if old.parent is None:
                self._keep(data, Label(name, collection, old.metadata))  # it may have been lost, or damaged
            return partial(Added, name, "unchanged", old.id, old.chunks)
        document = self._load(data, name, collection, password, report, metadata)
        self.originals.put(data)  # waits for the disk here, side by side with others; the commit looks again
        return partial(self._put, document, data, collection, report)

    def read_again(self, info: DocumentInfo, report: Report, password: str | None = None) -> Added:
        """Loads, splits and commits a document anew from its original; raises TenkyoError."""
        data = self.originals.get(info.sha256)
        document = self._load(data, info.name, info.collection, password, report, info.metadata)
        return self._put(document, data, info.collection, report)

    def _keep(self, data: bytes, label: Label) -> None:
        with self.originals.locked():
            self.originals.set_aside_if_damaged(hashlib.sha256(data).hexdigest())
            self.originals.label(self.originals.put(data), label)

    def _load(
        self,
        data: bytes,
        name: str,
        collection: str,
        password: str | None,
        report: Report,
        metadata: Mapping[str, str],
    ) -> Document:
        def tell(done: int, total: int, unit: str) -> None:
            report(Progress("parse", done, total or 1, unit, name))

        tell(0, 1, "file")
        document = self.parser.load(data, name, password, tell)
        known = {**self._known(data, name, collection), **metadata, **document.metadata}
        return replace(document, metadata={**known, **self._annotations(document)})

    def _annotations(self, document: Document) -> Mapping[str, str]:
        """What models make of the document; a file is taken in without it where one cannot be used."""
        found: dict[str, str] = {}
        for annotator in self.annotators:
            try:
                found |= annotator.metadata(document)
            except ModelUnavailable as error:
                _log.warning("%s is taken in without tags or entities: %s", document.name, error)
        return found

    def _put(self, document: Document, data: bytes, collection: str, report: Report) -> Added:
        old = self.catalog.find(collection, document.name)
        gone = [(one.sha256, one.name, collection) for one in self.catalog.family(old.id)] if old else []
        try:
            added = self.add_document(document, collection, report, data)
        except Exception:  # of ours, or Cancelled: the file must not stay behind
            self.release([(hashlib.sha256(data).hexdigest(), document.name, collection)])
            raise
        self.release(gone)
        return added

    def _known(self, data: bytes, name: str, collection: str) -> Mapping[str, str]:
        """What the label says of this file, which a catalog made anew does not know."""
        labels = self.originals.labels(hashlib.sha256(data).hexdigest())
        return next((label.metadata for label in labels if label[:2] == (name, collection)), {})

    def add_document(self, document: Document, collection: str, report: Report, original: bytes | None = None) -> Added:
        """Splits and commits a document that is loaded already, and those inside it, with the file that it is from.

        Without an original its size is 0.
        """
        while (added := self._committed(document, collection, report, original)) is None:
            pass
        return added

    def _committed(self, document: Document, collection: str, report: Report, original: bytes | None) -> Added | None:
        """None where a reindex, maybe of another process, has switched to another generation meanwhile."""
        generation = self.generation()
        report(Progress("split", 0, 1, "file", document.name))
        size, shape = len(original or b""), read_shape(generation.fingerprint)
        family, unread = self._family(document, collection, size, shape)
        counted = [(new.document, len(new.chunks)) for new in family]
        if not (total := sum(count for _, count in counted)):
            raise EmptyDocument("There is no text in it.", "Check that the file is the one you meant.", document.name)
        for new in family:
            self.indexes.analyse(new.document.title, new.document.language, in_turns(one.chunk for one in new.chunks))
        report(Progress("store", 0, total, "chunks", document.name))
        with self.indexes.taking_in(total), self.originals.locked():
            if original is not None:
                self.originals.label(self.originals.put(original), Label(document.name, collection, document.metadata))
            self._keep_children(document)
            status = self.catalog.put(family, collection, generation.id)
        if status == "superseded":
            return None
        ids = [document_id(collection, one.name, one.id) for one, _ in counted]
        first, *inside = (Added(one.name, "added", id_, n) for id_, (one, n) in zip(ids, counted, strict=True))
        return replace(first, status=status, children=(*inside, *unread))

    def _family(
        self, document: Document, collection: str, size: int, shape: Shape, parent: str | None = None
    ) -> tuple[list[NewDocument], list[Added]]:
        """The document and those inside it, split, each named by its path; and the files inside that were not read."""
        id_ = document_id(collection, document.name, document.id)
        family, unread = [NewDocument(document, size, self._split(document.title, document.blocks, shape), parent)], []
        names = Counter[str]()
        for child in document.children:
            names[child.name] += 1
            number = f" ({names[child.name]})" if names[child.name] > 1 else ""
            name = f"{document.name}/{child.name}{number}"
            if child.document is None:
                unread.append(Added(name, "failed", None, 0, child.error))
                continue
            more = self._family(replace(child.document, name=name), collection, len(child.data), shape, id_)
            family += more[0]
            unread += more[1]
        return family, unread

    def _keep_children(self, document: Document) -> None:
        for child in document.children:
            if child.document is not None:
                self.originals.put(child.data)
                self._keep_children(child.document)

    def check_size(self, size: int, name: str) -> None:
        """Raises DocumentTooLarge for a file over the limit of the settings."""
        limit = self.settings.max_file_mb
        if size > limit * 1_000_000:
            problem = f"The file has {size / 1e6:.0f} MB; the limit is {limit} MB."
            raise DocumentTooLarge(problem, "Split it, or raise max_file_mb (TENKYO_MAX_FILE_MB).", name)

    def remove(self, id_: str) -> Removed:
        """Deletes a document from the catalog, both indexes and the originals, and looks what is left of it."""
        with self.reserve.lent() as scarce:
            return self._remove(id_, erasing=not scarce)

    def _remove(self, id_: str, erasing: bool) -> Removed:
        family = self.catalog.family(id_)
        documents = [one.id for one in family]
        chunks = self.catalog.chunk_ids_of(documents, self.generation().id).tolist()
        self.indexes.refresh()
        words, vectors = self.indexes.count_of(documents, chunks)
        removed = self.catalog.remove(id_, erasing)
        self.indexes.refresh()
        self.release((one.sha256, one.name, one.collection) for one in family)
        left = [self.catalog.count_rows_of(documents), *self.indexes.count_of(documents, chunks)]
        files = {one.sha256 for one in family if self.originals.check(one.sha256) != "missing"}
        left.append(sum(not self.catalog.needs_original(sha256) for sha256 in files))
        return replace(removed, index_words=words, index_vectors=vectors, remaining=sum(left))

    def release(self, gone: Iterable[tuple[str, str, str]]) -> None:
        """Deletes originals and labels of what is gone, as (sha256, name, collection); what others need stays."""
        with self.originals.locked():
            for sha256, name, collection in gone:
                if not self.catalog.needs_original(sha256):
                    self.originals.discard(sha256)
                elif not self.catalog.needs_label(sha256, name, collection):
                    self.originals.unlabel(sha256, name, collection)

    def tidy(self) -> None:
        """Deletes originals that nothing refers to, which a crash left, and labels those that have no label."""
        with self.originals.locked():
            self.originals.remove_all_but(self.catalog.referenced_originals())
            for info in self.catalog.documents().values():
                if info.has_original and info.parent is None and not self.originals.is_labelled(info.sha256):
                    self.originals.label(info.sha256, Label(info.name, info.collection, info.metadata))

    def split_anew(self, info: DocumentInfo) -> list[NewChunk]:
        """The chunks that a document would have with the settings of now; nothing is written."""
        blocks = list(self.catalog.blocks(info.id).values())
        return self._split(info.title, blocks, shape_of(self.settings, self.embedder))

    def without_vector(self, chunks: Sequence[NewChunk]) -> list[NewChunk]:
        """Those that are to have a vector and for which there is none yet."""
        keys = {one.embedding_key for one in chunks if one.embedding_key}
        known = self.catalog.known_keys(keys)
        return [one for one in chunks if one.embedding_key and one.embedding_key not in known]

    def _split(self, title: str, blocks: Sequence[Block], shape: Shape) -> list[NewChunk]:
        title = fitting_title(title, self.embedder)
        chunks = split(title, blocks, self.embedder, shape.chunk_tokens, shape.chunk_overlap_tokens)
        return [NewChunk(chunk, self._embedding_key(title, chunk, blocks, shape)) for chunk in in_turns(chunks)]

    def _embedding_key(self, title: str, chunk: Chunk, blocks: Sequence[Block], shape: Shape) -> bytes | None:
        """Names the vector by model and text; None for far rows of a table and what the model cannot read: words do."""
        far = blocks[chunk.spans[0].block].kind == "table" and (chunk.location.row or 0) > shape.embedded_rows
        if far or shape.leaves_out(eastern_language(chunk.text)):
            return None
        text = "\0".join((shape.embedding, shape.embedded_text(title, chunk)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    # -- embedding -----------------------------------------------------------------------------------------

    def generation(self) -> Generation:
        """The active generation; the first one is made with the settings of now."""
        active = self.catalog.active_generation()
        return active or self.catalog.start_generation(shape_of(self.settings, self.embedder).fingerprint, "active")

    def fits(self, generation: Generation) -> bool:
        """Whether the embedding model of the settings made the generation's vectors."""
        return read_shape(generation.fingerprint).embedding == self.embedder.name

    def embed_some(self, generation: Generation) -> int:
        """Embeds and commits one group of chunks that wait for a vector; gives how many, 0 when none is left.

        Vectors of another model would be nonsense among the generation's own, so then none is made: the
        documents are found by words until a reindex.
        """
        model, shape = pinned(self.embedder), read_shape(generation.fingerprint)  # another thread may switch to another
        if shape.embedding != model.name:
            return 0
        if group := self.catalog.pending(generation.id, EMBEDDED_AT_ONCE):
            documents = self.catalog.documents_by_id([*{chunk.document_id for _, chunk in group}])
            titles = {id_: fitting_title(info.title, model) for id_, info in documents.items()}
            texts = [shape.embedded_text(titles.get(chunk.document_id, ""), chunk) for _, chunk in group]
            self.catalog.put_vectors([key for key, _ in group], model.embed_passages(texts, background=True))
        return len(group)

    def embed_all(self, report: Report) -> None:
        """Embeds everything that waits; then tries the model on languages that are new."""
        self.embed_waiting(report)
        while self.coverage.check_next(self.embedder):
            pass

    def embed_waiting(self, report: Report) -> None:
        """Embeds everything that waits, and brings both indexes up to date."""
        generation, total, done = self.generation(), 0, 0
        while count := self.embed_some(generation):
            done += count
            total = total or done + self.catalog.count_upcoming(generation.id)
            report(Progress("embed", done, max(done, total), "chunks"))
            if done % INDEXED_AT_ONCE < EMBEDDED_AT_ONCE:
                self.follow()
        self.follow(all_words=True)

    def follow(self, all_words: bool = False) -> None:
        """Brings both indexes up to date; where much is new, it goes to the disk."""
        self.indexes.refresh()
        self.indexes.seal(all_words)

    # -- reindexing ----------------------------------------------------------------------------------------

    def reindex(self, report: Report, changes: Mapping[str, object] = MappingProxyType({})) -> None:
        """Chunks and embeds the library anew beside the old generation, then switches to it in one transaction.

        Questions are answered from the old one until then. A reindex that a crash cut off goes on where it was.
        `changes` are other settings that shape the index; they become those of this library with the switch.
        """
        self.generation()
        new = self.reshaped(changes)
        shape = shape_of(new.settings, new.embedder)
        new._complete(self.catalog.start_generation(shape.fingerprint, "building"), report)
        self._adopt(new)

    def roll_back(self, generation: int, report: Report) -> None:
        """Makes the previous generation the active one again, with what came in since; one that is active stays so.

        Raises StoreError where it is not kept any more.
        """
        previous = self.catalog.previous_generation()
        if previous is not None and previous.id == generation:
            old = self.reshaped(read_shape(previous.fingerprint).as_settings())
            old._complete(previous, report)
            self._adopt(old)
        elif self.generation().id != generation:
            hint = "Reindex with the settings that you want."
            raise StoreError("The index from before the last reindex is not kept any more.", hint)

    def reshaped(self, changes: Mapping[str, object]) -> Library:
        """The same library under other settings that shape the index."""
        settings = reshaped(self.settings, changes, self.fixed)
        return replace(self, settings=settings, embedder=self.embedder.variant(settings))

    def _adopt(self, other: Library) -> None:
        """Goes on with the settings and the model of `other`; everything that holds this library's does so too."""
        for name in SHAPING:
            setattr(self.settings, name, getattr(other.settings, name))
        self.embedder.switch(other.embedder)

    def kept_index(self) -> KeptIndex | None:
        """The previous generation in figures, if it is kept."""
        previous = self.catalog.previous_generation()
        if previous is None:
            return None
        shape = read_shape(previous.fingerprint)
        return KeptIndex(shape.embedding, shape.chunk_tokens, self.catalog.count_chunks_in(previous.id))

    def _complete(self, generation: Generation, report: Report) -> None:
        """Brings a generation up to the documents there are, and switches to it."""
        while True:
            self._split_missing(generation, report)
            self._embed_missing(generation, report)
            self.indexes.prepare(generation.id, report)
            if self.catalog.activate(generation.id):  # False where a document came in meanwhile
                break
        self.indexes.refresh()

    def _split_missing(self, new: Generation, report: Report) -> None:
        total = len(self.catalog.documents())
        done = self.catalog.count_documents_in(new.id)
        while missing := self.catalog.first_document_missing_in(new.id):
            info = self.catalog.document(missing)
            report(Progress("split", done, max(done, total), "documents", info.name))
            blocks = list(self.catalog.blocks(missing).values())
            self.catalog.put_chunks(missing, new.id, self._split(info.title, blocks, read_shape(new.fingerprint)))
            done += 1

    def _embed_missing(self, new: Generation, report: Report) -> None:
        total, done = self.catalog.count_pending(new.id), 0
        report(Progress("embed", 0, total, "chunks"))
        while count := self.embed_some(new):
            done += count
            report(Progress("embed", done, max(done, total), "chunks"))
