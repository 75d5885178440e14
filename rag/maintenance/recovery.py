"""A store whose catalog is lost or damaged: it is not opened as if it were new, and comes back from its originals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from rag.conversations.saved import read_conversation, read_turn
from rag.errors import StoreError
from rag.indexing.indexes import delete_indexes
from rag.ingest.job_queue import JobQueue
from rag.storage.audit import is_document
from rag.storage.database import REBUILD_HINT, Database, files_of, is_open_elsewhere
from rag.storage.durable import sync_folder
from rag.storage.originals import Originals
from rag.storage.reading import is_named

CATALOG = "catalog.sqlite"
ORIGINALS = "originals"
INDEXES = "indexes"
PROMPTS = "prompts"
LOG = "logs/tenkyo.jsonl"
_WAITING = "state = 'queued' OR (result IS NULL AND state NOT IN ('done', 'cancelled'))"
RESTORING = "restoring"
"""A folder in the store while a restore puts its files in place."""


class Rebuilt(NamedTuple):
    """What became of a damaged catalog: where it is now, and how many files and conversations came back."""

    set_aside: Path | None
    files: int
    conversations: int


def refuse_if_cut_off(folder: Path) -> None:
    """Raises StoreError where a restore was cut off, or the catalog is gone while originals are there."""
    if (folder / RESTORING).exists():
        raise StoreError("A restore was cut off here.", "Run it again: `python -m rag restore`.", str(folder))
    catalog = folder / CATALOG
    lost = not catalog.exists() or catalog.stat().st_size == 0
    if lost and Originals(folder / ORIGINALS).all():
        raise StoreError("The catalog is gone, but original files are there.", REBUILD_HINT, str(folder))


def refuse_if_open(folder: Path) -> None:
    """Raises StoreError while a process has the store open."""
    if is_open_elsewhere(folder / CATALOG):
        raise StoreError("The store is open in another process.", "Stop the app first.", str(folder))


def rebuild(folder: Path) -> Rebuilt:
    """Makes a new catalog in which every original that is labelled waits to be read; the old one is set aside.

    Names that only the old catalog has, and conversations, are taken from it as far as it can be read.
    """
    refuse_if_open(folder)
    old, fresh = folder / CATALOG, folder / f"new-{CATALOG}"
    for path in files_of(fresh):
        path.unlink(missing_ok=True)
    database = Database(fresh)
    files = _files(Originals(folder / ORIGINALS), old)
    queue = JobQueue(database)
    for sha256, name, collection in files:
        queue.submit("ingest", name, collection, sha256)
    conversations = _salvage_conversations(old, database)
    database.close()  # the last connection writes all that is in the WAL into the file
    aside = set_aside(old)
    delete_indexes(folder / INDEXES)
    fresh.replace(old)
    sync_folder(folder)
    return Rebuilt(aside, len(files), conversations)


def _files(originals: Originals, old: Path) -> list[tuple[str, str, str]]:
    """What was added, by the labels and by what can still be read of the old catalog: (sha256, name, collection)."""
    kept = originals.all()
    found = dict.fromkeys((sha256, label.name, label.collection) for sha256, label in originals.labelled())
    documents = [*_readable(old, "SELECT * FROM documents WHERE parent IS NULL")]
    jobs = [*_readable(old, f"SELECT * FROM jobs WHERE {_WAITING}")]  # noqa: S608 - our own
    named = [*filter(is_document, documents), *(row for row in jobs if is_named(row) and row["kind"] == "ingest")]
    rows = [(row["sha256"], row["name"], row["collection"]) for row in named]
    found |= dict.fromkeys(row for row in rows if not row[0] or row[0] in kept)
    nameless = kept - {sha256 for sha256, *_ in found}  # under a name that may be garbled rather than not at all
    rest = [row for row in (*documents, *jobs) if row["sha256"] in nameless]
    return list(found | dict.fromkeys((row["sha256"], _told(row["name"]), _told(row["collection"])) for row in rest))


def _told(value: object) -> str:
    """A garbled name as far as it can be read."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _salvage_conversations(old: Path, database: Database) -> int:
    """Copies the conversations and turns that can be read; gives how many conversations."""
    count = 0
    with database.write() as db:
        for row in _readable(old, "SELECT id, owner, title, updated_at FROM conversations"):
            with suppress(ValueError, TypeError):
                read_conversation(row)
                db.execute("INSERT OR IGNORE INTO conversations VALUES (?, ?, ?, ?)", tuple(row))
                count += 1
        columns = "conversation_id, ordinal, question, text, answer, feedback"
        for row in _readable(old, f"SELECT {columns}, NULL AS error FROM turns"):  # noqa: S608 - our own words
            with suppress(ValueError, TypeError):
                read_turn(row)
                if db.execute("SELECT 1 FROM conversations WHERE id = ?", (row["conversation_id"],)).fetchone():
                    db.execute(f"INSERT OR IGNORE INTO turns ({columns}) VALUES (?, ?, ?, ?, ?, ?)", tuple(row)[:-1])  # noqa: S608
    return count


def _readable(path: Path, query: str) -> Iterator[sqlite3.Row]:
    """The rows of a damaged database, up to the first that cannot be read; a text that is none comes as bytes."""
    if not path.exists():
        return
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection, suppress(sqlite3.Error):
        connection.row_factory = sqlite3.Row
        connection.text_factory = _text
        yield from connection.execute(query)


def _text(stored: bytes) -> str | bytes:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def set_aside(catalog: Path) -> Path | None:
    """Moves a catalog with its WAL, if there is one, into `damaged/`; gives where it is now."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = catalog.parent / "damaged" / f"{now}-{CATALOG}"
    aside.parent.mkdir(exist_ok=True)
    there = [path for path in files_of(catalog) if path.exists()]
    for path in there:
        path.replace(aside.with_name(aside.name + path.name.removeprefix(catalog.name)))
    return aside if there else None
