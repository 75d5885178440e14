"""Many files at once, added in the caller's thread."""

from __future__ import annotations

import os
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
