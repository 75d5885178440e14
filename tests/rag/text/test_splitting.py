from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders import Block, Box, Location
from rag.embedders.sentence_transformer import SentenceTransformerEmbedder
from rag.text.splitting import SPECIAL_TOKENS, embedding_text, fitting_title, in_its_place, split
from rag.types import Chunk

WORDS = ["the", "library", "opens", "at", "nine", "every", "day", "and", "closes", "late", "on", "Friday"]


def english(sentences: int, words: int = 12) -> str:
    return " ".join(
        " ".join(WORDS[(n + i) % len(WORDS)] for i in range(words)).capitalize() + f" {n}." for n in range(sentences)
    )


def chunks_of(
    embedder: SentenceTransformerEmbedder,
    blocks: Sequence[Block],
    title: str = "Guide",
    size: int = 100,
    overlap: int = 0,
) -> list[Chunk]:
    return list(split(title, blocks, embedder, size, overlap))


def assert_quoted_exactly(chunks: Sequence[Chunk], blocks: Sequence[Block]) -> None:
    for chunk in chunks:
        for span in chunk.spans:
            block = blocks[span.block].text
            assert chunk.text[span.start : span.end] == block[span.offset : span.offset + span.end - span.start]


def test_a_chunk_never_crosses_a_heading_and_carries_its_path(embedder: SentenceTransformerEmbedder) -> None:
    blocks = [
        Block("heading", "Opening", 1),
        Block("paragraph", "Nine to five."),
        Block("heading", "Holidays", 2),
        Block("paragraph", "Closed on Mondays."),
        Block("heading", "Fees", 1),
        Block("paragraph", "Five euros."),
    ]
    found = [(chunk.headings, chunk.text) for chunk in chunks_of(embedder, blocks)]
    assert found == [
        (("Opening",), "Nine to five."),
        (("Opening", "Holidays"), "Closed on Mondays."),
        (("Fees",), "Five euros."),
    ]


def test_the_model_reads_the_heading_of_a_short_passage_and_of_a_long_one_only_the_text(
    embedder: SentenceTransformerEmbedder,
) -> None:
    blocks = [
        Block("paragraph", "An office."),
        Block("heading", "Visits", 1),
        Block("heading", "When is it open?", 2),
        Block("paragraph", "From nine to five."),
        Block("heading", "What is it?", 2),
        Block("paragraph", english(7)),
    ]
    read = [embedding_text("Guide", chunk) for chunk in chunks_of(embedder, blocks)]
    assert read == ["Guide\nAn office.", "When is it open?\nFrom nine to five.", english(7)]


def test_leading_dots_are_not_read(embedder: SentenceTransformerEmbedder) -> None:
    text = "Fees .................. 7\nRooms . . . . . . . . 12\nAnd so on... -- 1.5"
    (chunk,) = chunks_of(embedder, [Block("paragraph", text)], title="")
    assert embedding_text("", chunk) == "Fees . 7\nRooms . 12\nAnd so on... -- 1.5"
    assert chunk.text == text


def test_a_heading_with_nothing_under_it_can_still_be_found(embedder: SentenceTransformerEmbedder) -> None:
    blocks = [Block("heading", "Thank you", 1), Block("heading", "Questions", 1), Block("paragraph", "Ask us.")]
    assert [chunk.text for chunk in chunks_of(embedder, blocks)] == ["Thank you", "Ask us."]
    last = [Block("paragraph", "Text."), Block("heading", "The end", 1)]
    assert [chunk.text for chunk in chunks_of(embedder, last)] == ["Text.", "The end"]


def test_sentences_stay_whole_and_neighbours_overlap_by_whole_sentences(embedder: SentenceTransformerEmbedder) -> None:
    text = english(20)
    blocks = [Block("paragraph", text)]
    chunks = chunks_of(embedder, blocks, overlap=20)
    assert len(chunks) > 2
    assert_quoted_exactly(chunks, blocks)
    for chunk in chunks:
        assert chunk.text[0].isupper()
        assert chunk.text.endswith(".")
    for before, after in pairwise(chunks):
        assert before.spans[-1].offset < after.spans[0].offset < before.spans[-1].offset + len(before.text)


def test_a_sentence_that_alone_is_too_long_is_divided_without_loss(embedder: SentenceTransformerEmbedder) -> None:
    text = "，".join("図書館は朝九時に開き夜八時に閉まる" for _ in range(40)) + "。"
    blocks = [Block("paragraph", text)]
    chunks = chunks_of(embedder, blocks)
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(chunk.text.endswith(("，", "。")) for chunk in chunks)


def test_a_table_is_divided_by_rows_with_its_header_repeated(embedder: SentenceTransformerEmbedder) -> None:
    rows = [f"Branch {n} | {n} Main Street | open until {n % 12} pm" for n in range(40)]
    blocks = [Block("table", "\n".join(["name | address | hours", *rows]))]
    chunks = chunks_of(embedder, blocks)
    assert len(chunks) > 3
    assert all(chunk.text.startswith("name | address | hours\nBranch") for chunk in chunks)
    assert [line for chunk in chunks for line in chunk.text.split("\n")[1:]] == rows
    assert_quoted_exactly(chunks, blocks)


def test_rows_of_a_csv_share_chunks_and_the_first_row_is_the_location(embedder: SentenceTransformerEmbedder) -> None:
    blocks = [Block("table", f"city: Town {n} | people: {n}", 0, Location(row=n)) for n in range(2, 60)]
    chunks = chunks_of(embedder, blocks)
    assert [line for chunk in chunks for line in chunk.text.split("\n")] == [block.text for block in blocks]
    assert [chunk.location.row for chunk in chunks] == [int(chunk.text.split("|")[0].split()[-1]) for chunk in chunks]


def test_a_chunk_is_located_on_the_page_where_it_begins(embedder: SentenceTransformerEmbedder) -> None:
    text = english(20)
    half = text.index("10.") + 4
    boxes = (Box(1, 0, 0, 1, 1, 0, half), Box(2, 0, 0, 1, 1, half, len(text)))
    chunks = chunks_of(embedder, [Block("paragraph", text, 0, Location(page=1, boxes=boxes))])
    assert chunks[0].location.page == 1
    assert chunks[-1].location.page == 2


KINDS = st.sampled_from(["heading", "paragraph", "list", "table", "code"])
TEXT = st.text(alphabet="ab cdé.!?。、 \n図書館ー|１2", min_size=1, max_size=400).filter(str.strip)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(KINDS, TEXT, st.integers(1, 3)), min_size=1, max_size=8), TEXT)
def test_nothing_is_lost_and_nothing_exceeds_what_the_model_reads(
    embedder: SentenceTransformerEmbedder, raw: list[tuple[str, str, int]], title: str
) -> None:
    blocks = [Block(kind, text, level) for kind, text, level in raw]  # type: ignore[arg-type]
    chunks = chunks_of(embedder, blocks, title, size=64, overlap=16)
    assert_quoted_exactly(chunks, blocks)
    covered = {(s.block, c) for k in chunks for s in k.spans for c in range(s.offset, s.offset + s.end - s.start)}
    for n, block in enumerate(blocks):
        if block.kind != "heading":
            assert all((n, c) in covered for c, mark in enumerate(block.text) if not mark.isspace())
    for chunk in chunks:
        text = in_its_place(fitting_title(title, embedder), chunk.headings, chunk.text)
        assert embedder.count_tokens([text])[0] + SPECIAL_TOKENS <= embedder.max_tokens
        assert chunk.text.strip()


@pytest.mark.parametrize("title", ["word " * 500, "図" * 500])
def test_a_title_that_is_too_long_leaves_room_for_the_text(embedder: SentenceTransformerEmbedder, title: str) -> None:
    blocks = [Block("paragraph", english(10))]
    chunks = chunks_of(embedder, blocks, title, size=200)
    assert_quoted_exactly(chunks, blocks)
    assert sum(chunk.token_count for chunk in chunks) >= embedder.count_tokens([blocks[0].text])[0]
