"""Real files: what independent readers found in them is read, and broken copies of them only raise LoadError."""

from __future__ import annotations

import pytest

from benchmarks.fuzz.mutants import mutant
from benchmarks.loaders.expectations import Expectation, read_expectations
from benchmarks.loaders.matching import misses
from benchmarks.loaders.systems import ours
from loaders import LoadError, load
from tests.loaders.conftest import ZOO

OWN = ("csv", "html", "md", "eml", "enex", "epub", "json", "mht", "msg", "notion", "slack", "txt")
WITH_LIBRARIES = ("pdf", "docx", "pptx", "xlsx", "odt", "rtf")
SCANS = ("medical_report_scan.pdf", "table-multi-row-column-cells.pdf")  # recognition takes seconds; see test_image.py
SMALL = 150_000
FILES = [e for e in read_expectations() if e.format in (*OWN, *WITH_LIBRARIES) and not e.file.endswith(SCANS)]

pytestmark = pytest.mark.skipif(not ZOO.exists(), reason="the zoo of real files is not beside this checkout")


def _files(most: int) -> list[Expectation]:
    return [e for e in FILES if (ZOO / e.file).exists() and (ZOO / e.file).stat().st_size <= most]


@pytest.mark.parametrize("expectation", _files(1 << 20), ids=lambda e: e.file)
def test_a_real_file_is_read_completely(expectation: Expectation) -> None:
    if expectation.password is not None:
        assert ours(ZOO / expectation.file).error == "encrypted"
    answer = ours(ZOO / expectation.file, expectation.password)
    if expectation.errors:
        assert answer.error in expectation.errors
    else:
        assert answer.reading, answer.error
        assert misses(expectation, answer.reading) == {"text": [], "place": [], "cell": [], "leak": []}


def test_broken_copies_raise_nothing_but_our_errors() -> None:
    outcomes = {"read": 0, "error": 0}
    for expectation in (one for one in _files(SMALL) if one.format in OWN):
        path = ZOO / expectation.file
        for number in range(2):
            try:
                document = load(mutant(path.read_bytes(), f"test/{path.name}/{number}"), path.name)
            except LoadError:
                outcomes["error"] += 1
            else:
                assert document.report.characters == sum(len(block.text) for block in document.blocks)
                outcomes["read"] += 1
    assert outcomes["read"] > outcomes["error"] > 0
