"""Questions that a chain asks of documents by itself: quoted answers, no model."""

from __future__ import annotations

from dataclasses import replace
from threading import Event as Flag

from rag.chains._workshop import Workshop
from rag.chat.chat_models import EXTRACTIVE
from rag.events import AnswerReady
from rag.types import Answer, AskOptions


def read_answer(shop: Workshop, question: str, options: AskOptions, stop: Flag) -> Answer | None:
    """What the documents themselves say to a question; None where they do not seem to answer it."""
    for event in shop.reader.stream(question, (), replace(options, model=EXTRACTIVE), stop):
        if isinstance(event, AnswerReady):
            return event.answer if event.answer.answered else None
    return None
