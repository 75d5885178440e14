"""A watched folder and its collection are kept in step."""

from __future__ import annotations

import os
import shutil
import tracemalloc
from pathlib import Path

import pytest

from rag import KnowledgeBase
from tests.conftest import Open


def write(path: Path, text: str, second: int = 1_700_000_000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (second, second))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    write(folder / "hours.md", "# Hours\n\nThe library opens at nine.\n")
    write(folder / "2026" / "案内.md", "# 案内\n\n休館日は月曜日です。\n")
    write(folder / ".hidden.md", "# Hidden\n\nNobody reads this.\n")
    write(folder / "~$letter.docx", "an office program has it open")
    return folder


def look(kb: KnowledgeBase) -> dict[str, str]:
    """One look now, and all that follows from it; the library by name and collection."""
    watched = kb._parts.worker._watched
    assert watched is not None
    watched._next_look = 0.0
    kb.work_off()
    return {info.name: info.collection for info in kb.documents()}


def test_new_changed_and_deleted_files_are_followed(open_kb: Open, folder: Path) -> None:
    kb = open_kb(watch=folder)
    kb.add(b"# Mine\n\nAdded by hand.\n", "mine.md", "papers")
    assert look(kb) == {"mine.md": "papers", "hours.md": "papers", "2026/案内.md": "papers"}
    write(folder / "hours.md", "# Hours\n\nThe library opens at ten.\n", 1_700_000_500)
    (folder / "2026" / "案内.md").unlink()
    write(folder / "fees.md", "# Fees\n\nA card costs twelve euros.\n")
    assert set(look(kb)) == {"mine.md", "hours.md", "fees.md"}
    assert "ten" in kb.ask("When does the library open?").text
    assert kb.verify().agrees


def test_what_has_not_changed_is_not_read_again_after_a_restart(open_kb: Open, folder: Path) -> None:
    first = open_kb(watch=folder, watch_collection="desk")
    assert set(look(first).values()) == {"desk"}
    first.close()
    again = open_kb(watch=folder, watch_collection="desk")
    again.forget_finished_jobs()
    assert len(look(again)) == 2
    assert again.jobs() == []


def test_a_folder_that_is_gone_or_empty_removes_nothing(open_kb: Open, folder: Path) -> None:
    kb = open_kb(watch=folder)
    assert len(look(kb)) == 2
    shutil.rmtree(folder)
    assert len(look(kb)) == 2
    folder.mkdir()
    assert len(look(kb)) == 2


def test_a_file_that_is_still_being_written_is_left_alone(open_kb: Open, folder: Path) -> None:
    kb = open_kb(watch=folder)
    growing = folder / "growing.md"
    growing.write_text("# Growing\n\nHalf a sen")
    assert "growing.md" not in look(kb)
    write(growing, "# Growing\n\nHalf a sentence is whole now.\n")
    assert "growing.md" in look(kb)


def test_a_file_that_is_too_large_is_shown_as_failed_once(open_kb: Open, folder: Path) -> None:
    kb = open_kb(watch=folder, max_file_mb=1)
    write(folder / "big.txt", "word " * 300_000)
    assert len(look(kb)) == 2
    look(kb)
    (failed,) = (job for job in kb.jobs() if job.state == "failed")
    assert (failed.name, (failed.error or {})["code"]) == ("big.txt", "too_large")


def test_a_file_that_is_too_large_is_not_even_read(open_kb: Open, folder: Path) -> None:
    kb = open_kb(watch=folder, max_file_mb=1)
    with (folder / "disk.img").open("wb") as file:
        file.truncate(300_000_000)
    os.utime(folder / "disk.img", (1_700_000_000, 1_700_000_000))
    tracemalloc.start()
    look(kb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "disk.img" in {job.name for job in kb.jobs() if job.state == "failed"}
    assert peak < 100_000_000


def test_a_file_that_was_refused_can_be_tried_again_and_is_followed_from_then_on(open_kb: Open, folder: Path) -> None:
    kb = open_kb(watch=folder, max_file_mb=1)
    write(folder / "big.md", "# Fees\n\nA card costs twelve euros.\n" + " " * 1_100_000)
    assert "big.md" not in look(kb)
    (failed,) = (job for job in kb.jobs() if job.state == "failed")
    kb.settings.max_file_mb = 2
    kb.retry(failed.id)
    assert look(kb)["big.md"] == "papers"
    (folder / "big.md").unlink()
    assert set(look(kb)) == {"hours.md", "2026/案内.md"}
    kb.forget_finished_jobs()
    assert kb.verify().agrees
