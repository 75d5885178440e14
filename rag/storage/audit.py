"""What the catalog says of itself: the queries by which `verify` compares its tables with each other."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import get_args

import numpy as np

from rag.reports import JobKind, JobState
from rag.storage import records
from rag.storage.database import is_undecodable
from rag.storage.records import STORED_DTYPE

_NORM_OFF_BY = 0.01  # of a unit vector after its rounding to float16
_HASH = re.compile("(?:[0-9a-f]{64})?")  # none is a job without a file, or whose file is still to be fetched


def damage(db: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the file, page by page, and with references between tables."""
    found = [line for row in db.execute("PRAGMA integrity_check(100)") for line in row[0].splitlines()]
    problems = [line for line in found if line != "ok" and not line.startswith("***")]
    problems = problems or [f"a row of {row[0]} refers to nothing" for row in db.execute("PRAGMA foreign_key_check")]
    return problems or [f"job {row['id']} is none" for row in db.execute("SELECT * FROM jobs") if not is_job(row)]


def is_job(row: sqlite3.Row) -> bool:
    """Whether a row of `jobs` can have been written: else the file that waits in it would be passed over."""
    texts = all(isinstance(row[name], str) for name in ("name", "collection", "sha256"))
    states = row["kind"] in get_args(JobKind) and row["state"] in get_args(JobState)
    return texts and states and _HASH.fullmatch(row["sha256"]) is not None


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
        if written not in (None, records.checksum(rows)):
            return False
        blocks = {row["ordinal"]: row["text"] for row in rows}
        query = "SELECT * FROM chunks WHERE document_id = ? AND generation = ? ORDER BY ordinal"
        found = db.execute(query, (id_, generation)).fetchall()
        if not all(row["crc"] in (None, records.checksum([[row[name] for name in records.CHECKED]])) for row in found):
            return False
        chunks = [records.read_chunk(row) for row in found]
        for number, chunk in enumerate(chunks):
            for span in chunk.spans:
                there = blocks.get(span.block, "")[span.offset : span.offset + span.end - span.start]
                if chunk.ordinal != number or there != chunk.text[span.start : span.end]:
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
    is_used = "EXISTS (SELECT 1 FROM chunks c WHERE c.embedding_key = e.key AND c.generation = ?)"
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


def chunk_ids(db: sqlite3.Connection, generation: int, with_vector: bool) -> Iterator[int]:
    """The ids of a generation's chunks in ascending order: all, or those that have a vector."""
    query = "SELECT c.id FROM chunks c WHERE c.generation = ? ORDER BY c.id"
    if with_vector:
        query = """SELECT c.id FROM chunks c JOIN embeddings e ON e.key = c.embedding_key
                   WHERE c.generation = ? ORDER BY c.id"""
    return (row["id"] for row in db.execute(query, (generation,)))
