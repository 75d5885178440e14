"""What a document is about (zero-shot tags) and whom it names (entities), as metadata that filters find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from loaders import Document
from rag.tasks._checkpoint import loading
from rag.types import SEPARATOR

_TAG_CHARACTERS, _TAG_LEAST = 2000, 0.5
_ENTITY_CHARACTERS, _PIECE_CHARACTERS = 20_000, 1000
_ENTITY_LEAST, _MOST_ENTITIES = 0.6, 10
_FIELDS = {"per": "persons", "org": "organisations", "loc": "places", "gpe": "places"}
"""Fields of the metadata by the label of a model, its B- or I- taken off."""


@dataclass(frozen=True)
class ZeroShotTagger:
    """Says which of these tags fit a document, by a model for inference (Yin et al. 2019); loads when first used."""

    model: str
    tags: Sequence[str]

    def metadata(self, document: Document) -> Mapping[str, str]:
        """`tags`, the likeliest first; none where none is likelier than not. Raises ModelUnavailable."""
        text = _beginning(document, _TAG_CHARACTERS)
        if not text or not self.tags:
            return {}
        with _LOCK, loading(self.model, "zero_shot_model"):
            found = self._pipeline(text, candidate_labels=list(self.tags), multi_label=True)
        fitting = [tag for tag, score in zip(found["labels"], found["scores"], strict=True) if score > _TAG_LEAST]
        return {"tags": SEPARATOR.join(fitting)} if fitting else {}

    @cached_property
    def _pipeline(self) -> Any:
        from transformers import pipeline

        return pipeline("zero-shot-classification", model=self.model, device="cpu")


@dataclass(frozen=True)
class EntityFinder:
    """Finds the persons, organisations and places that a document names most; loads when first used."""

    model: str

    def metadata(self, document: Document) -> Mapping[str, str]:
        """`persons`, `organisations` and `places`, the most frequent first. Raises ModelUnavailable."""
        counts: dict[str, Counter[str]] = {}
        text = _beginning(document, _ENTITY_CHARACTERS)
        with _LOCK, loading(self.model, "ner_model"):
            for piece in _pieces(text):
                for found in self._pipeline(piece):
                    field = _FIELDS.get(str(found["entity_group"]).lower())
                    name = " ".join(piece[found["start"] : found["end"]].split()).strip(" .,;")
                    if field and len(name) > 1 and found["score"] >= _ENTITY_LEAST:
                        counts.setdefault(field, Counter())[name] += 1
        return {
            field: SEPARATOR.join(name for name, _ in names.most_common(_MOST_ENTITIES))
            for field, names in counts.items()
        }

    @cached_property
    def _pipeline(self) -> Any:
        from transformers import pipeline

        return pipeline("token-classification", model=self.model, aggregation_strategy="simple", device="cpu")


_LOCK = Lock()  # files are read side by side; a pipeline is used by one thread at a time


def _beginning(document: Document, characters: int) -> str:
    """The title and as much of the text as is looked at."""
    text = document.title
    for block in document.blocks:
        if len(text) >= characters:
            break
        text += f"\n{block.text}"
    return text[:characters].strip()


def _pieces(text: str) -> list[str]:
    """The text in pieces that a model's window holds, cut between lines where it has any."""
    pieces: list[str] = [""]
    for line in text.splitlines():
        for start in range(0, len(line), _PIECE_CHARACTERS):
            part = line[start : start + _PIECE_CHARACTERS]
            if len(pieces[-1]) + len(part) > _PIECE_CHARACTERS:
                pieces.append("")
            pieces[-1] += f"{part}\n"
    return [piece for piece in pieces if piece.strip()]
