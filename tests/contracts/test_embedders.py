"""What every embedder does, by the real default model and by the same weights named as a folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer

from rag.embedders import sentence_transformer
from rag.embedders.onnx_int8 import _RECIPE, OnnxInt8Embedder
from rag.embedders.sentence_transformer import SentenceTransformerEmbedder
from rag.errors import ModelUnavailable
from rag.protocols import Embedder
from rag.settings import DEFAULT_EMBEDDING_MODEL, ROOT, Settings
from rag.text.splitting import embedding_text
from tests._checkpoints import tiny_sentence_transformer
from tests.conftest import Open

TEXTS = ["The cat sleeps on the sofa.", "図書館は午前九時に開館します。", "A kitten is lying on the couch."]


CACHE = Settings().cache


@pytest.fixture(params=["by name", "by folder", "int8", "fp16"])
def any_embedder(request: pytest.FixtureRequest, embedder: SentenceTransformerEmbedder) -> Embedder:
    if request.param == "by name":
        return embedder
    if request.param == "int8":
        return OnnxInt8Embedder(DEFAULT_EMBEDDING_MODEL, "", CACHE)
    if request.param == "fp16":
        return SentenceTransformerEmbedder(DEFAULT_EMBEDDING_MODEL, precision="fp16")
    return SentenceTransformerEmbedder(str(sentence_transformer._default_folder()))


def test_passages_become_unit_vectors_in_the_order_given(any_embedder: Embedder) -> None:
    vectors = any_embedder.embed_passages(TEXTS)
    assert vectors.shape == (3, any_embedder.dimension) == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    alone = np.stack([any_embedder.embed_passages([text])[0] for text in TEXTS])
    assert vectors == pytest.approx(alone, abs=5e-4)  # of fp16, with three digits


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


@pytest.mark.parametrize(
    ("name", "configured", "query", "passage"),
    [
        ("model", {"query": "query: ", "passage": "passage: "}, "query: ", "passage: "),
        ("model", {"query": "search: ", "document": ""}, "search: ", ""),
        ("multilingual-e5-tiny", {}, "query: ", "passage: "),
        ("model", {}, "", ""),
    ],
)
def test_a_model_reads_each_text_after_the_prompt_of_its_configuration(
    tmp_path: Path, name: str, configured: dict[str, str], query: str, passage: str
) -> None:
    text = "a cat sleeps"
    folder = str(tiny_sentence_transformer(tmp_path / name, [text, "query: passage: search:"], configured))
    raw = SentenceTransformer(folder, device="cpu")
    plain, asked, said = raw.encode([text, query + text, passage + text], prompt="", normalize_embeddings=True)
    embedder = SentenceTransformerEmbedder(folder)
    assert embedder.embed_query(text) == pytest.approx(asked, abs=1e-5)
    assert embedder.embed_passages([text])[0] == pytest.approx(said, abs=1e-5)
    assert bool(query) is (float(plain @ asked) < 0.999)  # it does read its prompt


def test_the_library_keeps_vectors_of_passages_after_their_prompt(tmp_path: Path, open_kb: Open) -> None:
    text = "A cat sleeps."
    folder = str(tiny_sentence_transformer(tmp_path / "e5-tiny", [text, "query: passage: notes"]))
    kb = open_kb(embedding_model=folder)
    kb.add(text.encode(), "notes.txt")
    (chunk,) = kb.chunks(kb.documents()[0].id)
    read = embedding_text(kb.documents()[0].title, chunk)
    expected = SentenceTransformer(folder, device="cpu").encode(
        f"passage: {read}", prompt="", normalize_embeddings=True
    )
    _, (vector,) = kb._parts.catalog.vectors.of_chunks(1, 0, 100)
    assert vector == pytest.approx(expected, abs=2e-3)  # kept in half precision


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


def test_int8_vectors_stand_near_the_full_ones_and_depend_on_nothing_else(
    embedder: SentenceTransformerEmbedder,
) -> None:
    int8 = OnnxInt8Embedder(DEFAULT_EMBEDDING_MODEL, "", CACHE)
    texts = [*TEXTS, "word " * 500, ""]
    vectors = int8.embed_passages(texts)
    assert np.sum(vectors * embedder.embed_passages(texts), axis=1).min() > 0.97
    assert np.array_equal(vectors[::-1], int8.embed_passages(texts[::-1]))
    assert np.array_equal(vectors[0], int8.embed_query(texts[0]))


def test_half_the_bits_give_nearly_the_same_vectors(embedder: SentenceTransformerEmbedder) -> None:
    half = SentenceTransformerEmbedder(DEFAULT_EMBEDDING_MODEL, precision="fp16")
    cosines = np.sum(half.embed_passages(TEXTS) * embedder.embed_passages(TEXTS), axis=1)
    assert 0.999 < cosines.min() < 1
    assert next(half._model.parameters()).element_size() == 2


def test_a_model_that_overflows_in_half_precision_keeps_its_full_weights(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tiny_sentence_transformer(tmp_path / "model", TEXTS)
    weights = load_file(folder / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] *= 1e6  # fp16 ends at 65,504
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    full, half = (SentenceTransformerEmbedder(str(folder), precision=each) for each in ("fp32", "fp16"))
    assert np.array_equal(half.embed_passages(TEXTS), full.embed_passages(TEXTS))
    assert "not exact enough" in caplog.text


def test_nothing_of_torch_is_loaded_once_the_int8_file_is_there() -> None:
    OnnxInt8Embedder(DEFAULT_EMBEDDING_MODEL, "", CACHE).embed_query("made")
    program = (
        "import sys; from pathlib import Path; from rag.embedders.onnx_int8 import OnnxInt8Embedder\n"
        f"OnnxInt8Embedder({DEFAULT_EMBEDDING_MODEL!r}, '', Path({str(CACHE)!r})).embed_query('a')\n"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "False"]


def test_at_a_first_start_it_is_said_at_once_that_the_file_is_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bool] = []
    embedder = OnnxInt8Embedder(DEFAULT_EMBEDDING_MODEL, "", tmp_path)
    monkeypatch.setattr(embedder, "_weights_sha256", lambda: said.append(embedder.is_being_made) or "")
    assert embedder._made() is None
    (tmp_path / f"0-int8-{_RECIPE}.onnx").touch()
    assert embedder._made() is None
    assert said == [True, False]
    assert not embedder.is_being_made


def test_where_no_int8_file_can_be_made_the_full_weights_embed(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    vectors = OnnxInt8Embedder(DEFAULT_EMBEDDING_MODEL, "", blocked).embed_passages(TEXTS)
    assert vectors == pytest.approx(embedder.embed_passages(TEXTS), abs=1e-5)


ODD_TEXTS = [
    "The U.S.-made Zürich naïve café — 3.14% of $1,000,000.00!",
    "図書館は午前九時に開館します。１２３ ＡＢＣ　全角の空白。",
    "tab\there\x0bvertical\x0cfeed\x1cseparator\x85next\u2028line\u00a0no-break\u200bzero width",
    "e\u0301 combining \u0301alone [MASK] [SEP] x[CLS]y <s>",
    "a" * 150 + " " + "é" * 90 + "\n\n  indented\r\nline",
    "",
    " \n ",
]


def test_a_count_is_that_of_the_spans_whatever_the_text(any_embedder: Embedder) -> None:
    for _ in range(2):  # the second time all words are known
        counts = any_embedder.count_tokens(ODD_TEXTS)
        assert counts == [len(any_embedder.token_spans(text)) for text in ODD_TEXTS]
        assert sum(any_embedder.count_tokens(["\n".join(ODD_TEXTS)])) == sum(counts)
