"""A chat model that says given things, and documents to work on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event as Flag
from typing import Any

import pytest

from rag import KnowledgeBase
from rag.chains.face import Chains
from rag.chat.chat_models import EXTRACTIVE
from rag.types import Message

GUIDE = """# Harbour Library

The Harbour Library opens at nine in the morning and closes at eight in the evening.
Members may borrow ten books for three weeks.
Dogs are not allowed inside the building.

## Prices

A lost card costs 5 euros.
Colour prints cost 50 cents per page.

## Rooms

The reading room has 40 seats.
Meeting rooms can be booked 60 days ahead by telephone.
"""
GUIDE_JA = """# 港町図書館

港町図書館は午前9時に開館し、午後8時に閉館します。
会員は10冊まで3週間借りられます。
建物に犬は入れません。

## 料金

カードの再発行手数料は500円です。

## 部屋

閲覧室には40席があります。
会議室は60日前から電話で予約できます。
"""


class Says:
    """A chat model whose words a function of the prompt gives; keeps the prompts, and how many were open at once."""

    name = "says"

    def __init__(self, reply: Callable[[str], str] | Sequence[str], window: int = 4096) -> None:
        replies = None if callable(reply) else iter(reply)
        self._reply = reply if callable(reply) else lambda _: next(replies)  # type: ignore[arg-type]
        self.context_tokens = window
        self.prompts: list[str] = []
        self._lock = threading.Lock()

    def count_tokens(self, text: str) -> int:
        return len(text) // 4 + 1

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: Flag) -> Iterator[str]:
        with self._lock:
            self.prompts.append(messages[-1].content)
            said = self._reply(messages[-1].content)
        for word in said.split(" "):
            if stop.is_set():
                return
            yield word + " "


@dataclass(frozen=True)
class OneModel:
    """A choice of one chat model."""

    model: Says

    def get(self, name: str = "") -> Says | None:
        return None if name == EXTRACTIVE else self.model


@pytest.fixture
def guide(kb: KnowledgeBase) -> str:
    return kb.add(GUIDE.encode(), "guide.md").document_id or ""


@pytest.fixture
def guide_ja(kb: KnowledgeBase) -> str:
    return kb.add(GUIDE_JA.encode(), "案内.md").document_id or ""


@pytest.fixture
def written_by(kb: KnowledgeBase) -> Callable[[Says], Chains]:
    """The chains of the knowledge base, with this chat model."""

    def make(model: Says) -> Chains:
        models: Any = OneModel(model)
        return Chains(kb.chains._workshop, replace(kb.chains._assistant, models=models), models)

    return make
