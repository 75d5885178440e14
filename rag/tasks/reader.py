"""Extractive question answering with BERT, ELECTRA and the like: which words of a passage answer, if any."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from rag.errors import ModelUnavailable
from rag.reader.extractive import RankedSentence
from rag.tasks._checkpoint import loading
from rag.types import AnswerSpan, Hit

_WINDOW, _STRIDE = 384, 128
"""Tokens of a window (question and passage), and how far the next one begins behind it: as SQuAD's fine-tuning."""
_LONGEST = 30
_BATCH = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadSpan:
    """Characters `start:end` of text number `text` (from 0); `margin` is their score above that of no answer."""

    text: int
    start: int
    end: int
    margin: float


class QuestionAnsweringReader:
    """A model by its name on the hub or its folder (AutoModelForQuestionAnswering); loads at the first question.

    Raises ModelUnavailable where it cannot be loaded or fails.
    """

    def __init__(self, model: str) -> None:
        self.name = model
        self._lock = Lock()

    def best(self, question: str, texts: Sequence[str]) -> ReadSpan | None:
        """The words of the texts that answer best; None where no answer scores higher everywhere.

        A text longer than the model's window is read in windows that overlap. A span is scored by start and end logit
        less those of the first token, which stand for no answer (Devlin et al. 2019, 4.3).
        """
        found = [span for n, text in enumerate(texts) if (span := self._best_of(question, n, text))]
        best = max(found, key=lambda span: span.margin, default=None)
        return best if best and best.margin > 0 else None

    def _best_of(self, question: str, number: int, text: str) -> ReadSpan | None:
        with self._lock, loading(self.name, "reader_model"):
            windows = self._windows(question, text)
            starts, ends = self._logits(windows)
            spans: list[ReadSpan] = []
            for window, (start, end) in enumerate(zip(starts, ends, strict=True)):
                sequence = windows.sequence_ids(window)
                inside = [n for n, part in enumerate(sequence) if part == 1]
                if inside:
                    spans.append(_best_span(start, end, inside, windows["offset_mapping"][window], number))
            return max(spans, key=lambda span: span.margin, default=None)

    def _windows(self, question: str, text: str) -> Any:
        window = min(_WINDOW, self._model.config.max_position_embeddings)
        return self._tokenizer(
            question,
            text,
            truncation="only_second",
            max_length=window,
            stride=min(_STRIDE, window // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
        )

    def _logits(self, windows: Any) -> tuple[np.ndarray, np.ndarray]:
        """Start and end logits, both (windows, tokens)."""
        import torch

        inputs = {
            name: torch.tensor(windows[name])
            for name in ("input_ids", "attention_mask", "token_type_ids")
            if name in windows
        }
        starts, ends = [], []
        with torch.inference_mode():
            for at in range(0, len(inputs["input_ids"]), _BATCH):
                output = self._model(**{name: tensor[at : at + _BATCH] for name, tensor in inputs.items()})
                starts.append(output.start_logits.float().numpy())
                ends.append(output.end_logits.float().numpy())
        return np.concatenate(starts), np.concatenate(ends)

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.name)

    @cached_property
    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForQuestionAnswering

        return AutoModelForQuestionAnswering.from_pretrained(self.name, dtype=torch.float32).eval()


def _best_span(
    start: np.ndarray, end: np.ndarray, inside: Sequence[int], offsets: Sequence[tuple[int, int]], text: int
) -> ReadSpan:
    """The span of a window's passage (tokens `inside`) with the highest sum of logits, _LONGEST tokens at most."""
    first, last = inside[0], inside[-1] + 1
    sums = start[first:last, None] + end[None, first:last]
    size = last - first
    places = np.arange(size)
    allowed = (places[None, :] >= places[:, None]) & (places[None, :] < places[:, None] + _LONGEST)
    a, b = divmod(int(np.where(allowed, sums, -np.inf).argmax()), size)
    nothing = float(start[0] + end[0])
    return ReadSpan(text, int(offsets[first + a][0]), int(offsets[first + b][1]), float(sums[a, b]) - nothing)


def read_by_model(
    reader: QuestionAnsweringReader, question: str, ranked: Sequence[RankedSentence], hits: Sequence[Hit]
) -> list[RankedSentence]:
    """The ranked sentences with the one first in which the model finds the answer; as they were where it finds none."""
    try:
        span = reader.best(question, [hit.chunk.text for hit in hits])
    except ModelUnavailable as error:
        _log.warning("Passages are not read by a model: %s", error)
        return list(ranked)
    place = next((n for n, sentence in enumerate(ranked) if span and _holds(sentence, span)), None)
    if place is None:
        return list(ranked)
    assert span
    sentence = ranked[place]
    start, end = sentence.quote.start, sentence.quote.end
    words = AnswerSpan(span.start - start, min(span.end, end) - start)
    first = replace(sentence, score=max(sentence.score, ranked[0].score), span=words)
    return [first, *ranked[:place], *ranked[place + 1 :]]


def _holds(sentence: RankedSentence, span: ReadSpan) -> bool:
    quote = sentence.quote
    return quote.number == span.text + 1 and quote.start <= span.start < quote.end
