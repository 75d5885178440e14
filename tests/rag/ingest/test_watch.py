"""A watched folder and its collection are kept in step."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.ingest import watch
from tests.conftest import Open
from tests.rag.ingest.test_jobs import wait_for


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


def test_what_waits_since_before_a_restart_is_not_submitted_again(open_kb: Open, folder: Path) -> None:
    first = open_kb(watch=folder)
    watched = first._parts.worker._watched
    assert watched
    watched.look(first._parts.worker.submit, first._parts.worker._refuse)
    first.close()
    again = open_kb(watch=folder)
    assert len(look(again)) == 2
    assert [job.name for job in again.jobs()] == ["hours.md", "2026/案内.md"]


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


def test_one_of_several_deleted_and_one_renamed_leave_the_others_alone(open_kb: Open, folder: Path) -> None:
    for number in range(4):
        write(folder / f"note{number}.md", f"# Note {number}\n\nThis is subject{number}.\n")
    kb = open_kb(watch=folder)
    look(kb)
    before = {info.name: info.id for info in kb.documents()}
    (folder / "note1.md").unlink()
    (folder / "note2.md").rename(folder / "2026" / "renamed.md")
    assert set(look(kb)) == {"hours.md", "2026/案内.md", "note0.md", "note3.md", "2026/renamed.md"}
    after = {info.name: info.id for info in kb.documents()}
    assert all(after[name] == id_ for name, id_ in before.items() if name in after)
    assert kb.search("subject2").hits[0].document.name == "2026/renamed.md"
    assert all(hit.document.name != "note1.md" for hit in kb.search("subject1").hits)
    assert kb.verify().agrees


def test_a_folder_inside_that_cannot_be_read_removes_nothing(
    open_kb: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb(watch=folder)
    assert len(look(kb)) == 2
    scan = os.scandir

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        """As root may read everything, a disk that fails is played."""
        if Path(path).name == "2026":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    (folder / "hours.md").unlink()
    write(folder / "fees.md", "# Fees\n\nA card costs twelve euros.\n")
    assert set(look(kb)) == {"2026/案内.md", "fees.md"}


def test_a_disk_inside_that_is_not_mounted_removes_nothing(
    open_kb: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted = [True]
    monkeypatch.setattr(watch, "_disk", lambda place: int(mounted[0] and place == folder / "2026"))  # 1 is another one
    kb, text = open_kb(watch=folder), (folder / "2026" / "案内.md").read_text("utf-8")
    assert len(look(kb)) == 2
    (before,) = (info.id for info in kb.documents() if info.name == "2026/案内.md")
    mounted[0] = False
    (folder / "2026" / "案内.md").unlink()  # of a disk that is not mounted an empty folder is seen
    assert len(look(kb)) == 2
    kb.close()
    again = open_kb(watch=folder)
    assert len(look(again)) == 2
    shutil.rmtree(folder / "2026")
    assert len(look(again)) == 2
    mounted[0] = True
    write(folder / "2026" / "案内.md", text)
    assert len(look(again)) == 2
    assert before in {info.id for info in again.documents()}
    (folder / "2026" / "案内.md").unlink()
    assert set(look(again)) == {"hours.md"}


def test_a_folder_mounted_inside_removes_nothing_when_it_is_unmounted(
    open_kb: Open, folder: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere" / "fees.md", "# Fees\n\nA card costs twelve euros.\n")
    (folder / "mounted").mkdir()
    try:
        subprocess.run(["mount", "--bind", tmp_path / "elsewhere", folder / "mounted"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only an administrator of a Linux machine may mount a folder")
    try:
        kb = open_kb(watch=folder)
        assert "mounted/fees.md" in look(kb)
    finally:
        subprocess.run(["umount", folder / "mounted"], check=True)
    (folder / "hours.md").unlink()
    assert set(look(kb)) == {"2026/案内.md", "mounted/fees.md"}


def test_what_has_failed_is_tried_again_only_when_it_has_changed_or_on_request(open_kb: Open, folder: Path) -> None:
    first = open_kb(watch=folder, max_file_mb=1)
    write(folder / "empty.md", "")
    write(folder / "big.txt", "word " * 300_000)
    assert len(look(first)) == 2
    assert {job.name for job in first.jobs() if job.state == "failed"} == {"empty.md", "big.txt"}
    first.forget_finished_jobs()
    first.close()
    again = open_kb(watch=folder, max_file_mb=1)
    assert len(look(again)) == 2
    assert again.jobs() == []
    write(folder / "empty.md", "# Not empty\n\nThe café is on the second floor.\n", 1_700_000_500)
    assert "empty.md" in look(again)
    (folder / "empty.md").unlink()
    assert "empty.md" not in look(again)


def test_what_was_deleted_from_the_library_does_not_come_back_by_itself(open_kb: Open, folder: Path) -> None:
    first = open_kb(watch=folder)
    look(first)
    first.remove(next(info.id for info in first.documents() if info.name == "hours.md"))
    first.close()
    again = open_kb(watch=folder)
    assert set(look(again)) == {"2026/案内.md"}
    write(folder / "hours.md", "# Hours\n\nThe library opens at ten.\n", 1_700_000_500)
    assert set(look(again)) == {"hours.md", "2026/案内.md"}


def test_links_are_followed_to_files_only_and_what_cannot_be_read_is_shown_as_failed(
    open_kb: Open, folder: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere" / "fees.md", "# Fees\n\nA card costs twelve euros.\n")
    (folder / "fees.md").symlink_to(tmp_path / "elsewhere" / "fees.md")
    (folder / "loop").symlink_to(folder)
    (folder / "elsewhere").symlink_to(tmp_path / "elsewhere")
    (folder / "broken.md").symlink_to(tmp_path / "nowhere.md")
    (folder / "unreadable.md").symlink_to("/proc/self/mem")  # reading it is an error, for root too
    kb = open_kb(watch=folder)
    assert set(look(kb)) == {"hours.md", "2026/案内.md", "fees.md"}
    wait_for(lambda: bool(look(kb)) and any(job.state == "failed" for job in kb.jobs()))  # its time is now, at first
    look(kb)
    (failed,) = (job for job in kb.jobs() if job.state == "failed")
    assert failed.name == "unreadable.md"
    assert failed.error
    assert "could not be read" in failed.error["message"]
    assert "may read it" in failed.error["hint"]
    (folder / "unreadable.md").unlink()
    write(folder / "unreadable.md", "# Readable\n\nIt can be read now.\n")
    kb.retry(failed.id)
    look(kb)
    assert "unreadable.md" in look(kb)
    assert not any(job.state == "failed" for job in kb.jobs())


def test_a_file_from_the_future_is_taken_in(open_kb: Open, folder: Path) -> None:
    write(folder / "future.md", "# Future\n\nIts clock was ahead.\n", 4_000_000_000)
    assert "future.md" in look(open_kb(watch=folder))


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
