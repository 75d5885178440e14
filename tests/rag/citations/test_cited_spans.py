"""Every sentence of real files, cited as an answer would cite it, stands word for word where its citation says."""

from __future__ import annotations

import pytest

from benchmarks.cited_spans import check_files
from rag import KnowledgeBase
from tests.loaders.conftest import ZOO

FOLDERS = ("csv", "docx", "eml", "html", "md", "pdf", "pptx", "txt", "xlsx")
LARGEST = 20_000

WRAPPED = """The lighthouse was built in the year 1887 by an engineer of
the name of Clara Whitfield, who came from the south coast.
She also built its horn. The lamp burned forty litres of oil
every night, which the keeper carried up himself.
"""


def test_a_sentence_of_joined_lines_is_cited_by_its_own_line(kb: KnowledgeBase) -> None:
    kb.add(WRAPPED.encode(), "lighthouse.txt")
    (cited,) = kb.ask("How many litres of oil did the lamp burn?").sentences[0].citations
    assert cited.quote == "The lamp burned forty litres of oil every night, which the keeper carried up himself."
    assert (cited.location.line, cited.location.breaks) == (3, ())


@pytest.mark.skipif(not ZOO.exists(), reason="the zoo of real files is not beside this checkout")
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
