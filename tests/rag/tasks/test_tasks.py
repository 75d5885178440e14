"""Transformers' other tasks, each with a tiny model that is made here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import ModelUnavailable
from rag.tasks.reader import QuestionAnsweringReader
from rag.types import Answer, AskOptions
from tests._checkpoints import tiny_t5
from tests._task_checkpoints import ner_bert, nli_bert, qa_bert
from tests.conftest import Open

HOURS = "The library opens at nine . It closes at eight ."
ROOMS = "The reading room has forty seats ."
OPENS, CLOSES, SEATS = "When does it open ?", "When does it close ?", "How many seats are there ?"
EXAMPLES = [
    (OPENS, HOURS, "nine"),
    (CLOSES, HOURS, "eight"),
    (SEATS, HOURS, ""),
    (OPENS, ROOMS, ""),
    (CLOSES, ROOMS, ""),
    (SEATS, ROOMS, "forty seats"),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return qa_bert(tmp_path_factory.mktemp("qa"), EXAMPLES)


def test_a_reader_finds_the_words_that_answer_or_none(reader: Path) -> None:
    model = QuestionAnsweringReader(str(reader))
    for question, text, answer in EXAMPLES:
        span = model.best(question, [text])
        assert (text[span.start : span.end] if span else "") == answer
    span = model.best(SEATS, [HOURS, ROOMS])
    assert span
    assert (span.text, ROOMS[span.start : span.end]) == (1, "forty seats")
    assert model.best(OPENS, []) is None


def test_a_long_text_is_read_in_windows_that_overlap(reader: Path) -> None:
    model = QuestionAnsweringReader(str(reader))
    long = "It closes . " * 40 + ROOMS  # far more than its 64 tokens
    windows = model._windows(SEATS, long)
    assert len(windows["input_ids"]) >= 3
    assert all(len(ids) <= 64 for ids in windows["input_ids"])
    spans = [max((offset[1] for offset in offsets), default=0) for offsets in windows["offset_mapping"]]
    assert max(spans) == len(long)  # the end is read too
    span = model.best(SEATS, [long])
    assert span is None or 0 <= span.start < span.end <= len(long)


def test_the_sentence_that_the_reader_chooses_is_quoted_first(open_kb: Open, reader: Path) -> None:
    text = f"# Rooms\n\n{HOURS}\n\n{ROOMS}\n"
    asked = "When does it close ? closes library opens"
    plain = open_kb("plain", min_confidence=0.0)
    plain.add(text.encode(), "rooms.md")
    chosen = open_kb("chosen", min_confidence=0.0, reader_model=str(reader))
    chosen.add(text.encode(), "rooms.md")
    assert plain.ask(asked).sentences[0].text.strip() == "The library opens at nine ."
    sentence = chosen.ask(CLOSES).sentences[0]
    assert (sentence.text.strip(), sentence.answer) == ("It closes at eight .", "eight")
    broken = open_kb("broken", min_confidence=0.0, reader_model=str(reader / "nothing"))
    broken.add(text.encode(), "rooms.md")
    assert broken.ask(asked).sentences[0].text.strip() == "The library opens at nine ."
    with pytest.raises(ModelUnavailable, match="nothing"):
        QuestionAnsweringReader(str(reader / "nothing")).best(OPENS, [HOURS])


INVOICE, MINUTES = "Please pay 500 euros within 30 days .", "The board met and chose a chair ."


def test_zero_shot_tags_are_found_by_filters(open_kb: Open, tmp_path: Path) -> None:
    pairs = [(text, f"This example is {tag}.", fits) for text, tag, fits in (
        (f"invoice\n{INVOICE}", "invoice", True),
        (f"invoice\n{INVOICE}", "minutes", False),
        (f"invoice\n{INVOICE}", "payment", True),
        (f"minutes\n{MINUTES}", "invoice", False),
        (f"minutes\n{MINUTES}", "minutes", True),
        (f"minutes\n{MINUTES}", "payment", False),
    )]  # fmt: skip
    model = nli_bert(tmp_path / "nli", pairs)
    kb = open_kb(zero_shot_model=str(model), tags="invoice, minutes, payment")
    ids = [
        kb.add(text.encode(), name).document_id for text, name in ((INVOICE, "invoice.txt"), (MINUTES, "minutes.txt"))
    ]
    tags = [set(kb.document(id_ or "").metadata.get("tags", "").split("; ")) for id_ in ids]
    assert tags == [{"invoice", "payment"}, {"minutes"}]
    found = kb.search("pay", AskOptions(metadata=frozenset([("tags", "payment")])))
    assert {hit.document.id for hit in found.hits} == {ids[0]}
    assert not kb.search("pay", AskOptions(metadata=frozenset([("tags", "pay")]))).hits


def test_named_entities_are_found_by_filters(open_kb: Open, tmp_path: Path) -> None:
    sentence = "Rie met Ken at Hanami in Kobe and Rie left Kobe ."
    known = {"Rie": "PER", "Ken": "PER", "Hanami": "ORG", "Kobe": "LOC"}
    model = ner_bert(tmp_path / "ner", [(f"letter {sentence}", known)])
    kb = open_kb(ner_model=str(model))
    id_ = kb.add(sentence.encode(), "letter.txt").document_id or ""
    metadata = kb.document(id_).metadata
    assert metadata["persons"] == "Rie; Ken"
    assert metadata["organisations"] == "Hanami"
    assert metadata["places"] == "Kobe"
    assert kb.search("met", AskOptions(metadata=frozenset([("persons", "Ken")]))).hits


def test_a_model_that_cannot_be_used_does_not_keep_a_file_out(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb(zero_shot_model=str(tmp_path / "none"), tags="a", ner_model=str(tmp_path / "none"))
    added = kb.add(INVOICE.encode(), "invoice.txt")
    assert added.status == "added"
    assert "tags" not in kb.document(added.document_id or "").metadata


def test_a_summary_by_a_sequence_to_sequence_model_reads_the_text_alone(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb(summary_model=str(tiny_t5(tmp_path / "t5")))
    id_ = kb.add("図書館は午前九時に開館し、夜の八時に閉館します。".encode(), "hours.txt").document_id or ""
    model = kb.chains._summariser
    assert model
    sent: list[str] = []
    stream = model._model.stream  # type: ignore[attr-defined]
    model._model.stream = lambda messages, *rest: sent.append(messages[-1].content) or stream(messages, *rest)  # type: ignore[attr-defined]
    *_, summary = kb.chains.summarise([id_], "short")
    assert isinstance(summary, Answer)
    assert sent == ["summarize: 図書館は午前九時に開館し、夜の八時に閉館します。"]
    assert summary.model == str(tmp_path / "t5")
    *_, quoted = kb.chains.summarise([id_], "short", model="extractive")
    assert isinstance(quoted, Answer)
    assert quoted.model == "extractive"


def test_nothing_of_them_is_imported_before_it_is_chosen(tmp_path: Path) -> None:
    code = (
        "import sys; from rag import KnowledgeBase, Settings\n"
        f"kb = KnowledgeBase.open({str(tmp_path / 'store')!r}, Settings(samples=False))\n"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.split() == ["False", "False"]
