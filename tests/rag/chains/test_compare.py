"""Two documents side by side: aligned, told apart, cited; with a model written from that, and verified."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag
from typing import Any

import pytest

from rag import KnowledgeBase
from rag.chains.face import Chains
from rag.errors import DocumentNotFound
from rag.reports import Progress
from rag.results import Comparison
from tests.rag.chains.conftest import GUIDE, GUIDE_JA, Says

OTHER = (
    GUIDE.replace("at nine", "at ten")
    .replace("are not allowed", "are allowed")
    .replace("A lost card costs 5 euros.", "Parking is free for members on Sundays.")
)
OTHER_JA = (
    GUIDE_JA.replace("午前9時", "午前10時")
    .replace("入れません", "入れます")
    .replace("カードの再発行手数料は500円です。", "駐車場は会員なら日曜日に無料です。")
)


def last(events: Any) -> Comparison:
    *progress, comparison = events
    assert progress
    assert all(isinstance(one, Progress) for one in progress)
    return comparison


@pytest.mark.parametrize(
    ("one", "other", "number", "negation", "left", "right"),
    [
        (
            GUIDE,
            OTHER,
            "opens at nine",
            "Dogs are not allowed inside the building.",
            "A lost card costs 5 euros.",
            "Parking is free for members on Sundays.",
        ),
        (
            GUIDE_JA,
            OTHER_JA,
            "午前9時に開館",
            "建物に犬は入れません。",
            "カードの再発行手数料は500円です。",
            "駐車場は会員なら日曜日に無料です。",
        ),
    ],
    ids=["en", "ja"],
)
def test_what_both_say_what_differs_and_what_only_one_says(
    kb: KnowledgeBase, one: str, other: str, number: str, negation: str, left: str, right: str
) -> None:
    ids = [kb.add(text.encode(), name).document_id or "" for text, name in ((one, "a.md"), (other, "b.md"))]
    found = last(kb.chains.compare(*ids))
    assert (found.left, found.right, found.model, found.written) == ("a.md", "b.md", "extractive", ())
    differing = {pair.problem: pair for pair in found.differing}
    assert set(differing) == {"number", "negation"}
    assert number in differing["number"].left.text
    assert differing["negation"].left.text == negation
    assert [s.text for s in found.only_left] == [left]
    assert [s.text for s in found.only_right] == [right]
    assert len(found.same) == (4 if one is GUIDE else 3)
    assert all(pair.left.text == pair.right.text for pair in found.same)
    for pair in (*found.same, *found.differing):
        for sentence, id_ in zip((pair.left, pair.right), ids, strict=True):
            (cited,) = sentence.citations
            assert cited.document_id == id_
            assert found.hits[cited.number - 1].chunk.text[cited.start : cited.end] == sentence.text


def test_a_document_compared_with_itself_says_the_same(kb: KnowledgeBase) -> None:
    ids = [kb.add(GUIDE.encode(), name).document_id or "" for name in ("a.md", "b.md")]
    found = last(kb.chains.compare(*ids))
    assert (found.differing, found.only_left, found.only_right) == ((), (), ())
    with pytest.raises(DocumentNotFound):
        last(kb.chains.compare(ids[0], "nothing"))


def test_a_model_writes_it_from_the_alignment_and_is_verified(
    kb: KnowledgeBase, written_by: Callable[[Says], Chains]
) -> None:
    ids = [kb.add(text.encode(), name).document_id or "" for text, name in ((GUIDE, "a.md"), (OTHER, "b.md"))]
    model = Says(["The Harbour Library opens at ten in the morning. A lost card costs 7 euros."])
    found = last(written_by(model).compare(*ids))
    (prompt,) = model.prompts
    assert "a.md (A) and b.md (B)" in prompt
    assert "Dogs are not allowed inside the building. / Dogs are allowed inside the building." in prompt
    assert [sentence.problem for sentence in found.written] == ["", "number"]
    assert found.written[0].citations[0].document_id == ids[1]
    for sentence in found.written:
        assert all(found.hits[c.number - 1].chunk.id == c.chunk_id for c in sentence.citations)
    assert (found.model, len(found.differing)) == ("says", 2)


def test_stop_ends_it_without_a_result(kb: KnowledgeBase) -> None:
    ids = [kb.add(text.encode(), name).document_id or "" for text, name in ((GUIDE, "a.md"), (OTHER, "b.md"))]
    stop = Flag()
    stop.set()
    assert all(isinstance(event, Progress) for event in kb.chains.compare(*ids, stop=stop))
