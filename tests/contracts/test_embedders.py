"""What every embedder does, by the real default model and by the same weights named as a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.embedders import sentence_transformer
from rag.embedders.sentence_transformer import SentenceTransformerEmbedder
from rag.errors import ModelUnavailable
from rag.protocols import Embedder
from rag.settings import DEFAULT_EMBEDDING_MODEL

TEXTS = ["The cat sleeps on the sofa.", "図書館は午前九時に開館します。", "A kitten is lying on the couch."]


@pytest.fixture(params=["by name", "by folder"])
def any_embedder(request: pytest.FixtureRequest, embedder: SentenceTransformerEmbedder) -> Embedder:
    if request.param == "by name":
        return embedder
    return SentenceTransformerEmbedder(str(sentence_transformer._default_folder()))


def test_passages_become_unit_vectors_in_the_order_given(any_embedder: Embedder) -> None:
    vectors = any_embedder.embed_passages(TEXTS)
    assert vectors.shape == (3, any_embedder.dimension) == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    alone = np.stack([any_embedder.embed_passages([text])[0] for text in TEXTS])
    assert vectors == pytest.approx(alone, abs=1e-4)


def test_meaning_is_nearer_than_other_meaning(any_embedder: Embedder) -> None:
    query = any_embedder.embed_query("Where does the cat nap?")
    near, far, also_near = any_embedder.embed_passages(TEXTS) @ query
    assert min(near, also_near) > far + 0.2


def test_tokens_are_counted_beyond_what_the_model_reads(any_embedder: Embedder) -> None:
    assert any_embedder.max_tokens == 256
    assert any_embedder.count_tokens(["cat " * 1000, ""]) == [1000, 0]
    assert any_embedder.token_spans("a cat sat") == [(0, 1), (2, 5), (6, 9)]


def test_the_default_knows_english_and_says_so() -> None:
    default = SentenceTransformerEmbedder(DEFAULT_EMBEDDING_MODEL)
    assert default.covers("en")
    assert not default.covers("ja")
    assert SentenceTransformerEmbedder(DEFAULT_EMBEDDING_MODEL, "en,ja").covers("ja")
    assert SentenceTransformerEmbedder("intfloat/multilingual-e5-small").covers("ja")


def test_weights_that_are_not_the_expected_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sentence_transformer._default_folder(), folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    monkeypatch.setattr(sentence_transformer, "_default_folder", lambda: folder)
    with pytest.raises(ModelUnavailable, match="sha256"):
        SentenceTransformerEmbedder(DEFAULT_EMBEDDING_MODEL).embed_query("a")


def test_a_model_that_is_nowhere_gives_a_clear_error() -> None:
    with pytest.raises(ModelUnavailable, match="no-such/model"):
        SentenceTransformerEmbedder("no-such/model").count_tokens(["a"])
