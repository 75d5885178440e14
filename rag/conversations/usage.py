"""What the library is asked and how it does: from the saved conversations, which their owners may delete."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta

import numpy as np

from rag.reports import Asked, Day, Usage
from rag.storage.database import Database
from rag.storage.reading import loaded, sound

_SHOWN = 20
_TURNS = """SELECT question, asked_at, json_extract(answer, '$.took_ms') AS took_ms,
                   json_extract(answer, '$.answered') AS answered, json_extract(answer, '$.stopped') AS stopped,
                   json_extract(feedback, '$[0]') AS good, error,
                   error IS NOT NULL AND json_extract(answer, '$.model') = '' AS failed
            FROM turns WHERE asked_at >= ? ORDER BY asked_at"""


def usage(database: Database, days: int, today: date | None = None) -> Usage:
    """The last `days` days, today (UTC) included; days without a question are there with zeros."""
    today = today or datetime.now(UTC).date()
    first = today - timedelta(days=days - 1)
    with database.read() as db:
        rows = db.execute(_TURNS, (first.isoformat(),)).fetchall()
        took = np.array([row["took_ms"] for row in rows if not row["stopped"]] or [0.0])
        p50, p95 = np.percentile(took, [50, 95]).tolist()
        return Usage(
            days=tuple(_day(first + timedelta(days=n), rows) for n in range(days)),
            p50_ms=p50,
            p95_ms=p95,
            good=sum(row["good"] == 1 for row in rows),
            bad=sum(row["good"] == 0 for row in rows),
            declined=tuple(_asked(row) for row in rows[::-1] if _is_declined(row))[:_SHOWN],
            failed=tuple(_asked(row) for row in rows[::-1] if row["error"])[:_SHOWN],
            slowest=tuple(map(_asked, sorted(rows, key=lambda row: -row["took_ms"])))[:_SHOWN],
        )


def _day(day: date, rows: list[sqlite3.Row]) -> Day:
    asked = [row for row in rows if row["asked_at"].startswith(day.isoformat())]
    return Day(day, len(asked), sum(map(_is_declined, asked)), sum(row["failed"] for row in asked))


def _is_declined(row: sqlite3.Row) -> bool:
    return not (row["answered"] or row["stopped"] or row["failed"])


def _asked(row: sqlite3.Row) -> Asked:
    error = loaded(row["error"], dict) if row["error"] else None
    return sound(Asked(row["question"], datetime.fromisoformat(row["asked_at"]), row["took_ms"], error))
