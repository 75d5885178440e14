"""What is kept of the catalog in memory is that of the last commit, whoever made it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rag.storage import records
from rag.storage.catalog import Catalog
from rag.storage.database import Database

ANOTHER_PROCESS = """
import sys
from pathlib import Path
from rag.storage.catalog import Catalog
from rag.storage.database import Database
print(Catalog(Database(Path(sys.argv[1]))).generations.start(sys.argv[2], "building").id)
"""


def test_every_commit_is_seen_at_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    catalog, other = Catalog(database), Catalog(Database(tmp_path / "catalog.sqlite"))
    assert catalog.generations.active() is None
    for state in ("active", "building"):  # by this connection's owner
        catalog.generations.start(f'{{"is": "{state}"}}', state)
        assert (catalog.generations.active() or catalog.generations.building()) is not None
    assert catalog.generations.building() == other.generations.building()
    other.generations.start('{"is": "another"}', "building")  # by another connection
    assert (found := catalog.generations.building())
    assert found.fingerprint == '{"is": "another"}'
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path / "catalog.sqlite"), '{"is": "a third"}']
    made = subprocess.run(command, capture_output=True, text=True, check=True)  # by another process
    assert (found := catalog.generations.building())
    assert (found.id, found.fingerprint) == (int(made.stdout), '{"is": "a third"}')
    before = database.version()
    assert database.version() == before
    assert catalog.generations.drop("building") == 0
    assert catalog.generations.building() is None
    assert database.version() != before


def test_changes_that_follow_one_another_are_one(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    with database.write() as db:
        db.execute("INSERT INTO sqlite_sequence VALUES ('chunks', 9)")
        for kind, first, last in (
            ("chunks", 1, 2),
            ("chunks", 3, 3),
            ("vectors", 4, 9),
            ("chunks", 4, 5),
            ("chunks", 7, 8),
        ):
            records.log_change(db, kind, first, last)
    assert Catalog(database).changes_since(0) == [
        (2, "chunks", 1, 3),
        (3, "vectors", 4, 9),
        (4, "chunks", 4, 5),
        (5, "chunks", 7, 8),
    ]
    assert Catalog(database).changes_since(1)[0] == (2, "chunks", 3, 3)
