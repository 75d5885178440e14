"""Chains and the agent from the terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rag.__main__ import main

GUIDE = "# Hours\n\nThe library opens at nine in the morning.\n\nA lost card costs 5 euros.\n"
OTHER = "# Hours\n\nThe library opens at ten in the morning.\n\nA lost card costs 5 euros.\n"


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    for name, text in (("a.md", GUIDE), ("b.md", OTHER)):
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in ("a.md", "b.md")]
    assert main(["--store", str(tmp_path / "store"), "add", *files, "--collection", "guides"]) == 0
    capsys.readouterr()
    return tmp_path / "store"


def test_every_chain_from_the_terminal(store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def run(*words: str) -> tuple[dict, str]:
        assert main(["--store", str(store), *words, "--json"]) == 0
        row = json.loads(capsys.readouterr().out)
        assert main(["--store", str(store), *words]) == 0
        return row, capsys.readouterr().out

    assert main(["--store", str(store), "ls", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]  # whichever was read first is first
    (one, other), names = [row["id"] for row in listed], [row["name"] for row in listed]

    row, text = run("summarise", "--collection", "guides", "--length", "short")
    assert re.search(r"A lost card costs 5 euros\.  \[[ab]\.md line 5\]", text)
    assert row["sentences"][0]["citations"][0]["document"]["name"] == names[0]

    row, text = run("compare", one[:8], other[:8])
    assert row["differing"][0][0] == "number"
    assert "differ (number):" in text
    assert "both: A lost card costs 5 euros." in text

    row, text = run("suggest", one)
    assert "How much does a lost card cost?" in text
    assert row["questions"][0]["confidence"] > 0.3

    row, text = run("agent", "How much does a lost card cost?")
    assert (row["steps"], row["model"]) == ([], "extractive")
    assert "A lost card costs 5 euros." in text

    target = tmp_path / "table.csv"
    row, text = run("extract", one, other, "--column", "Price:number=What does a lost card cost?", "--csv", str(target))
    assert [r["Price"]["text"] for r in row["rows"]] == ["5 euros", "5 euros"]
    assert text.splitlines()[0] == "document,Price"
    assert target.read_text(encoding="utf-8-sig").splitlines()[1:] == [f"{name},5 euros" for name in names]


def test_mistakes_are_told_in_one_line(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(store), "summarise"]) == 1
    assert "error: No document is named." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--store", str(store), "extract", "x", "--column", "Price:money"])
    assert "'money' is none of text, number" in capsys.readouterr().err
