"""One piece of writing by a chat model, as events: what it was sent, what it writes, what that took."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Event as Flag
from typing import TypeVar

from rag.chat.prompts import cost
from rag.errors import ModelUnavailable
from rag.events import ModelFailed, ModelFinished, PromptBuilt, PromptTruncated, TokenGenerated
from rag.llms import fewest_tokens
from rag.protocols import ChatModel
from rag.types import Message, TokensUsed

Happened = PromptBuilt | TokenGenerated | ModelFinished | PromptTruncated | ModelFailed
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Written:
    """What a chat model wrote; `failed` where it broke off, or never began."""

    text: str
    failed: bool = False


def tell_nobody(event: Happened) -> None:
    """For whom what happens is nothing."""
    del event


def at_once(steps: Generator[Happened, None, _Made], tell: Callable[[Happened], object] = tell_nobody) -> _Made:
    """What comes of `steps`, of which `tell` is told each event; raises ModelUnavailable where the model failed."""
    while True:
        try:
            event = next(steps)
        except StopIteration as end:
            return end.value
        tell(event)
        if isinstance(event, ModelFailed):
            raise ModelUnavailable(event.error["message"], event.error["hint"])


def generate(
    model: ChatModel,
    purpose: str,
    messages: Sequence[Message],
    answer_tokens: int,
    stop: Flag,
    *,
    aloud: bool = True,
) -> Generator[Happened, None, Written]:
    """Has the model write; `purpose` names the template that the messages come from.

    `aloud`: each piece is an event, for what is written is the answer itself. Nothing is raised for a model that
    fails: that is the event ModelFailed, and what was written until then is given. Closing it ends the generation.
    """
    text, used, id_ = "", None, uuid.uuid4().hex
    try:
        tokens, window = cost(messages, model), model.context_tokens
        yield PromptBuilt(purpose, model.name, tuple(messages), tokens, answer_tokens, window, prompt_id=id_)
        with closing(model.stream(messages, answer_tokens, stop)) as pieces:
            while True:
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    used = end.value
                    break
                text += piece
                if aloud:
                    yield TokenGenerated(piece)
    except ModelUnavailable as error:
        yield ModelFailed(error.as_dict(), prompt_id=id_)
        return Written(text, failed=True)
    counted = used or TokensUsed(tokens, model.count_tokens(text))
    yield ModelFinished(purpose, model.name, counted.prompt, counted.answer, used is not None, prompt_id=id_)
    if used and 0 < used.prompt < fewest_tokens(messages):
        yield PromptTruncated(model.name, tokens, used.prompt)
    return Written(text)
