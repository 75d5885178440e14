"""Whether originals, chunks, vectors and both indexes agree; and bringing them together where they do not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from rag.errors import StoreError, TenkyoError
from rag.indexing.indexes import Indexes
from rag.ingest.knowledge import Library
from rag.protocols import Report
from rag.reports import Finding, FindingCode, Verified
from rag.storage import audit, records
from rag.storage.catalog import Catalog
from rag.storage.database import Database
from rag.storage.originals import Label, Originals
from rag.types import DocumentInfo

_AT_ONCE = 5000
_LARGEST_ID = 2**63 - 1
_TRIES = 3  # what others change while it is read looks like a disagreement
_REPAIR = "`python -m rag verify --repair` "


@dataclass(frozen=True, slots=True)
class Integrity:
    """Compares the parts of a store with each other, and repairs the derived from the original."""

    database: Database
    catalog: Catalog
    originals: Originals
    indexes: Indexes
    library: Library

    def verify(self) -> Verified:
        """Reads everything that is kept. Raises StoreError where the catalog cannot be read at all."""
        for _ in range(_TRIES - 1):
            before = self.catalog.revision()
            found = self._verify_once()
            if found.agrees or self.catalog.revision() == before:
                return found
        return self._verify_once()

    def repair(self, report: Report) -> Verified:
        """Deletes what nothing refers to, reads documents again, makes vectors and indexes anew; then verifies.

        What cannot be made again (a lost original, a damaged catalog) stays among the findings.
        """
        before = self.verify()
        if any(finding.code == "catalog_damaged" for finding in before.findings):
            return before
        while self.indexes.renew():  # where an earlier version made the words; the app does so by itself
            pass
        if not before.agrees:
            self._repair_originals()
            self._repair_chunks(report)
            self.catalog.vectors.drop([*self._damaged_vectors(), *self._unclaimed_vectors()])
            self.indexes.rebuild()
            self.library.embedding.embed_all(report)
        after = self.verify()
        left = {finding.code for finding in after.findings}
        return replace(after, repaired=tuple(one for one in before.findings if one.code not in left))

    # -- finding -------------------------------------------------------------------------------------------

    def _verify_once(self) -> Verified:
        if damage := self._damage():
            finding = Finding(
                "catalog_damaged",
                len(damage),
                f"places of the catalog are damaged: {damage[0].rstrip('.')}",
                "Restore a backup, or make the catalog anew from the originals: `python -m rag rebuild`.",
            )
            return Verified(0, 0, 0, 0, 0, 0, (finding,))
        findings = [*self._originals(), *self._labels(), *self._chunks(), *self._vectors()]
        if not any(finding.code == "vectors_damaged" for finding in findings):  # the vector index is made of them
            self.indexes.refresh()
            self.indexes.seal(all_words=True)
            findings += [*self._words(), *self._vector_index()]
        documents = self.catalog.documents()
        return Verified(
            documents=len(documents),
            originals=len(self.originals.all()),
            chunks=sum(info.chunks for info in documents.values()),
            vectors=sum(info.embedded for info in documents.values()),
            index_words=len(self.indexes.words) if self.indexes.words else 0,
            index_vectors=len(self.indexes.vectors),
            findings=tuple(findings),
        )

    def _damage(self) -> list[str]:
        try:
            with self.database.read() as db:
                found = audit.damage(db)
                deque(records.document_infos(db), maxlen=0)  # the catalog's list may be of before the damage
            return found
        except StoreError as error:
            return [error.message]

    def _originals(self) -> Iterable[Finding]:
        kept = self.originals.all()
        infos = [info for info in self.catalog.documents().values() if info.has_original]
        states = {sha256: self.originals.check(sha256) for sha256 in {info.sha256 for info in infos}}
        again = "Add the file again, or restore a backup; the document can still be searched."
        lost = [info.name for info in infos if states[info.sha256] == "missing"]
        yield from _finding("original_missing", lost, "documents have lost their original file", again)
        damaged = [info.name for info in infos if states[info.sha256] == "damaged"]
        again += f" {_REPAIR}puts the damaged one aside."
        yield from _finding("original_damaged", damaged, "originals are not the bytes that were added", again)
        unclaimed = sorted(kept - self.catalog.referenced_originals())
        yield from _finding("original_unclaimed", unclaimed, "originals belong to nothing", f"{_REPAIR}deletes them.")

    def _labels(self) -> Iterable[Finding]:
        names = [label[0] for sha256 in self._wrongly_labelled() for label in self.catalog.labels().get(sha256, {})]
        hint = f"{_REPAIR}writes them anew from the catalog."
        yield from _finding("label_differs", names, "labels beside the originals differ from the catalog", hint)

    def _chunks(self) -> Iterable[Finding]:
        documents = self.catalog.documents()
        names = [documents[id_].name for id_ in self._documents_with_other_chunks() if id_ in documents]
        hint = f"{_REPAIR}reads them again from their originals."
        yield from _finding("chunks_differ", names, "documents have passages missing or not from their text", hint)

    def _vectors(self) -> Iterable[Finding]:
        active = self.catalog.generations.active()
        waiting = [info.name for info in self.catalog.documents().values() if info.pending]
        count = self.catalog.vectors.count_pending(active.id) if active else 0
        hint = f"{_REPAIR}makes them; the app does so by itself at its start."
        if active and not self.library.embedding.fits(active):
            hint = "They are of another embedding model than the settings name: reindex, or set the model back."
        yield from _finding("vectors_missing", waiting, "passages wait for their vector", hint, count)
        hint = f"{_REPAIR}makes them anew."
        yield from _finding("vectors_damaged", self._damaged_vectors(), "vectors cannot be what a model made", hint)
        hint = f"{_REPAIR}deletes them."
        yield from _finding("vectors_unclaimed", self._unclaimed_vectors(), "vectors belong to no passage", hint)

    def _words(self) -> Iterable[Finding]:
        words, hint = self.indexes.words, f"{_REPAIR}makes it anew from the catalog."
        if words is None:
            return
        damaged = words.disk.damaged_files()
        yield from _finding("words_damaged", damaged, "files of the word index are damaged", hint)
        if not damaged:
            different, double = list[int](), 0
            for first, last in self._slices():
                held = words.ids(first, last)
                different += sorted(set(self._chunk_ids(first, last)).symmetric_difference(held))
                double += len(held) - len(set(held))
            text = "entries of the word index are missing, left over or double"
            yield from _finding("words_differ", different, text, hint, len(different) + double)

    def _vector_index(self) -> Iterable[Finding]:
        hint = f"{_REPAIR}makes it anew from the catalog."
        if damaged := self.indexes.vectors.damaged_files():
            yield from _finding("vector_index_differs", damaged, "files of the vector index are damaged", hint)
            return
        wrong = set[int]()
        for first, last in self._slices():
            wanted, held = (
                set(self._chunk_ids(first, last, with_vector=True)),
                set(self.indexes.vectors.ids(first, last)),
            )
            wrong |= wanted ^ held
            if common := sorted(wanted & held):
                wrong |= self._other_vectors(common)
        text = "entries of the vector index are missing, left over or other than in the catalog"
        yield from _finding("vector_index_differs", sorted(wrong), text, hint)

    def _slices(self) -> Iterator[tuple[int, int]]:
        """Ranges of ids, one by one, so that memory stays flat; the last has whatever no chunk can have.

        None is of a gap alone: what no chunk was given for long, or a wrong number of the last id, costs nothing.
        """
        first = 0
        while (next_ := self._next_chunk(first)) is not None:
            last = next_ + _AT_ONCE - 1
            yield first, last
            first = last + 1
        yield first, _LARGEST_ID

    def _other_vectors(self, page: list[int]) -> set[int]:
        ids, vectors = self.catalog.vectors.of_chunks(self.indexes.generation, page[0], page[-1])
        stored = dict(zip(ids, vectors, strict=True))
        held = self.indexes.vectors.vectors(page)
        return {id_ for id_, vector in zip(page, held, strict=True) if not np.array_equal(vector, stored.get(id_, ()))}

    # -- what the catalog and the folders say --------------------------------------------------------------

    def _chunk_ids(self, first: int, last: int, with_vector: bool = False) -> list[int]:
        with self.database.read() as db:
            found = audit.chunk_ids(db, self.indexes.generation, first, last)
            return [id_ for id_, embedded in found if embedded or not with_vector]

    def _next_chunk(self, first: int) -> int | None:
        with self.database.read() as db:
            return audit.next_chunk(db, self.indexes.generation, first)

    def _documents_with_other_chunks(self) -> list[str]:
        active = self.catalog.generations.active()
        with self.database.read() as db:
            return audit.documents_with_other_chunks(db, active.id) if active else []

    def _damaged_vectors(self) -> list[int]:
        active = self.catalog.generations.active()
        with self.database.read() as db:
            return audit.damaged_vectors(db, active.id) if active else []

    def _unclaimed_vectors(self) -> list[int]:
        with self.database.read() as db:
            return audit.unclaimed_vectors(db)

    def _wrongly_labelled(self) -> list[str]:
        wanted, kept = self.catalog.labels(), self.originals.all()
        return [
            sha256
            for sha256 in sorted(kept)
            if {label[:2] for label in self.originals.labels(sha256)} != set(wanted.get(sha256, {}))
        ]

    # -- repairing -----------------------------------------------------------------------------------------

    def _repair_originals(self) -> None:
        self.library.tidy()
        with self.originals.locked():
            for sha256 in sorted(self.originals.all()):
                self.originals.set_aside_if_damaged(sha256)
            wanted = self.catalog.labels()
            for sha256 in self._wrongly_labelled():
                rows = wanted.get(sha256, {}).items()
                self.originals.relabel(sha256, [Label(*key, metadata) for key, metadata in rows])

    def _repair_chunks(self, report: Report) -> None:
        """Reads documents again from their originals; one inside another comes with that one."""
        roots = dict[str, DocumentInfo]()
        for id_ in self._documents_with_other_chunks():
            info = self.catalog.document(id_)
            while info.parent:
                info = self.catalog.document(info.parent)
            roots[info.id] = info
        for info in roots.values():
            with suppress(TenkyoError):  # it stays among the findings
                self.library.read_again(info, report)


def _finding(code: FindingCode, found: Sequence[object], text: str, hint: str, count: int = 0) -> Iterator[Finding]:
    """The finding, if anything was found; `count` where that is not how many are named."""
    if count or found:
        yield Finding(code, count or len(found), text, hint, tuple(map(str, found)))
