"""The write side: files are loaded, cut into chunks and committed; and what is deleted leaves nothing behind."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from loaders import Document, Fetched, Web, fetch
from rag.errors import DocumentTooLarge, EmptyDocument, ModelUnavailable
from rag.indexing.indexes import Indexes
from rag.indexing.shape import read_shape
from rag.ingest.chunking import cut_family
from rag.ingest.embedding import Embedding
from rag.ingest.parsing import Parser
from rag.ingest.tidying import tidy
from rag.priority import in_turns
from rag.protocols import Annotator, Report
from rag.reports import Added, Progress, Removed
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.storage.originals import Label, Originals
from rag.storage.records import document_id
from rag.storage.reserve import Reserve
from rag.types import DocumentInfo

_log = logging.getLogger(__name__)
_RELEASED_AT_ONCE = 1000  # files; whoever adds one waits meanwhile
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Library:
    """Adds and removes documents."""

    settings: Settings
    catalog: Catalog
    originals: Originals
    indexes: Indexes
    embedding: Embedding
    parser: Parser
    web: Web
    reserve: Reserve
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
        generation = self.embedding.generation()
        report(Progress("split", 0, 1, "file", document.name))
        size, shape = len(original or b""), read_shape(generation.fingerprint)
        family, unread = cut_family(document, collection, size, shape, self.embedding.embedder)
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

    # -- removing ------------------------------------------------------------------------------------------

    def remove(self, id_: str) -> Removed:
        """Deletes a document from the catalog, both indexes and the originals, and looks what is left of it."""
        with self.reserve.lent() as scarce:
            return self._remove(id_, erasing=not scarce)

    def _remove(self, id_: str, erasing: bool) -> Removed:
        family = self.catalog.family(id_)
        documents = [one.id for one in family]
        chunks = self.catalog.chunk_ids_of(documents, self.embedding.generation().id).tolist()
        self.indexes.refresh()
        words, vectors = self.indexes.count_of(documents, chunks)
        removed = self.catalog.remove(id_, erasing)
        self.indexes.refresh()
        self.release((one.sha256, one.name, one.collection) for one in family)
        left = [self.catalog.count_rows_of(documents), *self.indexes.count_of(documents, chunks)]
        files = {one.sha256 for one in family if self.originals.check(one.sha256) != "missing"}
        left.append(sum(not self.catalog.needs_original(sha256) for sha256 in files))
        counts = replace(removed, index_words=words, index_vectors=vectors, remaining=sum(left))
        return replace(counts, document_ids=tuple(documents))

    def release(self, gone: Iterable[tuple[str, str, str]]) -> None:
        """Deletes originals and labels of what is gone, as (sha256, name, collection); what others need stays."""
        files = list(gone)
        for start in range(0, len(files), _RELEASED_AT_ONCE):
            if start:
                time.sleep(_PAUSE_S)  # else the lock would be taken again before those who wait for it look
            with self.originals.locked():
                for sha256, name, collection in files[start : start + _RELEASED_AT_ONCE]:
                    if not self.catalog.needs_original(sha256):
                        self.originals.discard(sha256)
                    elif not self.catalog.needs_label(sha256, name, collection):
                        self.originals.unlabel(sha256, name, collection)

    def tidy(self) -> None:
        """Deletes originals that nothing needs, which a crash left; raises StoreError."""
        tidy(self.catalog, self.originals)
