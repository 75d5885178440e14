"""What the search makes of a question, over a real library."""

from __future__ import annotations

from rag import KnowledgeBase


def test_an_accented_name_takes_no_vector_from_a_question_of_an_english_library(kb: KnowledgeBase) -> None:
    kb.add(b"The singer travelled through Europe in May. She sang in eleven towns.", "tour.txt")
    found = kb.search("Beyoncé tour")
    assert found.language == "en"
    assert "dense" in found.hits[0].stages
