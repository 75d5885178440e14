"""Sentences checked with vectors and with a model for inference (tiny real ones, with random weights)."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from rag import KnowledgeBase, Settings
from rag.citations.entailment import NliModel
from rag.citations.evidence import SURE, Verifier
from rag.citations.verification import verify
from rag.embedders.onnx_int8 import OnnxInt8Embedder
from rag.errors import ModelUnavailable
from rag.protocols import Embedder
from rag.settings import DEFAULT_EMBEDDING_MODEL
from tests.rag.rerankers.test_cross_encoder import checkpoint

PASSAGE = "Notes\nThe firm purchased its rival. Cats sleep during the day."
PAIRS = [("The bridge is red and old.", "The bridge is old."), ("A red boat.", "The bridge was built in 1931.")]


def nli(folder: Path, labels: dict[int, str], favoured: str = "") -> NliModel:
    """A checkpoint with these labels; with `favoured` it always says that."""
    checkpoint(folder, "bert", labels=len(labels))
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    model.config.id2label = labels
    model.config.label2id = {name: place for place, name in labels.items()}
    if favoured:
        with torch.no_grad():
            model.classifier.weight.zero_()
            model.classifier.bias.copy_(torch.tensor([9.0 if name == favoured else 0.0 for name in labels.values()]))
    model.save_pretrained(folder)
    return NliModel(str(folder))


def test_other_words_for_the_same_are_supported_by_their_vector(embedder: Embedder) -> None:
    for sentence in ("The company bought its competitor.", "Felines slumber through daylight hours."):
        assert verify(sentence, [PASSAGE]).problem == "words"
        assert Verifier(embedder).verify(sentence, [PASSAGE]).supported


def test_a_model_that_is_being_made_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = OnnxInt8Embedder(DEFAULT_EMBEDDING_MODEL, "", tmp_path)
    model._being_made = True
    monkeypatch.setattr(OnnxInt8Embedder, "_session", property(lambda _: pytest.fail("it is waited for")))
    assert Verifier(model).verify("The company bought its competitor.", [PASSAGE]).problem == "words"


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("Guests may smoke cigars upstairs.", "words"),
        ("The firm purchased its rival in 1999.", "number"),
        ("The firm never purchased its rival.", "negation"),
        ("猫は昼に眠る。", "words"),
    ],
)
def test_vectors_excuse_nothing_else(sentence: str, problem: str, embedder: Embedder) -> None:
    assert Verifier(embedder).verify(sentence, [PASSAGE]).problem == problem


@pytest.mark.parametrize(
    "order", [("entailment", "neutral", "contradiction"), ("CONTRADICTION", "ENTAILMENT", "NEUTRAL")]
)
def test_the_labels_order_is_read_from_the_model(tmp_path: Path, order: tuple[str, ...]) -> None:
    model = nli(tmp_path / "nli", dict(enumerate(order)))
    tokenizer = AutoTokenizer.from_pretrained(model.name)
    loaded = AutoModelForSequenceClassification.from_pretrained(model.name)
    names = [name.lower() for name in order]
    for pair, judged in zip(PAIRS, model.judge(PAIRS), strict=True):
        with torch.inference_mode():
            own = loaded(**tokenizer(*pair, return_tensors="pt")).logits.softmax(-1)[0].tolist()
        assert judged.entailed == pytest.approx(own[names.index("entailment")], abs=1e-4)
        assert judged.contradicted == pytest.approx(own[names.index("contradiction")], abs=1e-4)


def test_a_model_that_only_knows_entailment_never_contradicts(tmp_path: Path) -> None:
    judged = nli(tmp_path / "nli", {0: "entailment", 1: "not_entailment"}).judge(PAIRS)
    assert [one.contradicted for one in judged] == [0.0, 0.0]


def test_labels_without_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="LABEL_0"):
        nli(tmp_path / "nli", {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}).judge(PAIRS)


def test_long_texts_are_cut_to_what_the_model_reads(tmp_path: Path) -> None:
    model = nli(tmp_path / "nli", {0: "entailment", 1: "neutral", 2: "contradiction"})
    (judged,) = model.judge([("The bridge is red and old. " * 400, "The bridge is old.")])
    assert 0 < judged.entailed < 1


LABELS = {0: "contradiction", 1: "entailment", 2: "neutral"}


def test_inference_supports_what_the_words_do_not(tmp_path: Path, embedder: Embedder) -> None:
    verifier = Verifier(embedder, nli(tmp_path / "nli", LABELS, "entailment"))
    assert verifier.verify("Guests may smoke cigars upstairs.", [PASSAGE]).supported
    assert verifier.verify("The firm never purchased its rival.", [PASSAGE]).problem == "negation"


def test_inference_contradicts_what_the_words_let_pass(tmp_path: Path, embedder: Embedder) -> None:
    verifier = Verifier(embedder, nli(tmp_path / "nli", LABELS, "contradiction"))
    assert verify("The firm purchased its rival.", [PASSAGE]).supported
    assert verifier.verify("The firm purchased its rival.", [PASSAGE]).problem == "contradiction"
    assert SURE == 0.5


def test_a_model_that_is_missing_leaves_the_rest(
    tmp_path: Path, embedder: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    verifier = Verifier(embedder, NliModel(str(tmp_path / "none")))
    assert verifier.verify("The firm purchased its rival.", [PASSAGE]).supported
    assert "without inference" in caplog.text


def test_the_setting_chooses_the_model(tmp_path: Path) -> None:
    folder = nli(tmp_path / "nli", LABELS, "contradiction").name
    with KnowledgeBase.open(tmp_path / "store", Settings(samples=False, nli_model=folder)) as kb:
        verifier = kb._parts.asking.assistant.verifier
        assert verifier.nli is not None
        assert verifier.verify("The firm purchased its rival.", [PASSAGE]).problem == "contradiction"
