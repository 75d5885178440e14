"""Rows of the catalog's tables and the types that they hold; each function works inside a caller's transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from loaders import Document
from rag.errors import StoreError
from rag.protocols import Vectors
from rag.storage.reading import checksum, dump_location, load_report, loaded, sound
from rag.types import Chunk, DocumentInfo

STORED_DTYPE = np.float16
PutStatus = Literal["added", "replaced", "superseded"]
CHECKED = ("ordinal", "text", "headings", "location", "spans", "token_count", "embedding_key")
"""The columns of a chunk that its checksum is of; the others change when its document is moved."""


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk that has no id yet; `embedding_key` is None where it is to be found by words only."""

    chunk: Chunk
    embedding_key: bytes | None


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that is about to be made visible; `parent` is the id of the one that it is a file inside of."""

    document: Document
    size: int
    chunks: Sequence[NewChunk]
    parent: str | None = None


def document_id(collection: str, name: str, sha256: str) -> str:
    """The store's id of a document: the same content under two names is two documents."""
    return hashlib.sha256("\0".join((collection, name, sha256)).encode()).hexdigest()[:32]


def revision(db: sqlite3.Connection) -> int:
    """The number of the last change."""
    return db.execute("SELECT coalesce(max(revision), 0) FROM changes").fetchone()[0]


def last_id(db: sqlite3.Connection) -> int:
    """The largest id that a chunk or an embedding was ever given."""
    query = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name IN ('chunks', 'embeddings')"
    return db.execute(query).fetchone()[0]


def log_change(db: sqlite3.Connection, kind: str, first: int, last: int) -> None:
    """Notes a range of ids that the derived indexes must look at again."""
    db.execute("INSERT INTO changes (kind, first, last) VALUES (?, ?, ?)", (kind, first, last))


def document_infos(
    db: sqlite3.Connection, condition: str = "TRUE", values: Sequence[str] = ()
) -> Iterator[DocumentInfo]:
    """Documents `d` that fit the condition, oldest first, with the counts of the active generation."""
    query = f"""
        SELECT d.*, count(c.id) AS chunks, count(e.id) AS embedded,
               count(CASE WHEN c.embedding_key IS NOT NULL AND e.id IS NULL THEN 1 END) AS pending
        FROM documents d
        LEFT JOIN chunks c ON c.document_id = d.id
             AND c.generation = (SELECT id FROM generations WHERE state = 'active')
        LEFT JOIN embeddings e ON e.key = c.embedding_key
        WHERE {condition} GROUP BY d.id ORDER BY d.added_at, d.rowid"""  # noqa: S608 - ours alone; values are marks
    for row in db.execute(query, values):
        fields = {**dict(row), "metadata": loaded(row["metadata"], dict), "report": load_report(row["report"])}
        del fields["blocks_crc"]
        yield sound(DocumentInfo(**{**fields, "added_at": datetime.fromisoformat(row["added_at"])}))


def put_family(db: sqlite3.Connection, family: Sequence[NewDocument], collection: str, generation: int) -> PutStatus:
    """Adds a document and those inside it; each replaces the document of its name, and what was inside that.

    Nothing is done where the generation is not the active one.
    """
    if active_generation(db) != generation:
        return "superseded"
    query = "SELECT id FROM documents WHERE collection = ? AND name = ?"
    replaced = db.execute(query, (collection, family[0].document.name)).fetchone() is not None
    kept = {chunk.embedding_key for new in family for chunk in new.chunks if chunk.embedding_key}
    for new in family:
        if old := db.execute(query, (collection, new.document.name)).fetchone():
            remove_document(db, old["id"], kept)
    for new in family:
        id_ = document_id(collection, new.document.name, new.document.id)
        insert_document(db, id_, new, collection)
        insert_chunks(db, id_, generation, new.chunks)
    return "replaced" if replaced else "added"


def insert_document(db: sqlite3.Connection, id_: str, new: NewDocument, collection: str) -> None:
    """Adds a document and its blocks."""
    document = new.document
    rows = [
        (n, block.kind, block.text, block.level, dump_location(block.location), block.language)
        for n, block in enumerate(document.blocks)
    ]
    values = (
        id_,
        collection,
        document.name,
        document.id,
        document.media_type,
        document.title,
        document.language,
        json.dumps(dict(document.metadata), ensure_ascii=False),
        new.size,
        document.pages,
        sum(len(block.text) for block in document.blocks),
        datetime.now(UTC).isoformat(timespec="seconds"),
        json.dumps(asdict(document.report), ensure_ascii=False),
        new.parent,
        checksum(rows),
    )
    db.execute(f"INSERT INTO documents VALUES ({','.join('?' * len(values))})", values)  # noqa: S608 - only marks
    db.executemany("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)", ((id_, *row) for row in rows))


def insert_chunks(db: sqlite3.Connection, document_id: str, generation: int, chunks: Sequence[NewChunk]) -> None:
    """Adds a document's chunks under consecutive ids."""
    if not chunks:
        return
    first = db.execute("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'chunks'").fetchone()[0]
    query = f"""INSERT INTO chunks (id, generation, document_id, {", ".join(CHECKED)}, crc)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""  # noqa: S608 - our own
    values = map(_chunk_values, chunks)
    rows = ((first + n, generation, document_id, *row, checksum([row])) for n, row in enumerate(values))
    db.executemany(query, rows)
    log_change(db, "chunks", first, first + len(chunks) - 1)


def _chunk_values(new: NewChunk) -> tuple[int | str | bytes | None, ...]:
    """What is `CHECKED`, in its order."""
    chunk = new.chunk
    return (
        chunk.ordinal,
        chunk.text,
        json.dumps(chunk.headings, ensure_ascii=False),
        dump_location(replace(chunk.location, boxes=(), breaks=())),
        json.dumps([(s.start, s.end, s.block, s.offset) for s in chunk.spans]),
        chunk.token_count,
        new.embedding_key,
    )


def insert_vectors(db: sqlite3.Connection, keys: Sequence[bytes], vectors: Vectors) -> None:
    """Adds unit vectors (n, dimension) under their keys, where some chunk needs them and none is there yet."""
    # The last chunk that needs a vector may have been deleted while it was made.
    query = """INSERT OR IGNORE INTO embeddings (key, vector, crc) SELECT ?1, ?2, ?3
               WHERE EXISTS (SELECT 1 FROM chunks WHERE embedding_key = ?1)"""
    stored = [vector.tobytes() for vector in vectors.astype(STORED_DTYPE)]
    rows = [(key, vector, vector_checksum(key, vector)) for key, vector in zip(keys, stored, strict=True)]
    first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM embeddings").fetchone()[0]
    db.executemany(query, rows)
    last = db.execute("SELECT coalesce(max(id), 0) FROM embeddings").fetchone()[0]
    if last >= first:
        log_change(db, "vectors", first, last)


def vector_checksum(key: bytes, vector: bytes) -> int:
    """Of a vector as it is stored, and of what names it."""
    return zlib.crc32(vector, zlib.crc32(key))


def remove_document(
    db: sqlite3.Connection, document_id: str, kept: Collection[bytes] = frozenset()
) -> tuple[int, int, int]:
    """Deletes a document and those inside it; gives how many documents, chunks and vectors went.

    Vectors with the keys `kept` stay: what takes the document's place needs them.
    """
    inside = db.execute("SELECT id FROM documents WHERE parent = ?", (document_id,)).fetchall()
    counts = [remove_document(db, row["id"], kept) for row in inside]
    counts.append((1, *_delete_chunks(db, "document_id = ?", (document_id,), kept)))
    db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    documents, chunks, vectors = (sum(column) for column in zip(*counts, strict=True))
    return documents, chunks, vectors


def size_of_originals(db: sqlite3.Connection) -> int:
    """Bytes of the files that documents came from; one that several came from counts once."""
    query = "SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT sha256, size FROM documents)"
    return db.execute(query).fetchone()[0]


def active_generation(db: sqlite3.Connection) -> int:
    """The id of the generation that answers questions, -1 in a store that was never written."""
    row = db.execute("SELECT id FROM generations WHERE state = 'active'").fetchone()
    return row["id"] if row else -1


def refuse_dropped(db: sqlite3.Connection, generation: int) -> None:
    """Raises StoreError where this generation is gone: another process has begun to build one of its own."""
    query = "SELECT 1 FROM generations WHERE id = ? AND state != 'dropped'"
    if db.execute(query, (generation,)).fetchone() is None:
        raise StoreError("Another reindex has taken the place of this one.", "Wait for it, then start yours again.")


def activate(db: sqlite3.Connection, generation: int) -> None:
    """Makes a generation the active one; what was active is kept as the previous one if it was made differently."""
    rows = {row["state"]: row for row in db.execute("SELECT id, fingerprint, state FROM generations")}
    old, new = rows["active"], next(row for row in rows.values() if row["id"] == generation)
    if old["id"] == generation:
        return
    if old["fingerprint"] == new["fingerprint"]:
        drop_generation(db, old["id"])
    else:
        other = "previous" if new["state"] == "building" else "building"
        if other in rows:
            drop_generation(db, rows[other]["id"])
        _set_state(db, old["id"], other)  # no two generations are ever in the same state
    _set_state(db, generation, "active")
    if old["fingerprint"] != new["fingerprint"]:
        _set_state(db, old["id"], "previous")


def _set_state(db: sqlite3.Connection, generation: int, state: str) -> None:
    db.execute("UPDATE generations SET state = ? WHERE id = ?", (state, generation))


def drop_generation(db: sqlite3.Connection, generation: int) -> None:
    """From now on nobody uses this generation; what is in it goes with `sweep`."""
    _set_state(db, generation, "dropped")


def sweep(db: sqlite3.Connection, limit: int) -> int:
    """Deletes so many chunks of dropped generations, and the vectors that only they used; gives how many they were.

    No index follows a dropped generation, so nothing is noted for them.
    """
    query = """SELECT c.id, c.embedding_key FROM generations g JOIN chunks c ON c.generation = g.id
               WHERE g.state = 'dropped' LIMIT ?"""
    found = db.execute(query, (limit,)).fetchall()
    db.executemany("DELETE FROM chunks WHERE id = ?", [(row["id"],) for row in found])
    _delete_orphans(db, {row["embedding_key"] for row in found if row["embedding_key"]})
    if len(found) < limit:
        db.execute("DELETE FROM generations WHERE state = 'dropped'")
    return len(found)


def _delete_chunks(
    db: sqlite3.Connection, where: str, arguments: tuple[str | int, ...], kept: Collection[bytes] = frozenset()
) -> tuple[int, int]:
    """Deletes chunks and the vectors that no other chunk uses, but those `kept`; gives both counts."""
    ranges = f"SELECT generation, document_id, min(id), max(id) FROM chunks WHERE {where} GROUP BY 1, 2"  # noqa: S608
    for _, _, first, last in db.execute(ranges, arguments).fetchall():
        log_change(db, "removed", first, last)  # a document's chunks are numbered in one go, so a range is exact
    keys = f"SELECT DISTINCT embedding_key FROM chunks WHERE {where} AND embedding_key IS NOT NULL"  # noqa: S608
    orphans = [row[0] for row in db.execute(keys, arguments) if row[0] not in kept]
    chunks = db.execute(f"DELETE FROM chunks WHERE {where}", arguments).rowcount  # noqa: S608
    return chunks, _delete_orphans(db, orphans)


def _delete_orphans(db: sqlite3.Connection, keys: Iterable[bytes]) -> int:
    """Deletes those of these vectors that no chunk uses any more; gives how many."""
    query = "DELETE FROM embeddings WHERE key = ? AND NOT EXISTS (SELECT 1 FROM chunks WHERE embedding_key = key)"
    return sum(db.execute(query, (key,)).rowcount for key in keys)


def delete_vectors(db: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Deletes vectors; chunks that had them wait for new ones."""
    db.executemany("DELETE FROM embeddings WHERE id = ?", [(id_,) for id_ in ids])


def first_missing(db: sqlite3.Connection, generation: int) -> str | None:
    """The id of a document that has chunks, but none in this generation. One without text never has any."""
    query = """SELECT id FROM documents d
               WHERE EXISTS (SELECT 1 FROM chunks c WHERE c.document_id = d.id) AND NOT EXISTS
               (SELECT 1 FROM chunks c WHERE c.generation = ? AND c.document_id = d.id) ORDER BY rowid LIMIT 1"""
    row = db.execute(query, (generation,)).fetchone()
    return row["id"] if row else None
