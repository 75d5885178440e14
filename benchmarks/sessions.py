"""Many visitors at once: each asks, opens the source, looks into the Library and comes back."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil
from websockets.asyncio.client import connect

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
T = TypeVar("T")


def run(sessions: int, seed: int) -> list[dict[str, object]]:
    """A row per kind of click, for one visitor alone and for so many at once on the sample library."""
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as folder:
        store = Path(folder) / "store"
        with KnowledgeBase.open(store, Settings()) as kb:
            kb.work_off()
        with running_app(store) as address:
            server = _server_of(address)
            asyncio.run(_visits(address, 1, seed))  # warm: the model is loaded, every page was drawn once
            rows = []
            for count in (1, sessions):
                before, begun = sum(server.cpu_times()[:2]), time.perf_counter()
                times, failures = asyncio.run(_visits(address, count, seed))
                cpu = (sum(server.cpu_times()[:2]) - before) / (time.perf_counter() - begun)
                rows += _rows(count, times, failures, cpu, server.memory_info().rss)
    return rows


def _server_of(address: str) -> psutil.Process:
    port = int(address.rpartition(":")[2])
    children = psutil.Process().children(recursive=True)
    return next(one for one in children for held in one.net_connections() if held.laddr and held.laddr.port == port)


async def _visits(address: str, count: int, seed: int) -> tuple[Times, list[str]]:
    times: Times = defaultdict(list)
    found = await asyncio.gather(*(_visit(address, random.Random(seed + n), times) for n in range(count)))
    return times, [failure for failures in found for failure in failures]


async def _visit(address: str, chance: random.Random, times: Times) -> list[str]:
    """One visitor's whole visit; the failures that were seen."""
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(url, subprotocols=["streamlit"], origin=address, max_size=None) as socket:  # pyright: ignore[reportArgumentType]
        session = Session(socket)
        try:
            await _clicks(session, chance, times)
        except TimeoutError:
            session.failures.append("something never came")
        session.close()
        return session.failures


async def _clicks(session: Session, chance: random.Random, times: Times) -> None:
    await _timed(times, "open the app", session.open())
    for question in chance.sample(QUESTIONS, _ASKED):
        await asyncio.sleep(chance.uniform(*_PAUSES_S))
        turn = await _timed(times, "ask", session.ask(question))
        await asyncio.sleep(chance.uniform(*_PAUSES_S))
        await _timed(times, "open a source", session.open_source(turn))
        await asyncio.sleep(chance.uniform(*_PAUSES_S))
        await _timed(times, "to the Library", session.open("library"))
        await asyncio.sleep(chance.uniform(*_PAUSES_S))
        await _timed(times, "back to Ask", session.open())


async def _timed(times: Times, what: str, doing: Coroutine[Any, Any, T]) -> T:
    begun = time.perf_counter()
    result = await doing
    times[what].append(time.perf_counter() - begun)
    return result


def _rows(count: int, times: Times, failures: Sequence[str], cpu: float, memory: int) -> list[dict[str, object]]:
    shared = {"errors": len(failures), "cores busy": f"{cpu:.2f}", "memory MB": f"{memory / 1e6:,.0f}"}
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
