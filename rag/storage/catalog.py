"""The only truth: documents, their blocks, chunks and vectors in SQLite. Everything else is derived from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from loaders import Block
from rag.errors import DocumentNotFound
from rag.protocols import Ids
from rag.reports import Removed
from rag.storage import records
from rag.storage.committed import Committed
from rag.storage.database import Database
from rag.storage.document_list import DocumentList
from rag.storage.generations import Generations
from rag.storage.reading import load_metadata, read_block, read_chunk, sound
from rag.storage.records import NewChunk, NewDocument, PutStatus
from rag.storage.vectors import StoredVectors
from rag.types import Chunk, DocumentInfo

_LABELS = """SELECT sha256, name, collection, metadata FROM documents WHERE parent IS NULL AND size > 0
    UNION ALL SELECT sha256, name, collection, '{}' FROM jobs
    WHERE sha256 != '' AND (state = 'queued' OR (result IS NULL AND state NOT IN ('done', 'cancelled')))"""
"""What was added as what: by the documents there are, and by the jobs that may yet make one."""
_TOGETHER = 1_000  # ids of ranges that touch and are taken as one: a large document's stays apart
_FEW = 300  # documents that are looked up one by one


class Change(NamedTuple):
    """A range of ids that the derived indexes must look at again."""

    revision: int
    kind: Literal["chunks", "removed", "vectors"]
    first: int
    last: int


class Title(NamedTuple):
    """A document's, and the language that it is in."""

    text: str
    language: str


class Catalog:
    """Documents and chunks, and by `generations` and `vectors` the rest; each write is one transaction.

    NOT INDEXED makes SQLite walk a range of ids, where it would take all of a generation for less.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._documents = DocumentList(database)
        self._committed = Committed(database)
        self.generations = Generations(database, self._committed)
        self.vectors = StoredVectors(database)

    def revision(self) -> int:
        """Grows with every change that the indexes must follow."""
        return self._committed.now().revision

    def version(self) -> int:
        """Another number after every commit."""
        return self._database.version()

    def changes_since(self, revision: int) -> list[Change]:
        """What was changed after this revision, in order; small ranges that touch are one: each costs queries."""
        query = "SELECT revision, kind, first, last FROM changes WHERE revision > ? ORDER BY revision"
        found: list[Change] = []
        with self._database.read() as db:
            most = records.last_id(db)
            for change in map(Change._make, db.execute(query, (revision,))):
                if not 0 < sound(change).first <= change.last <= most:  # an index would go through all between
                    raise ValueError(f"change {change.revision} is none")
                small = found and change.last - found[-1].first < _TOGETHER
                if small and (found[-1].kind, found[-1].last + 1) == (change.kind, change.first):
                    change = change._replace(first=found.pop().first)
                found.append(change)
        return found

    # -- documents -----------------------------------------------------------------------------------------

    def documents(self) -> dict[str, DocumentInfo]:
        """All documents by id, oldest first, as of the last commit."""
        return self._documents.current()

    def document(self, document_id: str) -> DocumentInfo:
        """The document with this id; raises DocumentNotFound."""
        found = self.documents_by_id([document_id])
        if not found:
            raise DocumentNotFound(f"There is no document {document_id}.", "List the documents to see their ids.")
        return found[document_id]

    def documents_by_id(self, ids: Sequence[str]) -> dict[str, DocumentInfo]:
        """Those of these ids that are there; reads nothing of the others, however many they are."""
        return self._documents.some(ids)

    def titles(self, ids: Collection[str]) -> dict[str, Title]:
        """The titles of those of these documents that are there."""
        query = f"SELECT id, title, language FROM documents WHERE id IN ({','.join('?' * len(ids))})"  # noqa: S608 - only marks
        with self._database.read() as db:
            return {row["id"]: sound(Title(row["title"], row["language"])) for row in db.execute(query, list(ids))}

    def resolve(self, prefix: str) -> str:
        """The full id that starts with `prefix`; raises DocumentNotFound if none or several do."""
        found = [id_ for id_ in self.documents() if prefix and id_.startswith(prefix)]
        if len(found) == 1:
            return found[0]
        problem = "There is no document" if not found else "More than one document has an id that starts with"
        raise DocumentNotFound(f"{problem} {prefix}.", "List the documents to see their ids.")

    def family(self, document_id: str) -> list[DocumentInfo]:
        """The document, and those inside it."""
        found = list(self.documents_by_id([document_id]).values())
        with self._database.read() as db:
            for one in found:  # grows while it is walked
                found += records.document_infos(db, "d.parent = ?", (one.id,))
        return found

    def find(self, collection: str, name: str) -> DocumentInfo | None:
        """The document of this name."""
        with self._database.read() as db:
            return next(records.document_infos(db, "d.collection = ? AND d.name = ?", (collection, name)), None)

    def blocks(self, document_id: str, ordinals: Iterable[int] | None = None) -> dict[int, Block]:
        """The document's blocks by ordinal: all of them, or those asked for."""
        query = "SELECT ordinal, kind, text, level, location, language FROM blocks WHERE document_id = ?"
        with self._database.read() as db:
            if ordinals is None:
                rows = list(db.execute(query + " ORDER BY ordinal", (document_id,)))
            else:
                one = query + " AND ordinal = ?"
                rows = [row for n in sorted(set(ordinals)) for row in db.execute(one, (document_id, n))]
            return {row["ordinal"]: read_block(row) for row in rows}

    def put(self, family: Sequence[NewDocument], collection: str, generation: int) -> PutStatus:
        """Makes a document and those inside it visible, whole, in one transaction; says whether it replaced one.

        Each replaces the document of its name, and what was inside that. A parent comes before those inside it.
        Where another generation has become the active one meanwhile, nothing is written: no question would find it.
        """
        with self._database.write(erasing=True) as db:
            return records.put_family(db, family, collection, generation)

    def put_chunks(self, document_id: str, generation: int, chunks: Sequence[NewChunk]) -> None:
        """Adds a document's chunks to a generation that is being built.

        Nothing if it has been removed since, or another process has done so. Raises StoreError where there is no such
        generation any more.
        """
        wanted = """SELECT 1 FROM documents d WHERE id = ?1 AND NOT EXISTS
                    (SELECT 1 FROM chunks c WHERE c.generation = ?2 AND c.document_id = d.id)"""
        with self._database.write() as db:
            records.refuse_dropped(db, generation)
            if db.execute(wanted, (document_id, generation)).fetchone():
                records.insert_chunks(db, document_id, generation, chunks)

    def remove(self, document_id: str, erasing: bool = True) -> Removed:
        """Deletes a document and the vectors that only it uses, overwritten if `erasing`; raises DocumentNotFound."""
        with self._database.write(erasing) as db:
            query = "SELECT name FROM documents WHERE id = ?"
            row = db.execute(query, (document_id,)).fetchone()
            if row is None:
                raise DocumentNotFound(f"There is no document {document_id}.", "It may be deleted already.")
            before = records.size_of_originals(db)
            documents, chunks, vectors = records.remove_document(db, document_id)
            freed = before - records.size_of_originals(db)
        return Removed(document_id, row["name"], documents, chunks, vectors, freed)

    def count_rows_of(self, documents: Sequence[str]) -> int:
        """How many rows belong to these documents: their own, blocks and chunks of any generation."""
        marks = ",".join("?" * len(documents))
        query = f"""SELECT (SELECT count(*) FROM documents WHERE id IN ({marks}))
                    + (SELECT count(*) FROM blocks WHERE document_id IN ({marks}))
                    + (SELECT count(*) FROM chunks WHERE document_id IN ({marks}))"""  # noqa: S608 - only marks
        with self._database.read() as db:
            return db.execute(query, [*documents] * 3).fetchone()[0]

    def referenced_originals(self) -> set[str]:
        """The sha256 of every original that a document, or a job that may run yet, needs."""
        query = f"SELECT sha256 FROM documents WHERE size > 0 UNION SELECT sha256 FROM ({_LABELS})"  # noqa: S608
        with self._database.read() as db:
            return {row["sha256"] for row in db.execute(query)}

    def needs_original(self, sha256: str) -> bool:
        """Whether `referenced_originals` has it."""
        query = f"SELECT 1 FROM documents WHERE sha256 = ?1 UNION SELECT 1 FROM ({_LABELS}) WHERE sha256 = ?1"  # noqa: S608
        with self._database.read() as db:
            return db.execute(query, (sha256,)).fetchone() is not None

    def needs_label(self, sha256: str, name: str, collection: str) -> bool:
        """Whether `labels` has it."""
        query = f"SELECT 1 FROM ({_LABELS}) WHERE (sha256, name, collection) = (?, ?, ?)"  # noqa: S608
        with self._database.read() as db:
            return db.execute(query, (sha256, name, collection)).fetchone() is not None

    def labels(self) -> dict[str, dict[tuple[str, str], Mapping[str, str]]]:
        """What each original was added as: by sha256, then by name and collection, what is known from outside."""
        found = dict[str, dict[tuple[str, str], Mapping[str, str]]]()
        with self._database.read() as db:
            for row in db.execute(_LABELS):
                found.setdefault(row["sha256"], {})[row["name"], row["collection"]] = load_metadata(row["metadata"])
        return found

    # -- chunks --------------------------------------------------------------------------------------------

    def chunks(self, ids: Sequence[int]) -> dict[int, Chunk]:
        """The chunks with these ids; those that are gone are left out."""
        query = f"SELECT * FROM chunks WHERE id IN ({','.join('?' * len(ids))})"  # noqa: S608 - only marks
        with self._database.read() as db:
            return {row["id"]: read_chunk(row) for row in db.execute(query, list(ids))}

    def chunks_of(self, document_id: str, generation: int) -> list[Chunk]:
        """A document's chunks in reading order."""
        query = "SELECT * FROM chunks WHERE generation = ? AND document_id = ? ORDER BY ordinal"
        with self._database.read() as db:
            return [read_chunk(row) for row in db.execute(query, (generation, document_id))]

    def chunk_with(self, document_id: str, generation: int, block: int, offset: int) -> Chunk | None:
        """The chunk in which character `offset` of a block stands; a document's chunks are in its blocks' order."""
        ends = "SELECT min(id), max(id) FROM chunks WHERE generation = ? AND document_id = ?"
        with self._database.read() as db:
            first, last = db.execute(ends, (generation, document_id)).fetchone()
            while first is not None and first <= last:
                middle = (first + last) // 2
                row = db.execute("SELECT * FROM chunks WHERE id = ?", (middle,)).fetchone()
                chunk = read_chunk(row)
                end = chunk.spans[-1]
                if (end.block, end.offset + end.end - end.start) <= (block, offset):
                    first = middle + 1
                elif (chunk.spans[0].block, chunk.spans[0].offset) > (block, offset):
                    last = middle - 1
                else:
                    return chunk
        return None

    def chunk_ids_of(self, documents: Collection[str], generation: int) -> Ids:
        """The ids of all chunks of these documents, in ascending order."""
        query = "SELECT min(id), max(id) FROM chunks WHERE generation = ? AND document_id = ?"
        every = "SELECT min(id), max(id), document_id FROM chunks WHERE generation = ? GROUP BY document_id"
        with self._database.read() as db:  # a document's chunks are numbered in one go, so a range is exact
            most = records.last_id(db)
            if len(documents) < _FEW:
                ranges = [db.execute(query, (generation, document)).fetchone() for document in documents]
            else:
                ranges = [row for row in db.execute(every, (generation,)) if row["document_id"] in documents]
            if any(row[0] is not None and not 0 < row[0] <= row[1] <= most for row in ranges):
                raise ValueError("a passage has an id that was never given")
        ids = [np.arange(row[0], row[1] + 1) for row in ranges if row[0] is not None]
        return np.sort(np.concatenate(ids)) if ids else np.empty(0, np.int64)

    def chunk_pages(self, generation: int, first: int, last: int) -> Iterator[list[Chunk]]:
        """Chunks of a generation by range of ids; page by page, so that memory stays flat."""
        query = "SELECT * FROM chunks NOT INDEXED WHERE generation = ? AND id BETWEEN ? AND ? ORDER BY id LIMIT 1000"
        while first <= last:
            with self._database.read() as db:
                page = [read_chunk(row) for row in db.execute(query, (generation, first, last))]
            if not page:
                return
            yield page
            first = page[-1].id + 1
