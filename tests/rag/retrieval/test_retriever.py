"""What the search makes of a question, over a real library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import KnowledgeBase, Settings


def test_an_accented_name_takes_no_vector_from_a_question_of_an_english_library(kb: KnowledgeBase) -> None:
    kb.add(b"The singer travelled through Europe in May. She sang in eleven towns.", "tour.txt")
    found = kb.search("Beyoncé tour")
    assert found.language == "en"
    assert "dense" in found.hits[0].stages


_PRODUCTS = (
    *("kettle", "lamp", "chair", "bicycle", "camera", "tent", "piano", "clock", "mirror", "drill"),
    *("blanket", "radio", "ladder", "printer", "fan", "carpet", "sofa", "guitar", "scale", "heater"),
)
_SHIPMENT = """# Shipment of a {product}

The {product} left our warehouse in the north of the country on a Monday, after two people had checked it and wrapped it
in thick paper. A lorry took it to the harbour, from where it went on by ship. Nobody had to sign for it on the way.

Reference: {code}
"""


@pytest.fixture(scope="module")
def shipments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """A library of files that each have a code of their own in a long text, and one that talks of codes only."""
    store: Path = tmp_path_factory.mktemp("shipments")
    with KnowledgeBase.open(store, Settings(samples=False)) as kb:
        for number, product in enumerate(_PRODUCTS):
            kb.add_searchable(_SHIPMENT.format(product=product, code=_code(number)).encode(), f"{number}.md")
        for number in range(20):
            kb.add_searchable(
                f"Code {number}: QX-77{number:02d}, ZB77{number:02d}, K{number}.".encode(), f"codes {number}.txt"
            )
        kb.embed_all()
        yield kb


def _code(number: int) -> str:
    return f"QX-{number * 37 + 1200}-B"


@pytest.mark.parametrize("asked", ["{}", "What do you know about the status of {}?", "{}の状態は？"])
def test_a_code_is_found_where_it_stands_whatever_sounds_like_it(shipments: KnowledgeBase, asked: str) -> None:
    first = [shipments.search(asked.format(_code(n))).hits[0].document.name for n in range(len(_PRODUCTS))]
    assert first == [f"{n}.md" for n in range(len(_PRODUCTS))]


@pytest.mark.parametrize("written", ["qx-1237-b", "ＱＸ－１２３７－Ｂ", "QX1237B", "QX 1237 B", "QX−1237−B"])
def test_a_code_is_found_however_it_is_written(shipments: KnowledgeBase, written: str) -> None:
    found = shipments.search(written)
    assert found.hits[0].document.name == "1.md"
    answer = shipments.ask(written)
    assert answer.answered
    assert {citation.document_name for one in answer.sentences for citation in one.citations} == {"1.md"}


def test_a_code_that_nothing_has_is_not_answered(shipments: KnowledgeBase) -> None:
    assert not shipments.ask("QX-9999-B").answered
