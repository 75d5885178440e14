"""Checks a sentence against its passages with all that there is: its words, vectors, a model for inference."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.citations.entailment import NliModel
from rag.citations.verification import Verdict, verify
from rag.embedders._switching import pinned
from rag.errors import ModelUnavailable
from rag.protocols import Embedder
from rag.text.languages import detect_language, sentences

NEAR = 0.6
"""Least cosine with a sentence of the passages that makes up for other words than theirs: a retold sentence."""
SURE = 0.5
"""Least probability with which the model for inference decides."""
_MAX_CHARACTERS = 1000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Words first (`rag.citations.verification`): what they find of numbers, names and negations stands.

    Where a sentence only has other words than its passages, its vector may show that it says the same, if the
    `embedder` knows the language and is not being made. A model for inference (`nli`, optional) may show it too, or
    that a passage contradicts a sentence which the words let pass; where it cannot be used, the rest decides.
    """

    embedder: Embedder
    nli: NliModel | None = None

    def verify(self, sentence: str, passages: Sequence[str]) -> Verdict:
        """The verdict on one sentence."""
        verdict = verify(sentence, passages)
        if verdict.problem not in ("", "words") or not passages:
            return verdict
        if verdict.problem and self._near(sentence, passages):
            verdict = replace(verdict, problem="")
        return self._inferred(sentence, passages, verdict) if self.nli else verdict

    def _near(self, sentence: str, passages: Sequence[str]) -> bool:
        if self.embedder.is_being_made or not self.embedder.covers(detect_language(sentence)):
            return False
        embedder = pinned(self.embedder)
        texts = [passage[start:end] for passage in passages for start, end in sentences(passage)]
        cosines = embedder.embed_passages(texts) @ embedder.embed_query(sentence)
        return float(cosines.max(initial=0.0)) >= NEAR

    def _inferred(self, sentence: str, passages: Sequence[str], verdict: Verdict) -> Verdict:
        assert self.nli is not None
        try:
            judged = self.nli.judge([(passage, sentence[:_MAX_CHARACTERS]) for passage in passages])
        except ModelUnavailable as error:
            _log.warning("Citations are checked without inference: %s", error)
            return verdict
        if any(one.entailed >= SURE for one in judged):
            return replace(verdict, problem="")
        if not verdict.problem and any(one.contradicted >= SURE for one in judged):
            return replace(verdict, problem="contradiction")
        return verdict
