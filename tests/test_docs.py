"""What the documents say is true."""

from __future__ import annotations

import re
import runpy
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / name
    for name in (
        "README.md",
        "README.ja.md",
        "CONTRIBUTING.md",
        *(f"docs/{n}.md" for n in ("architecture", "benchmarks", "settings")),
    )
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_exist(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert all((page.parent / target).exists() for target in targets), targets


def test_every_make_command_that_is_named_exists() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^make ([a-z]+)", text, re.M))
    assert {"run", "test", "lint"} <= named
    assert all(re.search(rf"^{name}:", makefile, re.M) for name in named)


def test_make_help_lists_every_command() -> None:
    process = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony
    assert all(re.search(rf"^{name}\b", process.stdout, re.M) for name in phony[1].split() if name != "chromium")


def test_every_file_that_the_architecture_names_exists() -> None:
    named = re.findall(r"`((?:rag|loaders|ui|tests)/[\w./]+)`", (ROOT / "docs/architecture.md").read_text())
    assert named
    assert all((ROOT / name).exists() for name in named), named


def test_the_settings_page_is_the_settings() -> None:
    page = runpy.run_path(str(ROOT / "docs/settings.py"))["page"]
    assert (ROOT / "docs/settings.md").read_text() == page()


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        assert all(re.match(r"^(-r requirements\.txt|[\w.-]+==[\w.]+)$", line) for line in lines if line.strip())
    assert "torch==2.13.0" in (ROOT / "requirements.txt").read_text().splitlines()
