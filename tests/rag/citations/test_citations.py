from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders import Block, Box, Location
from rag.citations.citing import _MARKS, cite, locate
from rag.types import Chunk, DocumentInfo, Hit, Span

INFO = DocumentInfo(
    id="d", name="guide.pdf", collection="", sha256="", media_type="application/pdf", title="Guide", language="en",
    metadata={}, size=1, pages=1, characters=1, chunks=1, embedded=1, pending=0, added_at=datetime.now(UTC),
)  # fmt: skip


def hit(id_: int, text: str) -> Hit:
    return Hit(Chunk(id_, "d", 0, text, (), Location(page=id_), (Span(0, len(text), id_, 0),), 1), INFO, 1.0)


HITS = (
    hit(1, "The library opens at nine. It closes at eight in the evening."),
    hit(2, "図書館は月曜日に休館します。貸出は一人十冊までです。"),
)


def no_blocks(document_id: str, ordinals: object) -> dict[int, Block]:
    return {}


def cited(answer: str) -> list[tuple[str, list[str]]]:
    return [(s.text.strip(), [c.quote for c in s.citations]) for s in cite(answer, HITS, no_blocks)]


def test_marks_become_quotes_of_the_sentence_that_supports_best() -> None:
    assert cited("It closes at eight [1]. 月曜日は休館です。[2]") == [
        ("It closes at eight.", ["It closes at eight in the evening."]),
        ("月曜日は休館です。", ["図書館は月曜日に休館します。"]),
    ]


def test_several_marks_of_one_sentence_are_kept_in_order() -> None:
    ((text, quotes),) = cited("The library opens at nine, 貸出は十冊 [2, 1].")
    assert text == "The library opens at nine, 貸出は十冊."
    assert quotes == ["貸出は一人十冊までです。", "The library opens at nine."]


def test_a_mark_without_a_passage_is_corrected_by_the_words() -> None:
    assert cited("The library opens at nine [7].") == [("The library opens at nine.", ["The library opens at nine."])]


def test_a_sentence_without_support_gets_no_citation() -> None:
    assert cited("Dragons breathe fire in Wales.") == [("Dragons breathe fire in Wales.", [])]


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("The library opens at nine [1].", ""),
        ("The library opens at seven [1].", "number"),
        ("The library of Boston opens at nine [1].", "name"),
        ("The library does not open at nine [1].", "negation"),
        ("Guests may smoke cigars upstairs [1].", "words"),
        ("貸出は一人十冊までです[2]。", ""),
        ("貸出は一人二十冊までです[2]。", "number"),
        ("図書館は月曜日に休館しません[2]。", "negation"),
    ],
)
def test_a_sentence_is_checked_against_its_passage(sentence: str, problem: str) -> None:
    assert [s.problem for s in cite(sentence, HITS, no_blocks)] == [problem]


def test_a_passage_that_only_has_the_number_does_not_outdo_one_that_says_otherwise() -> None:
    hits = (hit(1, "The contract period is one year."), hit(2, "The duty of the contract lasts three years."))
    (sentence,) = cite("The contract period is three years [1].", hits, no_blocks)
    assert (sentence.problem, [citation.number for citation in sentence.citations]) == ("number", [1])


def test_nor_does_it_where_nothing_is_marked() -> None:
    period = "本契約の有効期間は、2025年4月1日から2026年3月31日までとする。さらに1年間更新される。"
    hits = (hit(1, "秘密を守る義務は、本契約終了後も3年間存続する。"), hit(2, period))
    (sentence,) = cite("契約期間は3年間である。", hits, no_blocks)
    assert (sentence.problem, sentence.citations) == ("number", ())


def test_a_wrong_mark_is_corrected_where_another_passage_supports_the_sentence() -> None:
    assert cited("The library opens at nine [2].") == [("The library opens at nine.", ["The library opens at nine."])]


@given(st.text(alphabet="ab [1]２。.! \n開館", max_size=80))
def test_only_marks_are_lost_and_quotes_are_verbatim(answer: str) -> None:
    sentences = cite(answer, HITS, no_blocks)
    for sentence in sentences:
        for citation in sentence.citations:
            chunk = HITS[citation.number - 1].chunk
            assert chunk.text[citation.start : citation.end] == citation.quote != ""
    kept = "".join("".join(sentence.text for sentence in sentences).split())
    assert kept == "".join(_MARKS.sub("", answer).split())


def test_a_quote_is_located_by_the_boxes_that_it_touches() -> None:
    text = "First line of text second line of text"
    boxes = (Box(3, 10, 100, 90, 110, 0, 18), Box(3, 10, 112, 110, 122, 19, 38))
    block = Block("paragraph", text, 0, Location(page=3, boxes=boxes))
    chunk = Chunk(1, "d", 0, f"before\n{text}", (), Location(page=2), (Span(0, 6, 4, 0), Span(7, 45, 5, 0)), 9)
    blocks = {4: Block("paragraph", "before", 0, Location(page=2)), 5: block}
    start = chunk.text.index("second")
    place = locate(chunk, start, start + 6, lambda _, wanted: {n: blocks[n] for n in wanted})
    assert place.page == 3
    (box,) = place.boxes
    assert (box.top, box.bottom) == (112, 122)
    assert box.left == pytest.approx(10)
    assert box.right == pytest.approx(10 + 100 * 6 / 19)


def test_a_quote_in_a_text_file_is_located_by_its_line() -> None:
    block = Block("code", "one\ntwo\nthree", 0, Location(line=10))
    chunk = Chunk(1, "d", 0, block.text, (), Location(line=10), (Span(0, 13, 0, 0),), 3)
    assert locate(chunk, 8, 13, lambda *_: {0: block}).line == 12
