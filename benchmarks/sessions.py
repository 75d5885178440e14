"""Many visitors at once: each asks, opens the source, looks into the Library and comes back."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from benchmarks.streamlit_session import Session
from evals.metrics import percentile
from rag import KnowledgeBase, Settings
from tests.browser.app_process import running_app
from ui.language import words_of

_EXAMPLES = ("first", "second", "third", "fourth")
QUESTIONS = tuple(words_of(language)(f"examples.{number}") for number in _EXAMPLES for language in ("en", "ja"))
"""Those that the app proposes for its sample library."""
_PAUSES_S = (1.0, 5.0)
"""How long a person looks before the next click: between these, evenly."""

_ASKED = 4

Times = dict[str, list[float]]
Pauses = tuple[float, float]
T = TypeVar("T")


def run(sessions: int, seed: int) -> list[dict[str, object]]:
    """A row per kind of click, for one visitor alone and for so many at once on the sample library."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as folder:
        store = Path(folder) / "store"
        with KnowledgeBase.open(store, Settings()) as kb:
            kb.work_off()
        with running_app(store) as address:
            server = _server_of(address)
            asyncio.run(_visits(address, 1, seed, (0.0, 0.0)))  # loads the model, draws every page once
            rows = []
            for count in (1, sessions):
                before = sum(server.cpu_times()[:2])
                times, failures = asyncio.run(_visits(address, count, seed, _PAUSES_S))
                cpu = sum(server.cpu_times()[:2]) - before
                rows += _rows(count, times, failures, cpu, server.memory_info().rss)
    return rows


def _server_of(address: str) -> psutil.Process:
    port = int(address.rpartition(":")[2])
    children = psutil.Process().children(recursive=True)
    return next(one for one in children for held in one.net_connections() if held.laddr and held.laddr.port == port)


async def _visits(address: str, count: int, seed: int, pauses: Pauses) -> tuple[Times, list[str]]:
    times: Times = defaultdict(list)
    visitors = (_Visitor(random.Random(seed + n), pauses, times) for n in range(count))
    found = await asyncio.gather(*(visitor.visit(address) for visitor in visitors))
    return times, [failure for failures in found for failure in failures]


@dataclass(frozen=True)
class _Visitor:
    """A person with questions in an order of their own, who looks for a while before each click."""

    chance: random.Random
    pauses: Pauses
    times: Times

    async def visit(self, address: str) -> list[str]:
        """The whole visit; gives the failures that were seen."""
        url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
        async with connect(
            url, subprotocols=[Subprotocol("streamlit")], origin=Origin(address), max_size=None
        ) as socket:
            session = Session(socket)
            try:
                await self._clicks(session)
            except TimeoutError:
                session.failures.append("something never came")
            session.close()
            return session.failures

    async def _clicks(self, session: Session) -> None:
        await self._click("open the app", session.open())
        for question in self.chance.sample(QUESTIONS, _ASKED):
            turn = await self._click("ask", session.ask(question))
            await self._click("open a source", session.open_source(turn))
            await self._click("to the Library", session.open("library"))
            await self._click("back to Ask", session.open())

    async def _click(self, what: str, doing: Coroutine[Any, Any, T]) -> T:
        await asyncio.sleep(self.chance.uniform(*self.pauses))
        begun = time.perf_counter()
        result = await doing
        self.times[what].append(time.perf_counter() - begun)
        return result


def _rows(count: int, times: Times, failures: Sequence[str], cpu: float, memory: int) -> list[dict[str, object]]:
    clicks = sum(map(len, times.values()))
    shared = {"errors": len(failures), "CPU ms a click": round(1000 * cpu / clicks), "memory MB": round(memory / 1e6)}
    return [
        {
            "visitors": count,
            "click": what,
            "times": len(took),
            "p50 ms": round(1000 * percentile(took, 0.5)),
            "p95 ms": round(1000 * percentile(took, 0.95)),
            "slowest ms": round(1000 * max(took)),
            **shared,
        }
        for what, took in times.items()
    ]
