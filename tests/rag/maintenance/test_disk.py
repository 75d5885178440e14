"""A full disk, a read-only one, and damaged index files: said clearly, nothing lost, well again by itself."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from rag import AskOptions, KnowledgeBase, Settings
from rag.errors import StoreError
from rag.stores.tantivy_words import TantivyWordStore
from rag.text.languages import analyze
from tests.rag.ingest.test_jobs import wait_for

QUESTION = "When does the library open?"
HOURS = b"# Hours\n\nThe library opens at nine. It closes at eight.\n"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=False).returncode
    ):
        pytest.skip("needs the right to mount a small disk (tests run as root)")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def larger_disk(disk: Path) -> Path:
    """A disk of 64 MB in memory."""
    remount(disk, "size=64m")
    return disk


def remount(disk: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", disk], check=True)


def opened(folder: Path) -> KnowledgeBase:
    return KnowledgeBase.open(settings=Settings(store=folder / "store", samples=False))


def noise(seed: int, lines: int = 300) -> bytes:
    """About a third of a kB of words in each line."""
    chosen = random.Random(seed)
    words = ["shelf", "book", "lamp", "stair", "gull", "storm"]
    rows = (" ".join(f"{chosen.choice(words)}{chosen.randrange(1000)}" for _ in range(40)) for _ in range(lines))
    return ("# Noise\n\n" + ".\n\n".join(rows)).encode()


def fill(kb: KnowledgeBase) -> StoreError | None:
    """Adds documents until one is refused."""
    for number in range(200):
        added = kb.add_searchable(noise(number), f"noise{number}.md")
        if added.error:
            return StoreError(added.error["message"], added.error["hint"])
    return None


def test_a_full_disk_is_said_and_what_was_there_goes_on_answering(disk: Path, tmp_path: Path) -> None:
    kb = opened(disk)
    kb.add(HOURS, "hours.md")
    refused = fill(kb)
    assert refused is not None
    assert "full" in refused.hint
    there = {info.name for info in kb.documents()}
    assert "nine" in kb.ask(QUESTION).text
    with pytest.raises(StoreError, match="full"):
        kb.submit(noise(999), "one-more.md")
    with pytest.raises(StoreError, match="full"):
        kb.back_up(disk / "backup.zip")
    assert not (disk / "backup.zip").exists()
    kb.close()

    again = opened(disk)
    assert "nine" in again.ask(QUESTION).text
    remount(disk, "size=80m")
    assert {info.name for info in again.documents()} == there
    assert {finding.code for finding in again.verify().findings} <= {"vectors_missing"}  # they take a minute
    again.close()


def fill_up(disk: Path) -> None:
    """Another program's file takes all that is left, to the last block."""
    with (disk / "other").open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_on_a_completely_full_disk_a_document_can_be_deleted(larger_disk: Path) -> None:
    kb = opened(larger_disk)
    kb.start_worker()  # as the app does; this takes the reserve
    kb.add(HOURS, "hours.md")
    unwanted = [added.document_id for n in range(6) if (added := kb.add(noise(n, 20), f"noise{n}.md")).document_id]
    assert len(unwanted) == 6
    fill_up(larger_disk)
    assert shutil.disk_usage(larger_disk).free == 0
    for id_ in unwanted:  # one after the other: what a deletion frees is there for the next
        assert kb.remove(id_).remaining == 0
        assert "nine" in kb.ask(QUESTION).text
    assert [info.name for info in kb.documents()] == ["hours.md"]
    kb.close()
    again = opened(larger_disk)
    assert again.verify().findings == ()
    again.close()


def test_background_work_says_once_that_the_disk_is_full_and_goes_on_when_it_is_not(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kb = opened(disk)
    kb.add(HOURS, "hours.md")
    submitted = [kb.submit(noise(n, 20), f"noise{n}.md").id for n in range(3)]
    fill_up(disk)
    kb.start_worker()
    wait_for(lambda: "waits" in caplog.text)
    assert "nine" in kb.ask(QUESTION).text
    (disk / "other").unlink()
    wait_for(lambda: all(job.state in ("done", "failed") for job in kb.find_jobs(submitted)))
    said = [record for record in caplog.records if "waits" in record.getMessage()]
    assert len(said) == 1
    assert all(word in said[0].getMessage() for word in (str(disk), "full", "Check that its disk"))
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    kb.close()
    again = opened(disk)
    assert again.verify().findings == ()
    again.curation.retry_all()
    again.work_off()
    assert {info.name for info in again.documents()} == {"hours.md", "noise0.md", "noise1.md", "noise2.md"}
    again.close()


def test_where_even_the_reserve_is_too_small_a_deletion_says_so_and_deletes_nothing(larger_disk: Path) -> None:
    kb = opened(larger_disk)
    added = kb.add(noise(1, 20), "noise.md")
    assert added.document_id
    fill_up(larger_disk)
    with pytest.raises(StoreError, match="too full even to delete"):
        kb.remove(added.document_id)
    assert [info.name for info in kb.documents()] == ["noise.md"]
    (larger_disk / "other").unlink()
    assert kb.remove(added.document_id).remaining == 0
    assert kb.verify().findings == ()
    kb.close()


def test_how_a_job_ended_is_noted_when_there_is_room_again(larger_disk: Path) -> None:
    kb = opened(larger_disk)
    submitted = kb.submit(noise(1, 20), "noise.md")
    work = kb._parts.queue.claim()
    assert work is not None
    kb._parts.database.settle()  # else there is room in the journal
    fill_up(larger_disk)
    worker = kb._parts.worker
    worker.jobs.attempt(work.id, lambda: worker.jobs.ingest(work))
    assert kb.find_jobs([submitted.id])[0].state == "running"
    (larger_disk / "other").unlink()
    kb.work_off()
    (failed,) = kb.find_jobs([submitted.id])
    assert failed.state == "failed"
    assert "full" in (failed.error or {})["message"]
    kb.close()


def test_a_read_only_disk_is_said_and_leaves_the_store_as_it_is(disk: Path) -> None:
    kb = opened(disk)
    kb.add(HOURS, "hours.md")
    kb.close()
    remount(disk, "ro")
    with pytest.raises(StoreError, match="read-only"):
        opened(disk).ask(QUESTION)
    remount(disk, "rw")
    again = opened(disk)
    assert "nine" in again.ask(QUESTION).text
    assert again.verify().agrees
    again.close()


def test_where_only_a_lock_cannot_be_taken_a_read_only_disk_is_said_too(disk: Path) -> None:
    kb = opened(disk)
    kb.add(HOURS, "hours.md")
    kb.close()
    remount(disk, "ro")
    with pytest.raises(StoreError, match="read-only"):
        TantivyWordStore(disk / "store" / "indexes" / "words-1")
    with pytest.raises(StoreError, match="read-only"):
        kb.embed_unless_at_work()
    remount(disk, "rw")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garble(path: Path) -> None:
    path.write_bytes(bytes((7 * byte + 13) % 256 for byte in path.read_bytes()))


def test_a_flipped_bit_anywhere_in_the_word_index_changes_no_answer(tmp_path: Path) -> None:
    kb = opened(tmp_path)
    for n, text in enumerate((HOURS, b"# Fees\n\nA card costs nine euros.\n", b"# Zoo\n\nThe zebra sleeps.\n")):
        kb.add(text, f"{n}.md")
    kb.close()
    index = next((tmp_path / "store" / "indexes").glob("words-*/"))
    chosen = random.Random(0)
    for number in range(30):
        path = chosen.choice([path for path in sorted(index.iterdir()) if path.suffix and path.stat().st_size])
        data = bytearray(path.read_bytes())
        data[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
        path.write_bytes(data)
        again = opened(tmp_path)
        assert "nine" in again.ask(QUESTION).text, (number, path.name)
        hits = again.search("zebra", AskOptions(mode="lexical")).hits
        assert [hit.document.name for hit in hits] == ["2.md"], (number, path.name)
        again.close()


def test_damage_that_a_search_comes_upon_has_the_word_index_made_anew(tmp_path: Path) -> None:
    kb = opened(tmp_path)
    kb.add(HOURS, "hours.md")
    assert kb._parts.indexes.words
    kb._parts.indexes.words.search(analyze("nine"), 1)
    for path in (tmp_path / "store" / "indexes").glob("words-*/*.store"):
        with path.open("r+b") as file:  # it stays the file that is mapped into memory
            file.write(b"\xff" * path.stat().st_size)
    assert "nine" in kb.ask(QUESTION).text
    assert kb.verify().agrees
    kb.close()


@pytest.mark.parametrize("harm", [cut, garble, Path.unlink])
def test_damaged_files_of_the_word_index_are_noticed_at_the_start_and_made_anew(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    kb = opened(tmp_path / "sound")
    kb.add(HOURS, "hours.md")
    kb.close()
    (index,) = (tmp_path / "sound" / "store" / "indexes").glob("words-*/")
    names = [path.name for path in sorted(index.iterdir()) if path.is_file()]
    assert len(names) > 6
    for number, name in enumerate(names):
        copy = tmp_path / str(number)
        shutil.copytree(tmp_path / "sound", copy)
        harm(copy / "store" / "indexes" / index.name / name)
        again = opened(copy)
        again.add_searchable(b"# Zoo\n\nThe zebra sleeps.\n", "zoo.md")
        for word, document in (("nine", "hours.md"), ("zebra", "zoo.md")):
            hits = again.search(word, AskOptions(mode="lexical")).hits
            assert [hit.document.name for hit in hits] == [document], name
        again.embed_all()
        assert again.verify().agrees, name
        again.close()
