"""kill -9 at any moment: the next start opens, answers, and goes on where it was."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from rag import AskOptions
from tests.conftest import Open

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = 40


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for n in range(DOCUMENTS):
        sections = "\n\n".join(f"## Part {part}\n\nShelf {n}-{part} holds subject{n}x{part}." for part in range(6))
        (folder / f"note{n:02}.md").write_text(f"# Note {n}\n\n{sections}\n")
    return folder


def start_adding(store: Path, files: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rag", "--store", str(store), "add", str(files), "--json"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def read_lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [line for line in (process.stdout.readline() for _ in range(count)) if line]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_acknowledged_is_lost(open_kb: Open, tmp_path: Path, files: Path, seed: int) -> None:
    store = tmp_path / "store"
    process = start_adding(store, files)
    acknowledged = read_lines(process, random.Random(seed).randrange(1, DOCUMENTS))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert acknowledged

    kb = open_kb()
    documents = {document.name for document in kb.documents()}
    assert {Path(json.loads(line)["file"]).name for line in acknowledged} <= documents
    for info in kb.documents():
        assert info.chunks == 6, "a document is there whole or not at all"
        n = int(info.name[4:6])
        hits = kb.search(f"subject{n}x3", AskOptions(mode="lexical")).hits
        assert hits[0].document.id == info.id
    with sqlite3.connect(store / "catalog.sqlite") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    again = start_adding(store, files)
    rest = read_lines(again, DOCUMENTS)
    assert again.wait(timeout=120) == 0
    assert len(rest) == DOCUMENTS
    stats = kb.stats()
    assert stats.documents == DOCUMENTS
    assert stats.index_chunks_words == stats.index_chunks_vectors == stats.chunks == stats.embedded == DOCUMENTS * 6


def test_a_reindex_that_was_killed_goes_on_and_the_old_index_answers_meanwhile(
    open_kb: Open, tmp_path: Path, files: Path
) -> None:
    kb = open_kb()
    for path in sorted(files.iterdir()):
        kb.add_searchable(path)
    kb.embed_all()
    kb.close()
    environment = {**os.environ, "TENKYO_CHUNK_TOKENS": "64"}
    command = [sys.executable, "-m", "rag", "--store", str(tmp_path / "store"), "reindex"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    process.stderr.readline()  # it has begun
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()

    again = open_kb(chunk_tokens=64)
    assert again.search("subject7x3", AskOptions(mode="lexical")).hits[0].document.name == "note07.md"
    again.reindex()
    stats = again.stats()
    assert stats.stale == ""
    assert stats.index_chunks_words == stats.index_chunks_vectors == stats.chunks == DOCUMENTS * 6
    assert again.search("subject7x3", AskOptions(mode="lexical")).hits[0].document.name == "note07.md"
