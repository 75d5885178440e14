"""The page about adding a format does what it says: its file is put into a copy of `loaders/`, and reads a calendar."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "add-a-loader.md"
MEETING = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "SUMMARY:運営会議",
        "DTSTART;TZID=Asia/Tokyo:20260401T100000",
        "LOCATION:Room 3\\, second floor",
        "DESCRIPTION:Budget\\nand a very long line that goes",
        "  on below",
        "ATTACH:https://example.org/plan.pdf",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the loaders and the documented part among them."""
    folder = tmp_path_factory.mktemp("checkout")
    left_out = shutil.ignore_patterns("__pycache__", "ics.py")  # the page's file takes its place
    shutil.copytree(ROOT / "loaders", folder / "loaders", ignore=left_out)
    text = PAGE.read_text(encoding="utf-8")
    named = re.search(r"^`loaders/(\w+\.py)`:$", text, re.M)
    code = re.search(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert named
    assert code
    assert not (folder / "loaders" / named[1]).exists()
    (folder / "loaders" / named[1]).write_text(code[1], encoding="utf-8")
    return folder


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loaders", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_the_documented_part_reads_its_format(checkout: Path) -> None:
    (checkout / "meeting.ics").write_text(MEETING, encoding="utf-8", newline="")
    read = json.loads(run(checkout, "meeting.ics", "--json").stdout)
    assert read["document"]["media_type"] == "text/calendar"
    assert read["document"]["title"] == "運営会議"
    assert [(b["kind"], b["text"], b["level"]) for b in read["blocks"]] == [
        ("heading", "運営会議", 1),
        ("paragraph", "From: 20260401T100000\nWhere: Room 3, second floor", 0),
        ("paragraph", "Budget\nand a very long line that goes on below", 0),
    ]
    assert read["report"]["encoding"] == "utf-8"
    assert read["report"]["skipped"] == [{"reason": "linked_file", "what": "https://example.org/plan.pdf"}]
    assert read["children"] == []


def test_the_registry_knows_the_part_by_content_and_says_that_the_name_is_wrong(checkout: Path) -> None:
    (checkout / "meeting.csv").write_text(MEETING, encoding="utf-8", newline="")
    done = run(checkout, "meeting.csv")
    assert done.returncode == 0, done.stderr
    assert "this is an iCalendar file, not a CSV" in done.stdout


def test_its_error_is_told_with_what_to_do(checkout: Path) -> None:
    (checkout / "cut.ics").write_text(MEETING[:60], encoding="utf-8", newline="")
    done = run(checkout, "cut.ics")
    assert done.returncode == 1
    assert done.stderr == "cut.ics: The calendar is cut off: its end is missing. Export it once more.\n"


def test_the_commands_on_the_page_exist(checkout: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for path in set(re.findall(r"`((?:loaders|benchmarks|tests)/[\w/]+(?:\.py)?)`", text)) - {
        "loaders/calendar_file.py"
    }:
        assert (ROOT / path).exists(), path
    helped = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in re.findall(r"python -m benchmarks (\w+)", text):
        assert name in helped.stdout
