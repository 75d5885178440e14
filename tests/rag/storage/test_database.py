"""What SQLite says is told as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.storage.database import Database


def test_a_full_disk_that_ends_a_transaction_is_said(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    with database.read() as db:
        db.execute("PRAGMA max_page_count = 60")  # this connection is the next one to be used
    with pytest.raises(StoreError, match="database or disk is full"):
        _fill(database)
    database.close()


def _fill(database: Database) -> None:
    rows = [(b"%d" % number, bytes(5000)) for number in range(1000)]
    with database.write() as db:
        for row in rows:
            db.execute("INSERT INTO embeddings (key, vector) VALUES (?, ?)", row)
