"""The cross-encoder stage on tiny real checkpoints of both families, with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertTokenizer,
    ElectraConfig,
    ElectraForSequenceClassification,
)

from loaders import Block, Document, Location
from rag import KnowledgeBase, Settings
from rag.errors import ModelUnavailable
from rag.rerankers.cross_encoder import CrossEncoderReranker

TEXTS = ["The bridge is red and old.", "A red boat.", "The bridge was built in 1931.", "Boats pass under it.", "Old."]
QUERY = "When was the bridge built?"


def checkpoint(folder: Path, family: str, labels: int = 1) -> Path:
    folder.mkdir(parents=True)
    words = sorted({word.strip(".?").lower() for text in (*TEXTS, QUERY) for word in text.split()} | {".", "?"})
    vocab = folder / "vocab.txt"
    vocab.write_text("\n".join(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words)))
    size = {
        "vocab_size": len(words) + 5,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "num_labels": labels,
        "initializer_range": 0.5,
    }
    torch.manual_seed(0)
    if family == "bert":
        BertForSequenceClassification(BertConfig(**size)).save_pretrained(folder)
    else:
        ElectraForSequenceClassification(ElectraConfig(embedding_size=32, **size)).save_pretrained(folder)
    BertTokenizer(str(vocab)).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("family", ["bert", "electra"])
def test_scores_are_the_models_own(tmp_path: Path, family: str) -> None:
    from sentence_transformers import CrossEncoder

    folder = str(checkpoint(tmp_path / family, family))
    scores = CrossEncoderReranker(folder, 60).scores(QUERY, TEXTS)
    alone = [float(CrossEncoder(folder).predict((QUERY, text))) for text in TEXTS]
    assert scores == pytest.approx(alone, abs=1e-4)
    assert len(set(scores)) == len(TEXTS)


def test_when_time_is_up_the_rest_is_not_read(tmp_path: Path) -> None:
    assert len(CrossEncoderReranker(str(checkpoint(tmp_path / "bert", "bert")), 1e-9).scores(QUERY, TEXTS)) == 4


def test_a_model_with_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="3 classes"):
        CrossEncoderReranker(str(checkpoint(tmp_path / "bert", "bert", labels=3)), 1).scores(QUERY, TEXTS)


def _library(folder: Path, **settings: object) -> KnowledgeBase:
    kb = KnowledgeBase.open(folder, Settings(samples=False, **settings))  # type: ignore[arg-type]
    kb.add_documents(
        Document(str(n), f"{n}", "text/plain", "", "en", {}, (Block("paragraph", text, 0, Location()),))
        for n, text in enumerate(TEXTS)
    )
    return kb


def test_the_stage_orders_hits_by_the_models_scores(tmp_path: Path) -> None:
    with _library(
        tmp_path / "store", reranker_model=str(checkpoint(tmp_path / "bert", "bert")), rerank_seconds=60
    ) as kb:
        hits = kb.search(QUERY).hits
    read = [hit.stages["reranker"] for hit in hits]
    assert len(read) == len(TEXTS)
    assert read == sorted(read, reverse=True)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_model_that_is_missing_leaves_the_order_as_it_was(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with _library(tmp_path / "one") as plain, _library(tmp_path / "two", reranker_model=str(tmp_path / "none")) as kb:
        expected = [hit.document.name for hit in plain.search(QUERY).hits]
        assert [hit.document.name for hit in kb.search(QUERY).hits] == expected
    assert "not reranked" in caplog.text
