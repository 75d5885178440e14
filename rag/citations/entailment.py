"""Natural language inference: whether a passage says what a sentence says, as a trained model judges."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.errors import ModelUnavailable

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_BATCH = 8
_MAX_TOKENS = 512


class Entailment(NamedTuple):
    """Probabilities that a premise entails a hypothesis, and that it contradicts it."""

    entailed: float
    contradicted: float


class NliModel:
    """Any model for sequence classification that was trained on NLI, by name or folder; also a CrossEncoder's.

    Which of its outputs means what is read from its configuration's label names. One that only tells "entailment"
    from the rest never contradicts. It is loaded at the first sentence, not when it is made.
    """

    def __init__(self, model: str) -> None:
        self.name = model
        self._lock = threading.Lock()

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """One verdict per (premise, hypothesis); raises ModelUnavailable where the model cannot be used."""
        import torch

        found: list[Entailment] = []
        with self._lock, torch.inference_mode():
            tokenizer, model, (entailed, contradicted) = self._loaded
            for at in range(0, len(pairs), _BATCH):
                premises, hypotheses = zip(*pairs[at : at + _BATCH], strict=True)
                read: Any = tokenizer(
                    list(premises), list(hypotheses), padding=True, truncation="only_first", return_tensors="pt",
                    max_length=min(_MAX_TOKENS, tokenizer.model_max_length),
                )  # fmt: skip
                rows = model(**read.to(model.device)).logits.softmax(-1).tolist()
                found += [Entailment(row[entailed], 0.0 if contradicted is None else row[contradicted]) for row in rows]
        return found

    @cached_property
    def _loaded(self) -> tuple[PreTrainedTokenizerBase, PreTrainedModel, tuple[int, int | None]]:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # standard error belongs to whoever called us
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.name)
            model = AutoModelForSequenceClassification.from_pretrained(self.name)
        except (OSError, ValueError, KeyError) as error:
            raise self._unavailable(str(error)) from error
        return tokenizer, model.eval(), self._places(model.config.id2label)

    def _places(self, labels: dict[int, str]) -> tuple[int, int | None]:
        named = {name.lower(): place for place, name in labels.items()}
        entailed = next((named[name] for name in named if name.startswith("entail")), None)
        contradicted = next((named[name] for name in named if name.startswith("contradict")), None)
        if entailed is None:
            raise self._unavailable(f"none of its labels is called entailment, but {', '.join(labels.values())}")
        return entailed, contradicted

    def _unavailable(self, why: str) -> ModelUnavailable:
        return ModelUnavailable(
            f"The model {self.name} for checking citations could not be used: {why}.",
            "Check the setting nli_model: a folder, or a name that is downloaded once with a network.",
        )
