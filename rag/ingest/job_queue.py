"""Background work as rows of the catalog, so that it survives a restart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import NamedTuple

from rag.errors import EncryptedDocument
from rag.reports import Added, Job, JobKind
from rag.storage.database import Database
from rag.storage.reading import checksum_of_job, read_job

Jobs = list[Job]  # in the class, `list` is a method
Ids = list[int]
Files = list[tuple[str, str, str]]
_FILES = "('ingest', 'reread')"
_UNREAD = "state IN ('queued', 'running') AND result IS NULL"
_AMONG = "id IN (SELECT value FROM json_each(?))"
MAX_ATTEMPTS = 3
"""A job during which the process has died this often is given up: it would take the app down forever."""


class Work(NamedTuple):
    """A job that has been claimed; `sha256` names its original, a rollback's `name` the generation to go back to.

    A reindex's `name` is JSON of the settings that it changes.
    """

    id: int
    kind: JobKind
    name: str
    collection: str
    sha256: str


class JobQueue:
    """queued -> running -> done, failed or cancelled; each step is a commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, kind: JobKind, name: str, collection: str, sha256: str) -> Job:
        """Adds a job at the end of the queue."""
        query = """INSERT INTO jobs (kind, name, collection, sha256, crc, state, created_at)
                   VALUES (?, ?, ?, ?, ?, 'queued', ?)"""
        named = (kind, name, collection, sha256)
        with self._database.write() as db:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            id_ = db.execute(query, (*named, checksum_of_job(*named), now)).lastrowid
            return read_job(db.execute("SELECT * FROM jobs WHERE id = ?", (id_,)).fetchone())

    def list(self, limit: int) -> Jobs:
        """The newest jobs first."""
        return self._select("ORDER BY id DESC LIMIT ?", [limit])

    def list_files(self, limit: int) -> Jobs:
        """Files: those at work first, then what failed, what waits, and what is over; each the newest first.

        Of those at work, the ones that are being read come first, and then those that get their vectors next.
        """
        order = """CASE state WHEN 'running' THEN 0 WHEN 'failed' THEN 1 WHEN 'queued' THEN 2 ELSE 3 END,
                   state = 'running' AND result IS NOT NULL, CASE state WHEN 'running' THEN id ELSE -id END"""
        return self._select(f"WHERE kind IN {_FILES} ORDER BY {order} LIMIT ?", [limit])

    def last_of_index(self) -> Job | None:
        """The newest reindex or rollback."""
        return next(iter(self._select(f"WHERE kind NOT IN {_FILES} ORDER BY id DESC LIMIT 1", [])), None)

    def find(self, ids: Collection[int]) -> Jobs:
        """The jobs with these ids, oldest first."""
        return self._select(f"WHERE {_AMONG} ORDER BY id", [_array(ids)])

    def claim(self, files_only: bool = False) -> Work | None:
        """The oldest queued job, running from now on. Two files of one name are never read at the same time."""
        kinds = f"AND kind IN {_FILES}" if files_only else ""
        query = f"""SELECT * FROM jobs WHERE state = 'queued' {kinds} AND NOT EXISTS (
                       SELECT 1 FROM jobs other WHERE other.state = 'running' AND other.result IS NULL
                       AND other.name = jobs.name AND other.collection = jobs.collection)
                   ORDER BY id LIMIT 1"""  # noqa: S608 - our own
        with self._database.write() as db, self._database.understood():
            row = db.execute(query).fetchone()
            if row is None:
                return None
            read_job(row)
            db.execute("UPDATE jobs SET state = 'running', attempts = attempts + 1 WHERE id = ?", (row["id"],))
            return Work(row["id"], row["kind"], row["name"], row["collection"], row["sha256"])

    def note_added(self, id_: int, added: Added) -> None:
        """The file is committed and searchable; its vectors are still to come."""
        self._set(id_, "running", result=json.dumps(asdict(added)))

    def finish(self, id_: int) -> None:
        """All is done."""
        self._set(id_, "done")

    def fail(self, id_: int, error: dict[str, str]) -> None:
        """It cannot be done; `error` is {code, message, hint}."""
        self._set(id_, "failed", error=json.dumps(error))

    def put_back(self, id_: int) -> None:
        """Queues a job that was stopped in the middle, through no fault of its own."""
        with self._database.write() as db:
            query = "UPDATE jobs SET state = 'queued', attempts = attempts - 1 WHERE id = ? AND state = 'running'"
            db.execute(query, (id_,))

    def count_files(self) -> Counter[str]:
        """How many files are in each state; those that can be found and wait for vectors only are `searchable`."""
        query = f"""SELECT CASE WHEN state = 'running' AND result IS NOT NULL THEN 'searchable' ELSE state END, count(*)
                   FROM jobs WHERE kind IN {_FILES} GROUP BY 1"""  # noqa: S608 - our own
        with self._database.read() as db:
            return Counter(dict(map(tuple, db.execute(query))))

    def retry(self, id_: int) -> None:
        """Queues a failed job again."""
        with self._database.write() as db:
            query = "UPDATE jobs SET state = 'queued', error = NULL, attempts = 0 WHERE id = ? AND state = 'failed'"
            db.execute(query, (id_,))

    def retry_all(self) -> Ids:
        """Queues every failed file again but those that want a password; gives their ids."""
        query = f"""UPDATE jobs SET state = 'queued', error = NULL, attempts = 0 WHERE state = 'failed'
                   AND kind IN {_FILES} AND json_extract(error, '$.code') != ? RETURNING id"""  # noqa: S608 - our own
        with self._database.write() as db:
            return [row["id"] for row in db.execute(query, (EncryptedDocument.code,))]

    def cancel(self, ids: Collection[int]) -> Files:
        """Takes jobs back that are not finished; gives what of those taken back has a file, as `forget_finished`."""
        with self._database.write() as db:
            unfinished = f"{_AMONG} AND state IN ('queued', 'running')"
            db.execute(f"UPDATE jobs SET state = 'cancelled' WHERE {unfinished}", (_array(ids),))  # noqa: S608
            files = f"SELECT sha256, name, collection FROM jobs WHERE {_AMONG} AND state = 'cancelled'"  # noqa: S608
            return [tuple(row) for row in db.execute(f"{files} AND sha256 != ''", (_array(ids),))]

    def recover(self) -> None:
        """After a restart: what was running is queued again, unless the process has died of it too often."""
        error = json.dumps(
            {
                "code": "store_failed",
                "message": f"The app stopped {MAX_ATTEMPTS} times while it worked on this file.",
                "hint": "Split the file or free memory, then add it again.",
            }
        )
        with self._database.write() as db:
            query = """UPDATE jobs SET state = 'failed', error = ?
                       WHERE state = 'running' AND result IS NULL AND attempts >= ?"""
            db.execute(query, (error, MAX_ATTEMPTS))
            db.execute("UPDATE jobs SET state = 'queued' WHERE state = 'running' AND result IS NULL")

    def forget_finished(self) -> Files:
        """Clears the list of what is over; gives what of it had a file as (sha256, name, collection)."""
        over = "FROM jobs WHERE state IN ('done', 'failed', 'cancelled')"
        with self._database.write() as db:
            files = [tuple(row) for row in db.execute(f"SELECT sha256, name, collection {over} AND sha256 != ''")]
            db.execute(f"DELETE {over}")
        return files

    def embedding(self, limit: int | None = None) -> Jobs:
        """The oldest jobs whose document waits for its vectors, all of them without a limit."""
        where = "WHERE state = 'running' AND result IS NOT NULL"
        return self._select(f"{where} ORDER BY id LIMIT ?", [-1 if limit is None else limit])

    def all_unread(self) -> Ids:
        """The ids of all files that were added and are still to be read, or just being read."""
        with self._database.read() as db:
            query = f"SELECT id FROM jobs WHERE kind = 'ingest' AND {_UNREAD}"  # noqa: S608 - our own
            return [row["id"] for row in db.execute(query)]

    def count_unread(self) -> int:
        """How many files `all_unread` gives."""
        with self._database.read() as db:
            return db.execute(f"SELECT count(*) FROM jobs WHERE kind = 'ingest' AND {_UNREAD}").fetchone()[0]  # noqa: S608

    def unread(self, collection: str) -> dict[str, str]:
        """The files of this collection that are still to be read, or just being read: sha256 by name, the newest."""
        query = f"""SELECT name, sha256 FROM jobs WHERE kind = 'ingest' AND collection = ? AND sha256 != ''
                   AND {_UNREAD} ORDER BY id"""  # noqa: S608 - our own
        with self._database.read() as db:
            return dict(map(tuple, db.execute(query, (collection,))))

    def _select(self, clauses: str, values: Sequence[int | str]) -> Jobs:
        with self._database.read() as db:
            return [read_job(row) for row in db.execute(f"SELECT * FROM jobs {clauses}", values)]  # noqa: S608 - our own

    def _set(self, id_: int, state: str, result: str | None = None, error: str | None = None) -> None:
        query = """UPDATE jobs SET state = ?, result = coalesce(?, result), error = ?
                   WHERE id = ? AND state != 'cancelled'"""
        with self._database.write() as db:
            db.execute(query, (state, result, error, id_))


def _array(ids: Collection[int]) -> str:
    """For `_AMONG`, which takes more ids than a statement has places for."""
    return json.dumps(list(ids))
