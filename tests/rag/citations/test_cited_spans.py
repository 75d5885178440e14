"""Every sentence of real files, cited as an answer would cite it, stands word for word where its citation says."""

from __future__ import annotations

import pytest

from benchmarks.cited_spans import check_files
from tests.loaders.conftest import ZOO

FOLDERS = ("csv", "docx", "eml", "html", "md", "pdf", "pptx", "txt", "xlsx")
LARGEST = 20_000

pytestmark = pytest.mark.skipif(not ZOO.exists(), reason="the zoo of real files is not beside this checkout")


def test_cited_spans_are_verbatim_at_their_place() -> None:
    small = [
        [path for path in sorted((ZOO / folder).iterdir()) if path.stat().st_size <= LARGEST][:3] for folder in FOLDERS
    ]
    counts = check_files([path for paths in small for path in paths])
    assert len(counts) >= 7
    for media_type, found in counts.items():
        assert found["passage"] == found["blocks"] == found["spans"], media_type
    assert counts["text/plain"]["file"] == counts["text/plain"]["looked up"] > 0
    assert sum(found["spans"] for found in counts.values()) > 150
