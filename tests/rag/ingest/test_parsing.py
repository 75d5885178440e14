"""Files are read by processes that hang, crash and grow; each costs one file."""

from __future__ import annotations

import io
import os
import pickle
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from rag.errors import DamagedDocument, DocumentTooLarge, EmptyDocument, LoadError
from rag.ingest.parsing import Parser

NOTE = b"# Rivers\n\nThe river rises in the mountains."
ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops and resumes processes by signals")


@pytest.fixture
def parser() -> Iterator[Callable[..., Parser]]:
    made: list[Parser] = []

    def make(timeout_s: float = 60, memory_mb: int = 1500, workers: int = 1) -> Parser:
        made.append(Parser(timeout_s, memory_mb, workers))
        return made[-1]

    yield make
    for each in made:
        each.close()


def table(megabytes: int) -> bytes:
    line = "2026-04-01,Tokyo,Lamp,1200,14\n"
    return ("date,city,item,price,stock\n" + line * (megabytes * 1_000_000 // len(line))).encode()


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "loaders._worker" in child.cmdline()]


def test_a_process_is_kept_for_the_next_file(parser: Callable[..., Parser]) -> None:
    read = parser()
    assert read.load(NOTE, "a.md").blocks[1].text == "The river rises in the mountains."
    first = {child.pid for child in children()}
    with pytest.raises(EmptyDocument) as raised:
        read.load(b"", "empty.txt")
    assert raised.value.file == "empty.txt"
    assert read.load(NOTE, "b.md").name == "b.md"
    assert {child.pid for child in children()} == first


def test_a_hang_costs_one_file(parser: Callable[..., Parser]) -> None:
    read = parser(timeout_s=2)
    read.load(NOTE, "a.md")
    [hanging] = children()
    hanging.suspend()
    with pytest.raises(LoadError, match="longer than 2 s") as raised:
        read.load(NOTE, "b.md")
    assert (raised.value.file, "TENKYO_PARSE_TIMEOUT_S" in raised.value.hint) == ("b.md", True)
    assert not hanging.is_running()
    assert read.load(NOTE, "c.md").name == "c.md"


def test_a_crash_costs_one_file(parser: Callable[..., Parser]) -> None:
    read = parser()
    read.load(NOTE, "a.md")
    [crashing] = children()
    crashing.suspend()
    crashing.send_signal(signal.SIGSEGV)  # waits until it goes on
    with ThreadPoolExecutor() as pool:
        failing = pool.submit(read.load, NOTE, "b.md")
        while not read._busy:  # a process that ends before it has the file would only be replaced
            pass
        crashing.resume()
        with pytest.raises(DamagedDocument, match="crash") as raised:
            failing.result(timeout=30)
    assert raised.value.file == "b.md"
    assert read.load(NOTE, "c.md").name == "c.md"


def test_a_process_that_ended_in_between_is_replaced(parser: Callable[..., Parser]) -> None:
    read = parser()
    read.load(NOTE, "a.md")
    [gone] = children()
    gone.kill()
    gone.wait()
    assert read.load(NOTE, "b.md").name == "b.md"


def test_a_pdf_whose_forms_draw_each_other_costs_itself(parser: Callable[..., Parser]) -> None:
    """PDFium follows forms in forms to a fixed depth; two that draw each other three times fill any memory."""
    drawing = b"/X Do " * 4
    form = (
        b"<</Subtype/Form/BBox[0 0 9 9]/Length 24/Resources<</XObject<</X %d 0 R>>>>>>stream\n"
        + drawing
        + b"\nendstream"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        b"<</Length 6>>stream\n/X Do \nendstream",
        form % 6,
        form % 5,
    ]
    numbered = b"".join(b"%d 0 obj%s endobj\n" % (n, body) for n, body in enumerate(objects, start=1))
    read = parser(memory_mb=300)
    with pytest.raises(LoadError):
        read.load(b"%PDF-1.4\n" + numbered + b"trailer<</Root 1 0 R>>", "forms.pdf")
    assert read.load(NOTE, "a.md").blocks


def test_a_file_that_takes_too_much_memory_costs_itself(parser: Callable[..., Parser]) -> None:
    read = parser(memory_mb=200)
    with pytest.raises(DocumentTooLarge, match="more than 200 MB of memory") as raised:
        read.load(table(400), "big.csv")
    assert "TENKYO_PARSE_MEMORY_MB" in raised.value.hint
    assert read.load(NOTE, "a.md").name == "a.md"


def test_a_table_of_many_rows_is_not_sent_back(parser: Callable[..., Parser]) -> None:
    data = table(20)
    document = parser().load(data, "big.csv")
    assert len(document.blocks) == data.count(b"\n") - 1
    assert document.blocks[-1].text == "date: 2026-04-01 | city: Tokyo | item: Lamp | price: 1200 | stock: 14"
    assert document.blocks._data is data  # the very bytes that were given
    for protocol in (4, 5):
        assert pickle.loads(pickle.dumps(document.blocks, protocol))[7] == document.blocks[7]


def test_a_long_archive_may_take_longer_than_one_file_may(parser: Callable[..., Parser]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for n in range(16):
            target.writestr(f"table{n}.csv", table(2))
    began = time.monotonic()
    assert len(parser().load(archive.getvalue(), "tables.zip").children) == 16
    whole = time.monotonic() - began
    assert len(parser(timeout_s=whole / 3).load(archive.getvalue(), "tables.zip").children) == 16


def test_files_are_read_side_by_side(parser: Callable[..., Parser]) -> None:
    read = parser(workers=2)
    read.load(NOTE, "a.md")
    [slow] = children()
    slow.suspend()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(read.load, NOTE, "slow.md")
        others = [read.load(NOTE, name).name for name in ("b.md", "c.md")]
        assert (others, waiting.done(), len(children())) == (["b.md", "c.md"], False, 2)
        slow.resume()
        assert waiting.result(timeout=30).name == "slow.md"


def test_many_threads_share_few_processes(parser: Callable[..., Parser]) -> None:
    read = parser(workers=2)
    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(lambda n: read.load(NOTE + b" %d" % n, f"{n}.md"), range(24)))
    assert [document.blocks[1].text[-2:].strip() for document in documents] == [str(n) for n in range(24)]
    assert len(children()) <= 2


def test_closing_ends_every_process(parser: Callable[..., Parser]) -> None:
    read = parser(workers=2)
    read.load(NOTE, "a.md")
    running = children()
    read.close()
    assert running
    assert not any(child.is_running() for child in running)


def test_a_process_whose_parent_has_gone_ends_by_itself() -> None:
    command = [sys.executable, "-m", "loaders._worker", "1"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as worker:
        assert worker.stdin
        pickle.dump((table(40), "big.md", None), worker.stdin)
        worker.stdin.flush()
        assert worker.wait(timeout=60) == -signal.SIGALRM


def test_it_ends_with_its_input() -> None:
    command = [sys.executable, "-m", "loaders._worker", "60"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=os.environ)
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_file_that_nobody_waits_for_any_more_ends_its_process(parser: Callable[..., Parser]) -> None:
    class GivenUp(Exception):
        pass

    def give_up(done: int, total: int, unit: str) -> None:
        raise GivenUp

    read = parser()
    with pytest.raises(GivenUp):
        read.load(table(60), "long.csv", None, give_up)
    assert children() == []
    assert read.load(NOTE, "a.md").name == "a.md"


def test_a_long_file_says_how_far_it_is_read_and_an_archive_which_file_it_is_at(parser: Callable[..., Parser]) -> None:
    read, told, archive = parser(), list[tuple[int, int, str]](), io.BytesIO()
    read.load(table(30), "stock.csv", alive=lambda *far: told.append(far))
    assert {far[1:] for far in told} == {(30, "megabytes")}
    assert [far[0] for far in told] == sorted(far[0] for far in told)

    told.clear()
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(3):
            packed.writestr(f"{number}.csv", table(10))
    read.load(archive.getvalue(), "stock.zip", alive=lambda *far: told.append(far))
    assert {far[1:] for far in told if far[1]} == {(3, "files")}
