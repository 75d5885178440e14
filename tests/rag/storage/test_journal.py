"""A damaged write-ahead log is noticed, which SQLite passes over; a sound one, however it was left, is not blamed."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.errors import StoreError
from rag.storage import journal
from tests.conftest import Open

COMMITS = 12
FRAME = 24 + 4096


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A database whose twelve commits are in its log, as a process leaves it that is killed."""
    path, copy = tmp_path / "open" / "catalog.sqlite", tmp_path / "left" / "catalog.sqlite"
    path.parent.mkdir()
    with closing(connected(path)) as db:
        for _ in range(COMMITS):
            write(db)
        shutil.copytree(path.parent, copy.parent)
        yield copy


def connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, data BLOB)")
    return db


def write(db: sqlite3.Connection, size: int = 6000) -> None:
    db.execute("INSERT INTO rows (data) VALUES (randomblob(?))", (size,))


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def index_of(path: Path) -> Path:
    return path.with_name(path.name + "-shm")


def count(path: Path) -> int:
    """How many commits SQLite finds; their table was made by the first of them."""
    with closing(sqlite3.connect(path)) as db:
        has_table = db.execute("SELECT 1 FROM sqlite_master").fetchone()
        return db.execute("SELECT count(*) FROM rows").fetchone()[0] if has_table else 0


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def copied(database: Path, folder: Path) -> Path:
    shutil.copytree(database.parent, folder)
    return folder / database.name


def test_a_flipped_bit_is_noticed_wherever_sqlite_loses_commits_by_it(database: Path, tmp_path: Path) -> None:
    size, chosen = log_of(database).stat().st_size, random.Random(0)
    for number in range(60):
        harmed = copied(database, tmp_path / str(number))
        flip(log_of(harmed), chosen.randrange(8, size))
        noticed = journal.is_damaged(harmed)
        assert noticed == (count(harmed) < COMMITS), "SQLite reads them all, or it is noticed"


def test_without_the_index_all_but_the_last_commit_is_watched(database: Path, tmp_path: Path) -> None:
    index_of(database).unlink()
    assert not journal.is_damaged(database)
    frames = (log_of(database).stat().st_size - 32) // FRAME
    for frame in range(frames):
        harmed = copied(database, tmp_path / str(frame))
        flip(log_of(harmed), 32 + frame * FRAME + 1000)
        noticed = journal.is_damaged(harmed)
        assert noticed == (count(harmed) < COMMITS - 1), frame


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:50_000])])
def test_a_log_that_is_gone_or_cut_off_is_noticed(database: Path, harm: Callable[[Path], None]) -> None:
    harm(log_of(database))
    assert journal.is_damaged(database)
    index_of(database).unlink()
    assert not journal.is_damaged(database)  # nothing tells it from one that had been shorter


def begun_again(db: sqlite3.Connection) -> None:
    """The log begins anew; what stood in it before stands behind."""
    db.execute("PRAGMA wal_checkpoint(RESTART)")
    write(db)


def emptied(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def taken_back(db: sqlite3.Connection) -> None:
    """A large transaction that has not fitted into memory, was rolled back, and a small one after it."""
    db.execute("PRAGMA cache_size = 5")
    db.execute("BEGIN")
    for _ in range(50):
        write(db, 20_000)
    db.execute("ROLLBACK")
    write(db)


def half_written(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA cache_size = 5")
    db.execute("BEGIN")
    for _ in range(50):
        write(db, 20_000)


@pytest.mark.parametrize("course", [begun_again, emptied, taken_back, half_written])
@pytest.mark.parametrize("with_index", [True, False])
def test_a_sound_log_is_not_blamed(
    tmp_path: Path, course: Callable[[sqlite3.Connection], None], with_index: bool
) -> None:
    path = tmp_path / "open" / "catalog.sqlite"
    path.parent.mkdir()
    with closing(connected(path)) as db:
        for _ in range(COMMITS):
            write(db)
        course(db)
        left = copied(path, tmp_path / "left")
    if not with_index:
        index_of(left).unlink()
    assert not journal.is_damaged(left)
    assert not journal.is_damaged(path)  # closed: there is no log any more
    assert count(left) >= COMMITS


WRITER = """
import sys
from pathlib import Path
from tests.rag.storage.test_journal import connected, write
db = connected(Path(sys.argv[1]))
while True:
    write(db, 50_000)
    print("written", flush=True)
"""


@pytest.mark.parametrize("commits", [1, 7, 40, 130])
def test_the_log_of_a_killed_process_is_not_blamed_nor_that_of_one_at_work(tmp_path: Path, commits: int) -> None:
    path = tmp_path / "catalog.sqlite"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(commits):
            assert process.stdout.readline()
            assert not journal.is_damaged(path)
        process.send_signal(signal.SIGKILL)
    assert not journal.is_damaged(path)
    assert count(path) >= commits


def test_a_store_with_a_damaged_log_is_not_opened_and_comes_back_from_its_originals(
    kb: KnowledgeBase, open_kb: Open, tmp_path: Path
) -> None:
    for name in ("hours", "fees", "rooms"):
        kb.add(f"# {name}\n\nWhat there is to say of {name}.\n".encode(), f"{name}.md")
    left = tmp_path / "left"
    shutil.copytree(kb.settings.store, left)
    flip(log_of(left / "catalog.sqlite"), 32 + 5 * FRAME + 1000)
    with pytest.raises(StoreError, match=r"journal are lost.*rag rebuild"):
        open_kb("left")
    assert KnowledgeBase.rebuild(left).files == 3
    again = open_kb("left")
    again.work_off()
    assert {info.name for info in again.documents()} == {"hours.md", "fees.md", "rooms.md"}
    assert again.verify().agrees
