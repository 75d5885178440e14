"""Embeddings by ONNX Runtime with int8 weights: the same model, faster on a CPU, and started without torch."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from rag.embedders._onnx_export import INPUT
from rag.embedders.sentence_transformer import SentenceTransformerEmbedder, read_tokenizer
from rag.priority import give_way, step_back
from rag.protocols import Vectors
from rag.settings import ROOT

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_RECIPE = "2"
"""Raise it when the export changes: the files of another recipe are not used."""
_EXPORT_S = 900
_SLOWER = ("SkipLayerNormFusion",)
"""Optimisations of the runtime that cost time: 12% of the whole, on a CPU."""
_log = logging.getLogger(__name__)


class OnnxInt8Embedder(SentenceTransformerEmbedder):
    """A sentence-transformers model whose int8 file is made once, from the weights, in the folder `cache`.

    The file is used only where its vectors are nearly those of the full weights, so that a store may hold both; where
    it cannot be made or is too far off, the full weights embed. Each text runs alone: on a CPU that is as fast as a
    batch, and a vector never depends on what else is embedded (dynamic quantisation scales by the batch).
    """

    def __init__(self, model: str, languages: str, cache: Path) -> None:
        super().__init__(model, languages)
        self._cache = cache
        self._opening = threading.Lock()
        self._being_made = False

    @property
    def dimension(self) -> int:
        """Length of a vector; loads the model."""
        return self._session.get_outputs()[0].shape[-1] if self._session else super().dimension

    @property
    def is_being_made(self) -> bool:
        """Whether the int8 file is just being made, by this process or another."""
        return self._being_made

    def embed_passages(self, texts: Sequence[str], background: bool = False) -> Vectors:
        """(n, dimension) float32 unit vectors; prompts for passages are the model's own."""
        if self._session is None:
            return super().embed_passages(texts, background)
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        pool, run = (self._background, self._run_in_turn) if background else (self._pool, self._run)
        order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))  # a short one last: no core waits for long
        vectors = np.empty((len(texts), self.dimension), np.float32)
        vectors[order] = list(pool.map(run, [self._passage_prompt + texts[n] for n in order]))
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """(dimension,) float32 unit vector; the prompt for queries is the model's own."""
        if self._session is None:
            return super().embed_query(text)
        return self._run(self._query_prompt + text)

    def _run_in_turn(self, text: str) -> Vectors:
        """A question has the processor, and its caches, to itself as soon as the texts begun are through."""
        give_way()
        return self._run(text)

    def _run(self, text: str) -> Vectors:
        assert self._session is not None
        ids = np.array([self._truncating.encode(text).ids], np.int64)
        return np.asarray(self._session.run(None, {INPUT: ids})[0])[0]

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """One thread a core: the runtime leaves Python's lock while it computes."""
        return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="embed")

    @cached_property
    def _background(self) -> ThreadPoolExecutor:
        """Threads that leave the processor to a question at once."""
        return ThreadPoolExecutor(
            os.cpu_count() or 1, "embed-background", initializer=step_back, initargs=("computes",)
        )

    @cached_property
    def _truncating(self) -> Tokenizer:
        path = self._file("tokenizer.json")
        assert path is not None  # where there is an int8 file, the model is whole
        return read_tokenizer(path, path.stat().st_mtime_ns, self.max_tokens)

    @property
    def _session(self) -> InferenceSession | None:
        """None where the full weights have to do."""
        with self._opening:
            return self._opened

    @cached_property
    def _opened(self) -> InferenceSession | None:
        path = self._made()
        return _session_of(path, path.stat().st_mtime_ns) if path else None

    def _made(self) -> Path | None:
        """The int8 file of exactly these weights, made now if it is not there."""
        self._being_made = not any(self._cache.glob(f"*-int8-{_RECIPE}.onnx"))  # said before the weights are hashed
        try:
            return self._found_or_made()
        finally:
            self._being_made = False

    def _found_or_made(self) -> Path | None:
        weights = self._weights_sha256()
        path = self._cache / f"{weights[:16]}-int8-{_RECIPE}.onnx"
        if not weights:
            return None
        if path.exists():
            return path
        try:
            self._being_made = True
            self._cache.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock"):
                return path if path.exists() or self._export(path) else None
        except OSError as error:
            _log.warning("the folder %s cannot be written (%s); the full weights embed", self._cache, error.strerror)
            return None

    def _export(self, path: Path) -> bool:
        command = [sys.executable, "-m", "rag.embedders._onnx_export", str(self._source), str(path)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_EXPORT_S, env=environment)  # noqa: S603 - our own program
        except subprocess.TimeoutExpired:
            _log.warning("the int8 file of %s took too long to make; the full weights are used", self.name)
            return False
        if done.returncode:
            why = [line for line in done.stderr.splitlines() if "Error" in line][-1:] or ["unknown"]
            _log.warning("no int8 file for %s, so the full weights are used: %s", self.name, why[0])
        return done.returncode == 0


@lru_cache(maxsize=2)
def _session_of(path: Path, changed_ns: int) -> InferenceSession:
    """Safe from any thread; stores in one process share it."""
    import onnxruntime

    del changed_ns
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(_SLOWER)
    )
