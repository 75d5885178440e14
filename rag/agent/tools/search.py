"""Searches the library."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from rag.agent._bench import Bench
from rag.settings import Settings

NAME = "search"
DESCRIPTION = {
    "en": "finds the passages of the user's documents that fit a query best, each under a number to cite",
    "ja": "利用者の文書から質問に合う文章を探す。各文章には引用のための番号が付く",
}
_NOTHING = "Nothing was found."


class Arguments(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")
    query: str = Field(min_length=1, max_length=500, description="what to look for")


def offered(settings: Settings) -> bool:
    """Always."""
    del settings
    return True


def run(arguments: Arguments, bench: Bench) -> str:
    """The passages, best first."""
    found = bench.retriever.search(arguments.query, replace(bench.options, before=()))
    bench.confidence = max(bench.confidence, found.confidence)
    return bench.shown(found.hits) or _NOTHING
