"""`python -m benchmarks fuzz ZOO [--limit N] [--seconds S] [--state DIR]`: N mutants of each file, or S seconds.

A finding is a mutant on which the loaders raise anything but a LoadError, crash their process, give no sign of life for
`HANG_S` seconds of processor time (the app ends a parser by a like rule), run out of memory, pass `PEAK_LIMIT_MB` or
give text that cannot be stored. Its bytes are kept. What was done with each file stands in the state folder: a run that
was ended goes on from there, and several may share one.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import select
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fuzz.mutants import mutant

HANG_S = 20.0
PEAK_LIMIT_MB = 1500
_WALL_LIMIT_S = 1200.0  # LibreOffice is waited for without processor time, and a machine may be paused
_GROWN_MB = 900  # a process that has become so large is started anew
_DEFAULT_COUNT = 20
_ROUNDS = 8  # each file gets its share early
_SIGN_OF_LIFE = b"null\n"
_ROOT = Path(__file__).resolve().parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Told:
    """What became of the mutants of one file so far."""

    mutants: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_seed: str = ""
    peak_mb: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    findings: list[str] = field(default_factory=list[str])

    def add(self, seed: str, reply: dict[str, object]) -> None:
        outcome, seconds = str(reply["outcome"]), float(str(reply["seconds"]))
        self.mutants += 1
        self.seconds += seconds
        if seconds > self.slowest:
            self.slowest, self.slowest_seed = seconds, seed
        self.peak_mb = max(self.peak_mb, int(str(reply["peak_mb"])))
        self.outcomes[outcome] += 1
        if outcome.startswith("bug"):
            self.findings.append(f"{seed} {outcome}")


class _Target:
    """The process that is fuzzed, started again when it has crashed or hangs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, path: Path, seed: str) -> dict[str, object]:
        process = self._running()
        assert process.stdin
        process.stdin.write(json.dumps({"path": str(path), "seed": seed, "name": path.name}).encode() + b"\n")
        line = self._reply(process)
        if not line:
            hangs = process.poll() is None
            self.close()
            outcome = f"bug: longer than {HANG_S:.0f} s" if hangs else f"bug: crash ({process.returncode})"
            return {"outcome": outcome, "seconds": HANG_S if hangs else 0, "peak_mb": 0}
        reply = json.loads(line)
        if reply["peak_mb"] > PEAK_LIMIT_MB and not reply["outcome"].startswith("bug"):
            reply["outcome"] = f"bug: {reply['peak_mb']} MB"
        if reply["peak_mb"] > _GROWN_MB:
            self.close()
        return reply

    def _reply(self, process: subprocess.Popen[bytes]) -> bytes:
        """Its line; nothing where it has crashed or hangs."""
        assert process.stdout
        begun, used = time.monotonic(), _processor_s(process.pid)
        while time.monotonic() - begun < _WALL_LIMIT_S:
            if not select.select([process.stdout], [], [], 1.0)[0]:
                if _processor_s(process.pid) - used > HANG_S:
                    return b""
            elif (line := process.stdout.readline()) != _SIGN_OF_LIFE:
                if not line:
                    process.wait()
                return line
            else:
                begun, used = time.monotonic(), _processor_s(process.pid)
        return b""

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-m", "benchmarks.fuzz.target"]
            pipe = subprocess.PIPE
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
            self._process = subprocess.Popen(
                command, cwd=_ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment, bufsize=0
            )
        return self._process

    def close(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def run(
    zoo: Path, limit: int | None = None, seed: int = 0, workers: int = 1, seconds: float = 0, state: Path | None = None
) -> list[dict[str, object]]:
    """A row per file of the zoo, and one of all."""
    state = state or Path("findings")
    (state / "kept").mkdir(parents=True, exist_ok=True)
    paths = sorted(path for path in zoo.rglob("*") if path.is_file() and path.suffix and path.parent != zoo)
    with ThreadPoolExecutor(workers) as pool:
        for done in [
            pool.submit(_work, paths[n:] + paths[:n], limit or _DEFAULT_COUNT, seed, seconds, state)
            for n in range(0, len(paths), -(-len(paths) // workers))
        ]:
            done.result()
    return _rows(paths, state)


def _work(paths: Sequence[Path], count: int, seed: int, seconds: float, state: Path) -> None:
    target = _Target()
    for turn in range(1, _ROUNDS + 1):
        for path in paths:
            with _claimed(path, state) as told:
                if told:
                    _fuzz(path, told, target, seed, count * turn // _ROUNDS, seconds * turn / _ROUNDS, state)
    target.close()


def _fuzz(path: Path, told: Told, target: _Target, seed: int, count: int, seconds: float, state: Path) -> None:
    while told.mutants < count and not (seconds and told.seconds > seconds):
        key = f"{seed}/{path.name}/{told.mutants}"
        reply = target.ask(path, key)
        told.add(key, reply)
        if str(reply["outcome"]).startswith("bug"):
            name = re.sub(r"\W", "_", key) + path.suffix
            (state / "kept" / name).write_bytes(mutant(path.read_bytes(), key))
            print(json.dumps({"seed": key, "outcome": reply["outcome"]}), file=sys.stderr, flush=True)


@contextmanager
def _claimed(path: Path, state: Path) -> Iterator[Told | None]:
    """What was done with this file so far, written when done with; nothing where another worker is at it."""
    record = _record(path, state)
    with record.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        told = _told(record)
        try:
            yield told
        finally:
            record.write_text(json.dumps(vars(told)))


def _record(path: Path, state: Path) -> Path:
    return state / f"{path.parent.name}__{path.name}.json"


def _told(record: Path) -> Told:
    if not record.exists():
        return Told()
    known = json.loads(record.read_text())
    return Told(**{**known, "outcomes": Counter(known["outcomes"])})


def _rows(paths: Sequence[Path], state: Path) -> list[dict[str, object]]:
    told = [(f"{path.parent.name}/{path.name}", _told(_record(path, state))) for path in paths]
    rows = [_row(name, [each]) for name, each in told]
    counts = [each.mutants for _, each in told]
    middle = f"all (least {min(counts)}, median {statistics.median(counts):.0f} a file)"
    return [*rows, _row(middle, [each for _, each in told])]


def _row(name: str, told: Sequence[Told]) -> dict[str, object]:
    outcomes = sum((each.outcomes for each in told), Counter[str]())
    read, findings = outcomes["read"], sum(len(each.findings) for each in told)
    total = sum(each.mutants for each in told)
    return {
        "file": name,
        "mutants": total,
        "read": read,
        "refused with a clear error": total - read - findings,
        "by an unforeseen exception": sum(n for outcome, n in outcomes.items() if "failed (" in outcome),
        "findings": findings,
        "slowest, processor s": round(max(each.slowest for each in told), 1),
        "peak MB": max(each.peak_mb for each in told),
    }
