"""A reranker that reads question and passage together: any sentence-transformers CrossEncoder, by name or folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from rag.errors import ModelUnavailable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 4  # the clock is looked at between batches


class CrossEncoderReranker:
    """Loads its model at the first question, not when it is made. `seconds` is what one question may take."""

    def __init__(self, model: str, seconds: float) -> None:
        self.name = model
        self._seconds = seconds
        self._lock = threading.Lock()

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Scores of the first texts, as many as the time allows but at least one batch; larger is better.

        Raises ModelUnavailable where the model cannot be loaded.
        """
        with self._lock:
            model, scores = self._model, list[float]()
            end = time.perf_counter() + self._seconds
            while len(scores) < len(texts) and (not scores or time.perf_counter() < end):
                batch = [(query, text) for text in texts[len(scores) : len(scores) + _BATCH]]
                scores += [float(score) for score in model.predict(batch, show_progress_bar=False)]
        return scores

    @cached_property
    def _model(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # standard error belongs to whoever called us
        try:
            model = CrossEncoder(self.name)
        except (OSError, ValueError, KeyError) as error:
            raise self._unavailable(str(error)) from error
        if model.num_labels != 1:
            raise self._unavailable(f"it sorts into {model.num_labels} classes instead of giving one score")
        return model

    def _unavailable(self, why: str) -> ModelUnavailable:
        return ModelUnavailable(
            f"The reranking model {self.name} could not be used: {why}.",
            "Check the setting reranker_model: a folder, or a name that is downloaded once with a network.",
        )
