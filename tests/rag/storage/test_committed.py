"""What is kept of the catalog in memory is that of the last commit, whoever made it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rag.storage.catalog import Catalog
from rag.storage.database import Database

ANOTHER_PROCESS = """
import sys
from pathlib import Path
from rag.storage.catalog import Catalog
from rag.storage.database import Database
print(Catalog(Database(Path(sys.argv[1]))).start_generation(sys.argv[2], "building").id)
"""


def test_every_commit_is_seen_at_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    catalog, other = Catalog(database), Catalog(Database(tmp_path / "catalog.sqlite"))
    assert catalog.active_generation() is None
    for state in ("active", "building"):  # by this connection's owner
        catalog.start_generation(state, state)
        assert (catalog.active_generation() or catalog.building_generation()) is not None
    assert catalog.building_generation() == other.building_generation()
    other.start_generation("another", "building")  # by another connection
    assert (found := catalog.building_generation())
    assert found.fingerprint == "another"
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path / "catalog.sqlite"), "a third"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)  # by another process
    assert (found := catalog.building_generation())
    assert (found.id, found.fingerprint) == (int(made.stdout), "a third")
    before = database.version()
    assert database.version() == before
    assert catalog.drop_generation("building") == 0
    assert catalog.building_generation() is None
    assert database.version() != before
