"""What happens while a question is answered, in order: one iterator of these serves every door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.types import Answer, Retrieved


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage begins; `passages` is how many it reads."""

    stage: Literal["searching", "reading", "writing"]
    passages: int = 0


@dataclass(frozen=True, slots=True)
class PassagesRetrieved:
    """The search is over."""

    retrieved: Retrieved


@dataclass(frozen=True, slots=True)
class TokenGenerated:
    """A piece of the answer's text, to be shown as it comes (citation marks not yet resolved)."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """The chat model failed; what was written stays and the extractive answer follows."""

    error: dict[str, str]


@dataclass(frozen=True, slots=True)
class AnswerReady:
    """The whole answer with its citations; always the last event."""

    answer: Answer


Event = StageStarted | PassagesRetrieved | TokenGenerated | ModelFailed | AnswerReady
