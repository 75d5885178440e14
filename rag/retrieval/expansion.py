"""A question widened by a chat model before the search: in other words, or by a passage that it imagines (HyDE)."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from threading import Event as Flag
from typing import Literal

from rag.chat.generation import Happened, generate
from rag.chat.prompt_templates import PromptTemplates
from rag.chat.prompts import break_tags
from rag.errors import InvalidSettings, ModelUnavailable, StoreError
from rag.protocols import ChatModel
from rag.text.languages import detect_language
from rag.types import AskOptions, Message

Expansion = Literal["none", "multi-query", "hyde"]
MOST_WORDINGS = 3
_LONGEST = 1000
_TOKENS = 160
_TEMPLATES = {"multi-query": "wordings", "hyde": "imagined"}
_BULLET = re.compile(r"^\s*(?:[-*•・]|\d+[.)．、])\s*")


def widened(
    question: str, options: AskOptions, how: Expansion, model: ChatModel, templates: PromptTemplates, stop: Flag
) -> Generator[Happened, None, AskOptions]:
    """The options with what the model adds to the search; as they are where it fails or adds nothing.

    The question's own words and vector are always searched too: what the model invents can only add candidates.
    """
    if how == "none":
        return options
    name = _TEMPLATES[how]
    try:
        text = templates.render(name, detect_language(question), question=break_tags(question.strip()))
    except (InvalidSettings, StoreError, ModelUnavailable):
        return options
    written = yield from generate(model, name, (Message("user", text),), _TOKENS, stop, aloud=False)
    if written.failed or stop.is_set():
        return options
    if how == "hyde":
        return replace(options, imagined=" ".join(written.text.split())[:_LONGEST])
    return replace(options, wordings=_wordings(written.text, question))


def _wordings(text: str, question: str) -> tuple[str, ...]:
    """One a line, without bullets and numbers; the question itself and repetitions left out."""
    lines = (_BULLET.sub("", line).strip().strip('"“”「」')[:_LONGEST] for line in text.splitlines())
    found = dict.fromkeys(line for line in lines if line and line.casefold() != question.strip().casefold())
    return tuple(found)[:MOST_WORDINGS]
