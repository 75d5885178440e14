"""Many files at once, added in the caller's thread."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import Open


def test_a_file_that_takes_long_holds_none_of_the_others_up(tmp_path: Path, open_kb: Open) -> None:
    kb = open_kb()
    slow, quick = tmp_path / "slow.txt", tmp_path / "quick.txt"
    os.mkfifo(slow)  # reading it waits until somebody writes
    quick.write_text("The library opens at nine.")
    results = kb.add_many([(slow, "slow.txt"), (quick, "quick.txt")])
    assert next(results)[0] == quick
    assert [info.name for info in kb.documents()] == ["quick.txt"]
    slow.write_text("The museum opens at ten.")
    source, added = next(results)
    assert (source, added.status, list(results)) == (slow, "added", [])


def test_the_largest_files_are_read_first(tmp_path: Path, open_kb: Open) -> None:
    kb = open_kb()
    names = [f"slow-{n}.txt" for n in range(os.cpu_count() or 1)] + [f"slow-more-{n}.txt" for n in range(10)]
    for name in names:
        os.mkfifo(tmp_path / name)  # of size 0, and never read unless somebody writes
    large = tmp_path / "large.txt"
    large.write_text("The library opens at nine. " * 100)
    sources = [(tmp_path / name, name) for name in names]
    results = kb.add_many([*sources, (large, "large.txt")])
    with ThreadPoolExecutor(len(names) + 1) as pool:
        first = pool.submit(next, results)
        try:
            assert first.result(60)[0] == large
        except TimeoutError:  # all places wait for pipes: written to, they let go, so that the test can end
            for name in names:
                os.close(os.open(tmp_path / name, os.O_RDWR | os.O_NONBLOCK))
            raise
        written = pool.map(lambda name: (tmp_path / name).write_text(f"The museum {name} opens at ten."), names)
        assert {source for source, _ in results} == {path for path, _ in sources}
        assert all(written)
