"""Few-shot examples: questions with their answers as the admin wants them, the most similar shown to the model."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from rag.chat.budget import most
from rag.embedders._switching import pinned
from rag.errors import InvalidPrompt, ModelUnavailable, StoreError, refused_by_disk
from rag.protocols import Embedder
from rag.storage.durable import write_durably
from rag.text.languages import analyze
from rag.types import Example

MOST_EXAMPLES = 200
LONGEST_QUESTION, LONGEST_ANSWER = 500, 2000
"""Characters."""

_log = logging.getLogger(__name__)


class Examples:
    """The examples in a file of the store, one JSON object a line; none where there is no file."""

    def __init__(self, file: Path, embedder: Embedder) -> None:
        self._file = file
        self._embedder = embedder
        self._vectors: dict[tuple[str, str], np.ndarray] = {}
        self._lock = Lock()

    def all(self) -> list[Example]:
        """All of them, in their order; raises StoreError where the file cannot be read."""
        if not self._file.exists():
            return []
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
            return [Example(**json.loads(line)) for line in lines if line.strip()]
        except (OSError, ValueError, TypeError) as error:
            hint = "Correct or delete the file, or save the examples again on the Admin page."
            raise StoreError(f"The examples could not be read ({error}).", hint, str(self._file)) from error

    def save(self, examples: Sequence[Example]) -> None:
        """Uses these from the next question on, and no others; raises InvalidPrompt, StoreError."""
        if len(examples) > MOST_EXAMPLES:
            raise InvalidPrompt(f"There are more than {MOST_EXAMPLES} examples.")
        for number, example in enumerate(examples, 1):
            _check(number, example)
        keys = ("question", "answer", "language")
        lines = [json.dumps({key: getattr(one, key) for key in keys}, ensure_ascii=False) for one in examples]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_durably(self._file, "".join(line + "\n" for line in lines).encode())
        except OSError as error:
            raise refused_by_disk("The examples could not be written", error, self._file) from error

    def choose(
        self, question: str, language: str, count: int, fits: Callable[[Sequence[Example]], bool]
    ) -> list[Example]:
        """The `count` examples in this language that are most similar, best last, as many of the best as fit.

        By the embedder where it is made and knows the language, else by the words they share. Raises StoreError.
        """
        spoken = language.split("-")[0]
        known = [example for example in self.all() if example.language == spoken] if count else []
        if not known:
            return []
        likeness = self._likeness(question, [example.question for example in known], language)
        best = [known[place] for place in np.argsort(-likeness, kind="stable")[:count]]
        chosen = best[: most(len(best), lambda n: fits(best[:n]))]
        return chosen[::-1]

    def _likeness(self, question: str, others: Sequence[str], language: str) -> np.ndarray:
        if not self._embedder.is_being_made and self._embedder.covers(language):
            embedder = pinned(self._embedder)
            try:
                return self._embedded(embedder, others) @ embedder.embed_query(question)
            except ModelUnavailable as error:  # as the search does, go by words
                _log.warning("Examples are chosen by words: %s", error)
        words = set(analyze(question).words)
        shared = [(set(analyze(other).words), words) for other in others]
        return np.array([len(a & b) / max(1, len(a | b)) for a, b in shared])

    def _embedded(self, embedder: Embedder, texts: Sequence[str]) -> np.ndarray:
        """The texts' vectors; kept by model, which may be switched."""
        model = embedder.name
        with self._lock:
            new = [text for text in texts if (model, text) not in self._vectors]
            if new:
                made = embedder.embed_passages(new)
                self._vectors |= {(model, text): vector for text, vector in zip(new, made, strict=True)}
            return np.stack([self._vectors[model, text] for text in texts])


def _check(number: int, example: Example) -> None:
    if not example.question.strip() or not example.answer.strip():
        raise InvalidPrompt(f"Example {number} lacks its question or its answer.", "Fill it in, or delete the row.")
    if len(example.question) > LONGEST_QUESTION or len(example.answer) > LONGEST_ANSWER:
        limits = f"{LONGEST_QUESTION} characters for a question, {LONGEST_ANSWER:,} for an answer"
        raise InvalidPrompt(f"Example {number} is too long.", f"There is room for {limits}.")
    if example.language not in ("en", "ja"):
        raise InvalidPrompt(f"Example {number} has the language {example.language!r}.", "Write en or ja.")
