"""`kill -9` at random moments of every kind of work on a store; after each, nothing acknowledged may be lost."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import NamedTuple

from benchmarks.kill_rounds import Expected, Round, Step, Version, look, make_old_store, work
from rag.storage.database import MIGRATIONS

KINDS = ("ingest", "jobs", "delete", "reindex", "rollback", "index snapshot", "backup", "upgrade", "restore")
_NAMES = 12
_LONGEST_S = 1800  # work that takes longer has hung; a machine may pause it
_LATER = 1.1
"""After a kill the next one may come so many times later: the last moments of the work are to have their share."""
_CONTEXT = multiprocessing.get_context("forkserver")


class Moment(NamedTuple):
    """When to kill: so long after this step has begun."""

    step: Step
    seconds: float


class Outcome(NamedTuple):
    """What one process told before it ended; `seconds` that each finished step took; whether it was killed."""

    begun: list[Step]
    done: list[Step]
    seconds: dict[Step, float]
    killed: bool

    @property
    def cut_off(self) -> bool:
        """Whether it was killed in the middle of a step."""
        return self.killed and self.begun != self.done


class Trial:
    """A store under test, what is known of it from what was acknowledged, and random work on it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._store = folder / "store"
        self._backup = folder / "backup.zip"
        self._random = random.Random(seed)
        self._expected = Expected()
        self._newest = Counter[str]()
        self._chunk_tokens = 200
        self._seconds: dict[tuple[str, str], float] = {}

    def run(self, kind: str) -> tuple[bool, list[str]]:
        """Kills work of this kind at some moment; gives whether that cut a step off, and all that is wrong after."""
        what = self._prepared(kind)
        moment = self._moment(kind, what)
        outcome = _run(what, moment)
        for step, seconds in outcome.seconds.items():
            self._seconds[kind, step.act] = seconds
        if moment and outcome.cut_off:
            self._seconds[kind, moment.step.act] *= _LATER
        return outcome.cut_off, self._look_after(kind, what, outcome)

    def _moment(self, kind: str, what: Round) -> Moment | None:
        """In one of the steps, each act as likely as the others; None where it is not known how long that takes."""
        steps = [Step("open")] if kind == "upgrade" else what.steps[-1:] if kind == "index snapshot" else what.steps
        act = self._random.choice(sorted({step.act for step in steps})) if steps else ""
        known = self._seconds.get((kind, act))
        if known is None:
            return None
        chosen = self._random.choice([step for step in steps if step.act == act])
        return Moment(chosen, self._random.uniform(0, known))

    def _look_after(self, kind: str, what: Round, outcome: Outcome) -> list[str]:
        if kind == "restore" and not (what.store / "catalog.sqlite").exists():
            _run(what, None)
        for step in outcome.begun:
            self._note(step, step in outcome.done)
        wrong, found = _look(what, self._expected)
        if wrong == ["cut off"]:
            _run(what, None)
            wrong, found = _look(what, self._expected)
        for name in self._expected.versions:
            self._expected.versions[name] = {found.get(name)}
        return wrong

    def _note(self, step: Step, done: bool) -> None:
        if step.act in ("add", "submit", "remove"):
            after: Version = None if step.act == "remove" else step.version
            before = self._expected.versions[step.name]
            self._expected.versions[step.name] = {after} if done else before | {after}

    def _prepared(self, kind: str) -> Round:
        """What this kind of work does next, on the store or on one made of it."""
        if kind == "upgrade":
            self._whole(Step("drop old"))  # earlier schemas knew of no previous index
            migrations = MIGRATIONS[: self._random.randrange(1, len(MIGRATIONS))]
            make_old_store(self._store, self._folder / "old", migrations)
            return Round(self._folder / "old", self._chunk_tokens, (Step("embed"),))
        if kind == "restore":
            self._whole(Step("back up", str(self._backup)))
            shutil.rmtree(self._folder / "restored", ignore_errors=True)
            return Round(self._folder / "restored", self._chunk_tokens, (Step("restore", str(self._backup)),))
        if kind == "reindex":
            self._chunk_tokens = self._random.choice([n for n in (48, 64, 128, 200) if n != self._chunk_tokens])
        return Round(self._store, self._chunk_tokens, tuple(self._steps(kind)))

    def _steps(self, kind: str) -> list[Step]:
        chance = self._random.random()
        if kind == "ingest":
            return [*(Step("add", *new) for new in self._new_versions()), Step("embed")]
        if kind == "jobs":
            return [*(Step("submit", *new) for new in self._new_versions()), Step("work off")]
        if kind == "delete":
            here = [name for name, versions in self._expected.versions.items() if versions != {None}]
            return [Step("remove", name) for name in self._random.sample(here, min(4, len(here)))]
        if kind == "reindex":
            return [Step("reindex")] if chance < 0.5 else [Step("submit reindex"), Step("work off")]
        if kind == "rollback":
            return [Step("roll back"), Step("drop old")] if chance < 0.3 else [Step("roll back")]
        if kind == "index snapshot":
            new = (Step("add", *new) for new in self._new_versions())
            return [*new, Step("embed unsealed"), Step("rebuild" if chance < 0.3 else "seal")]
        return [Step("back up", str(self._backup))]

    def _new_versions(self) -> list[tuple[str, int]]:
        """Some documents, each in a version that never was: new ones, and some that replace another."""
        chosen = self._random.sample(range(_NAMES), 5)
        names = [f"note{number:02}.md" for number in chosen]
        self._newest.update(names)
        for name in names:
            self._expected.versions.setdefault(name, {None})
        return [(name, self._newest[name]) for name in names]

    def _whole(self, step: Step) -> None:
        _run(Round(self._store, self._chunk_tokens, (step,)), None)


def _run(what: Round, moment: Moment | None) -> Outcome:
    """Lets a process do it, and kills that one at this moment; None: lets it end."""
    outcome = Outcome([], [], {}, killed=False)
    begun_at = dict[Step, float]()
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=work, args=(what, there))
    process.start()
    there.close()
    while True:
        left = _LONGEST_S
        if moment and moment.step in begun_at:
            left = begun_at[moment.step] + moment.seconds - time.perf_counter()
        if not wait([here], max(0.0, left)):
            if moment is None:
                raise AssertionError(f"{what} has hung")
            process.kill()  # what it told before is still read
            process.join()
            moment = None
        try:
            state, step = here.recv()
        except EOFError:
            break
        if state == "begin":
            outcome.begun.append(step)
            begun_at[step] = time.perf_counter()
        else:
            outcome.done.append(step)
            outcome.seconds[step] = time.perf_counter() - begun_at[step]
    process.join()
    if process.exitcode not in (0, -9):
        raise AssertionError(f"{what} has ended with {process.exitcode}")
    return outcome._replace(killed=process.exitcode == -9)


def _look(what: Round, expected: Expected) -> tuple[list[str], Mapping[str, int]]:
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=look, args=(what, expected, there))
    process.start()
    there.close()
    told = _received(here)
    process.join()
    return told if told else ([f"the store does not open or answer after {what}"], {})


def _received(here: Connection) -> tuple[list[str], Mapping[str, int]] | None:
    try:
        return here.recv() if here.poll(_LONGEST_S) else None
    except EOFError:
        return None


def run(folder: Path, rounds: int, seed: int = 0) -> list[dict[str, object]]:
    """Cuts work off that often, each kind as often as the others, on one store in this folder; raises on a loss."""
    _CONTEXT.set_forkserver_preload(["benchmarks.kill_preload"])
    shutil.rmtree(folder / "store", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    trial, cut, others, number = Trial(folder, seed), Counter[str](), Counter[str](), 0
    while cut.total() < rounds:
        kind = min(KINDS, key=lambda kind: (cut[kind], others[kind]))
        number += 1
        in_the_middle, wrong = trial.run(kind)
        (cut if in_the_middle else others)[kind] += 1
        if wrong:
            raise AssertionError(f"round {number} ({kind}): " + "; ".join(wrong[:10]))
        print(f"\r{cut.total()} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows = [(kind, cut[kind], others[kind]) for kind in KINDS]
    rows.append(("all", cut.total(), others.total()))
    return [{"Work": w, "Killed in the middle": c, "Between steps or later": o, "Lost or half": 0} for w, c, o in rows]
