"""Passages as they are shown: near-copies once, neighbours that touch as one, every part of a question served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders import Block, Document, Location
from rag import AskOptions, KnowledgeBase, Settings
from rag.text.parts import searchable_parts
from rag.types import Hit

POOL = "The swimming pool in Kyoto opens at nine in the morning and closes at eight in the evening on every weekday."
TEXTS = {
    "pool.txt": POOL,
    "copy of pool.txt": POOL.replace("Kyoto opens", "Kyoto  opens"),
    "new pool.txt": POOL.replace("nine", "9").replace("eight", "8"),
    "other pool.txt": POOL.replace("Kyoto", "Osaka"),
    "closed pool.txt": POOL.replace("and closes", "and never closes"),
    "料金.txt": "市民プールの入場料は大人五百円、子ども二百円です。回数券は窓口で買うことができます。",
    "料金の写し.txt": "市民プールの入場料は、大人五百円、子ども二百円です。回数券は窓口で買うことができます。",
    "無料.txt": "市民プールの入場料は大人三百円、子ども無料です。回数券は窓口で買うことができます。",
    "zoo.txt": "The zoo was founded by Ichiro Tanaka in 1935. It keeps four hundred animals.",
    "tower.txt": "The television tower is 180 metres high. A lift takes visitors to the top.",
}


def _document(name: str, text: str) -> Document:
    blocks = tuple(Block("paragraph", part, 0, Location(line=n)) for n, part in enumerate(text.split("\n\n"), 1))
    return Document(name, name, "text/plain", "", "", {}, blocks)


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(Path(tmp_path_factory.mktemp("store")), Settings(samples=False)) as library:
        library.add_documents(_document(name, text) for name, text in TEXTS.items())
        yield library


def _names(hit: Hit) -> set[str]:
    return {hit.document.name, *(document.name for document in hit.also_in)}


def test_a_text_that_stands_in_two_files_is_shown_once_and_names_both(kb: KnowledgeBase) -> None:
    hits = kb.search("When does the swimming pool in Kyoto open?", AskOptions(k=10)).hits
    assert {"pool.txt", "copy of pool.txt"} in [_names(hit) for hit in hits]
    assert sum("pool.txt" in name for hit in hits for name in _names(hit)) == 5


@pytest.mark.parametrize("name", ["new pool.txt", "other pool.txt", "closed pool.txt"])
def test_another_number_name_or_negation_is_another_text(kb: KnowledgeBase, name: str) -> None:
    hits = kb.search("When does the swimming pool in Kyoto open?", AskOptions(k=10)).hits
    assert {name} in [_names(hit) for hit in hits]


def test_japanese_copies_may_differ_in_a_comma_but_not_in_a_kanji(kb: KnowledgeBase) -> None:
    found = [_names(hit) for hit in kb.search("市民プールの入場料はいくらですか", AskOptions(k=10)).hits]
    assert {"料金.txt", "料金の写し.txt"} in found
    assert {"無料.txt"} in found


def test_neighbours_are_one_passage_whose_spans_still_point_into_the_document(tmp_path: Path) -> None:
    sentences = [f"In room {n} the museum keeps the {animal}." for n, animal in enumerate(ANIMALS, 1)]
    paragraphs = [" ".join(sentences[n : n + 6]) for n in range(0, len(sentences), 6)]
    settings = Settings(samples=False, chunk_tokens=32, chunk_overlap_tokens=12)
    with KnowledgeBase.open(tmp_path, settings) as library:
        library.add_documents([_document("museum.txt", "\n\n".join(paragraphs))])
        (info,) = library.documents()
        assert len(library.chunks(info.id)) > 3
        (hit,) = library.search("Which room of the museum keeps the animals?", AskOptions(k=20)).hits
        blocks = library.blocks(info.id)
    for sentence in sentences:
        assert hit.chunk.text.count(sentence) == 1
    for span in hit.chunk.spans:
        quoted = blocks[span.block].text[span.offset : span.offset + span.end - span.start]
        assert hit.chunk.text[span.start : span.end] == quoted
    assert "\n".join(paragraphs) == hit.chunk.text


ANIMALS = ["lion", "otter", "crane", "fox", "badger", "salmon", "owl", "deer", "hare", "toad", "newt", "swan"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who founded the zoo and how high is the tower?", ["Who founded the zoo?", "How high is the tower?"]),
        ("Who runs the zoo, and when was it founded?", ["Who runs the zoo?", "Who runs the zoo? When was it founded?"]),
        (
            "動物園は誰が作りましたか。タワーの高さはいくらですか。",
            ["動物園は誰が作りましたか。", "タワーの高さはいくらですか。"],
        ),
        ("Who wrote the novel and the play?", []),
        ("Where and when was the composer born?", []),
        ("1935年、東京で何が開かれましたか", []),
        ("In 1935, what was founded in Kyoto?", []),
    ],
)
def test_the_parts_of_a_question(question: str, found: list[str]) -> None:
    assert searchable_parts(question) == found


def test_every_part_of_a_question_has_its_passage_among_the_first(kb: KnowledgeBase) -> None:
    question = "When does the swimming pool in Kyoto open on weekdays, and how high is the television tower?"
    first = [hit.document.name for hit in kb.search(question, AskOptions(k=3)).hits]
    assert "tower.txt" in first
    assert any(name.endswith("pool.txt") for name in first)


def test_another_wording_finds_what_the_question_does_not(kb: KnowledgeBase) -> None:
    question = "Which person began the menagerie?"
    other = AskOptions(k=1, wordings=("Who was the zoo founded by?", "Who founded the zoo in 1935?"))
    assert kb.search(question, AskOptions(k=1, mode="lexical")).hits == ()
    assert kb.search(question, other).hits[0].document.name == "zoo.txt"


def test_a_passage_that_was_imagined_draws_the_question_to_it(kb: KnowledgeBase) -> None:
    question = "What can I do with my family at the weekend?"
    imagined = "You can take the lift of the television tower to the top, 180 metres above the city."
    (hit,) = kb.search(question, AskOptions(k=1, imagined=imagined)).hits
    (alone,) = kb.search(question, AskOptions(k=1)).hits
    assert hit.document.name == "tower.txt"
    assert hit.stages["dense"] > alone.stages["dense"]
