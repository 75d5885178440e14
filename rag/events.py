"""What happens while a question is answered, in order: one iterator of these serves every door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rag.types import Answer, Message, Retrieved


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """What every event knows of its run: which one, and how long after its start (written by `rag.telemetry.runs`)."""

    run_id: str = field(default="", compare=False)
    at_ms: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPrompt(Stamped):
    """What tells of one prompt of a run: `prompt_id` says of which, where several may be written side by side."""

    prompt_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class RunStarted(Stamped):
    """A run begins: `kind` says of what ("ask", "summarise", …), `about` is the question or what it is done to."""

    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class StageStarted(Stamped):
    """A stage begins; `passages` is how many it reads."""

    stage: Literal["searching", "reading", "writing"]
    passages: int = 0


@dataclass(frozen=True, slots=True)
class PassagesRetrieved(Stamped):
    """The search is over."""

    retrieved: Retrieved


@dataclass(frozen=True, slots=True)
class HistorySummarised(Stamped):
    """A summary now stands for the first `covered` messages of the history (and for the summary before them)."""

    summary: str
    covered: int


@dataclass(frozen=True, slots=True)
class PromptBuilt(OfPrompt):
    """A chat model is about to be sent `messages`, made by the template `purpose`: `tokens` (an upper estimate)
    of its `window`, with room for `answer_tokens`."""

    purpose: str
    model: str
    messages: tuple[Message, ...] = field(repr=False)
    tokens: int
    answer_tokens: int
    window: int


@dataclass(frozen=True, slots=True)
class TokenGenerated(Stamped):
    """A piece of the answer's text, to be shown as it comes (citation marks not yet resolved)."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelFinished(OfPrompt):
    """A chat model has written what `PromptBuilt` asked for.

    Tokens are those that a server counted (`reported`), else our estimate of what was sent and written.
    """

    purpose: str
    model: str
    prompt_tokens: int
    answer_tokens: int
    reported: bool


@dataclass(frozen=True, slots=True)
class PromptTruncated(Stamped):
    """The server has silently left out part of the prompt: it read `read` of about `sent` tokens."""

    model: str
    sent: int
    read: int


@dataclass(frozen=True, slots=True)
class ModelFailed(OfPrompt):
    """The chat model failed; what was written stays and the extractive answer follows."""

    error: dict[str, str]


@dataclass(frozen=True, slots=True)
class ToolCalled(Stamped):
    """An agent calls a tool; `arguments` are as the model gave them, `thought` is what it said before."""

    call_id: str
    name: str
    arguments: str
    thought: str = ""


@dataclass(frozen=True, slots=True)
class ToolReturned(Stamped):
    """What the tool gave, or with `failed` what went wrong."""

    call_id: str
    name: str
    result: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class RunEnded(Stamped):
    """The work of a run is over, after `took_ms`; the tokens are those of all its prompts. Its result follows."""

    took_ms: float
    prompt_tokens: int
    answer_tokens: int


@dataclass(frozen=True, slots=True)
class RunFailed(Stamped):
    """The run ends with this error, which is raised right after."""

    error: dict[str, str]


@dataclass(frozen=True, slots=True)
class AnswerReady(Stamped):
    """The whole answer with its citations; always the last event."""

    answer: Answer


Event = (
    RunStarted
    | StageStarted
    | PassagesRetrieved
    | HistorySummarised
    | PromptBuilt
    | TokenGenerated
    | ModelFinished
    | PromptTruncated
    | ModelFailed
    | ToolCalled
    | ToolReturned
    | RunEnded
    | RunFailed
    | AnswerReady
)
