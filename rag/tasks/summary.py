"""Summaries by a sequence-to-sequence model (BART, T5, PEGASUS): it reads the text alone, without instructions."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from threading import Event as Flag

from rag.llms.huggingface import HuggingFaceChat
from rag.types import Message, TokensUsed

_FENCED = re.compile(r"<document>\n(.*?)\n</document>", re.DOTALL)
_PREFIX = "summarize: "  # what T5 was taught with; others read it as a word


class Seq2SeqSummary:
    """As a chat model for the chain of summaries: of each prompt only the fenced text goes to the model.

    A text cannot end its fence early: its tags were broken. Raises ModelUnavailable where the model cannot be used.
    """

    def __init__(self, model: str) -> None:
        self._model = HuggingFaceChat(model, temperature=0)
        self.name = model

    @property
    def context_tokens(self) -> int:
        """What the model reads, and beside it what it writes."""
        return self._model.context_tokens

    def count_tokens(self, text: str) -> int:
        """By the model's own tokenizer."""
        return self._model.count_tokens(text)

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Flag
    ) -> Generator[str, None, TokensUsed | None]:
        """The summary piece by piece."""
        text = "\n".join(_FENCED.findall(messages[-1].content)) or messages[-1].content
        return (yield from self._model.stream((Message("user", _PREFIX + text),), max_tokens, stop))
