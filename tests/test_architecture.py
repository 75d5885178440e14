"""The floors of the house: who may import whom, and the size of its rooms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [path for folder in ("rag", "loaders", "ui", "evals", "benchmarks") for path in (ROOT / folder).rglob("*.py")]


def test_imports_keep_to_the_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    process = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout


def test_files_stay_small() -> None:
    assert {str(path.relative_to(ROOT)) for path in SOURCES if len(path.read_text().splitlines()) > 400} == set()


def test_the_user_interface_stays_above_the_facade() -> None:
    allowed = ("rag", "rag.types", "rag.reports", "rag.events", "rag.errors", "rag.results", "rag.settings")
    for path in (ROOT / "ui").rglob("*.py"):
        for line in path.read_text().splitlines():
            words = line.split()
            if words[:1] in (["from"], ["import"]) and words[1].split(".")[0] == "rag":
                assert words[1] in allowed, f"{path}: {line}"
