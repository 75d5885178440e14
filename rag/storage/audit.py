"""What the catalog says of itself: the queries by which `verify` compares its tables with each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np

from rag.storage import records
from rag.storage.database import is_undecodable
from rag.storage.reading import checksum, read_chunk, read_job
from rag.storage.records import STORED_DTYPE

_NORM_OFF_BY = 0.01  # of a unit vector after its rounding to float16


def damage(db: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the file, page by page, and with references between tables."""
    found = [line for row in db.execute("PRAGMA integrity_check(100)") for line in row[0].splitlines()]
    problems = [line for line in found if line != "ok" and not line.startswith("***")]
    problems = problems or [f"a row of {row[0]} refers to nothing" for row in db.execute("PRAGMA foreign_key_check")]
    return problems or [*_unwritten_rows(db)]


def _unwritten_rows(db: sqlite3.Connection) -> Iterator[str]:
    """Rows that nobody has written, of the tables that are not derived from an original as it was read."""
    for row in db.execute("SELECT * FROM jobs"):
        if not is_job(row):
            yield f"job {row['id']} is none"
    for row in db.execute("SELECT id, collection, name, sha256 FROM documents"):
        if not is_document(row):
            yield f"document {row['id']!r} is not the one that was added"
    last = records.last_id(db)
    for row in db.execute("SELECT id FROM chunks WHERE id < 1 OR id > ?", (last,)):
        yield f"no passage was ever given the id {row['id']}"
    unlike = "typeof(first) != 'integer' OR typeof(last) != 'integer' OR first < 1 OR last < first OR last > ?"
    for row in db.execute(f"SELECT revision FROM changes WHERE {unlike}", (last,)):  # noqa: S608 - our own
        yield f"change {row['revision']} is none"


def is_job(row: sqlite3.Row) -> bool:
    """Whether a row of `jobs` can have been written: else the file that waits in it would be passed over."""
    try:
        read_job(row)
    except (ValueError, TypeError, KeyError):
        return False
    return True


def is_document(row: sqlite3.Row) -> bool:
    """Whether a document is named as it was added, which its id is made of."""
    named = (row["collection"], row["name"], row["sha256"])
    return all(isinstance(value, str) for value in named) and records.document_id(*named) == row["id"]


def documents_with_other_chunks(db: sqlite3.Connection, generation: int) -> list[str]:
    """The ids of documents whose chunks are not all there, or do not stand in what was read of them."""
    ids = [row["id"] for row in db.execute("SELECT id FROM documents WHERE characters > 0 ORDER BY rowid")]
    return [id_ for id_ in ids if not _chunks_stand_in_blocks(db, id_, generation)]


def _chunks_stand_in_blocks(db: sqlite3.Connection, id_: str, generation: int) -> bool:
    """False as well where a field is not what can have been written."""
    query = "SELECT ordinal, kind, text, level, location, language FROM blocks WHERE document_id = ? ORDER BY ordinal"
    try:
        rows = db.execute(query, (id_,)).fetchall()
        written = db.execute("SELECT blocks_crc FROM documents WHERE id = ?", (id_,)).fetchone()[0]
        if written not in (None, checksum(rows)):
            return False
        blocks = {row["ordinal"]: row["text"] for row in rows}
        query = "SELECT * FROM chunks WHERE document_id = ? AND generation = ? ORDER BY ordinal"
        found = db.execute(query, (id_, generation)).fetchall()
        if not all(row["crc"] in (None, checksum([[row[name] for name in records.CHECKED]])) for row in found):
            return False
        chunks = [read_chunk(row) for row in found]
        for number, chunk in enumerate(chunks):
            if (chunk.ordinal, chunk.id) != (number, chunks[0].id + number):
                return False
            for span in chunk.spans:
                there = blocks.get(span.block, "")[span.offset : span.offset + span.end - span.start]
                if there != chunk.text[span.start : span.end]:
                    return False
    except (ValueError, TypeError, KeyError):
        return False
    except sqlite3.OperationalError as error:
        if not is_undecodable(error):
            raise
        return False
    return bool(chunks) and sorted(blocks) == list(range(len(blocks)))


def unclaimed_vectors(db: sqlite3.Connection) -> list[int]:
    """The ids of vectors that no chunk of any generation has."""
    query = "SELECT id FROM embeddings e WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.embedding_key = e.key)"
    return [row["id"] for row in db.execute(query)]


def damaged_vectors(db: sqlite3.Connection, generation: int) -> list[int]:
    """The ids of vectors that are not as they were stored, and of those of this generation that no model can have made.

    What an earlier version has stored has no checksum: there another vector of length 1 goes unnoticed.
    """
    # Left to itself, SQLite goes through the whole generation for each vector.
    chunks = "chunks c INDEXED BY chunks_embedding"
    is_used = f"EXISTS (SELECT 1 FROM {chunks} WHERE c.embedding_key = e.key AND c.generation = ?)"  # noqa: S608 - our own
    sizes = f"SELECT length(vector), count(*) FROM embeddings e WHERE {is_used} GROUP BY 1 ORDER BY 2 DESC"  # noqa: S608 - our own
    size, _ = db.execute(sizes, (generation,)).fetchone() or (0, 0)
    every = f"SELECT e.id, e.key, e.vector, e.crc, {is_used} FROM embeddings e"  # noqa: S608 - our own
    rows = db.execute(every, (generation,))
    return [id_ for id_, key, vector, crc, used in rows if not _is_sound(key, vector, crc, size if used else None)]


def _is_sound(key: bytes, vector: bytes, crc: int | None, size: int | None) -> bool:
    """Whether a vector is as it was stored and, where its size is known, of length 1."""
    try:
        return crc in (None, records.vector_checksum(key, vector)) and (size is None or _is_unit(vector, size))
    except TypeError:  # no bytes
        return False


def _is_unit(blob: bytes, size: int) -> bool:
    if len(blob) != size or size % np.dtype(STORED_DTYPE).itemsize:
        return False
    vector = np.frombuffer(blob, STORED_DTYPE).astype(np.float32)
    return bool(abs(np.linalg.norm(vector) - 1) < _NORM_OFF_BY)


def chunk_ids(db: sqlite3.Connection, generation: int, first: int, last: int) -> Iterator[tuple[int, bool]]:
    """The ids of a generation's chunks in this range, ascending, and whether each has its vector."""
    query = """SELECT c.id, e.id IS NOT NULL FROM chunks c NOT INDEXED LEFT JOIN embeddings e ON e.key = c.embedding_key
               WHERE c.generation = ? AND c.id BETWEEN ? AND ? ORDER BY c.id"""
    return ((id_, bool(embedded)) for id_, embedded in db.execute(query, (generation, first, last)))


def next_chunk(db: sqlite3.Connection, generation: int, first: int) -> int | None:
    """The id of a generation's first chunk from this id on."""
    query = "SELECT id FROM chunks NOT INDEXED WHERE generation = ? AND id >= ? ORDER BY id LIMIT 1"
    row = db.execute(query, (generation, first)).fetchone()
    return row["id"] if row else None
