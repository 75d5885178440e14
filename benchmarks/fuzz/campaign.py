"""`python -m benchmarks fuzz ZOO [--limit N]`: N mutants of every file; findings are kept as files.

A finding is a mutant on which the loaders raise anything but a LoadError, crash their process, give no sign of life for
`TIMEOUT_S` (the app ends a parser by the same rule), run out of memory or pass `RSS_LIMIT_MB`.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.fuzz.mutations import mutant

TIMEOUT_S = 20.0
RSS_LIMIT_MB = 1500
_DEFAULT_COUNT = 20
_SIGN_OF_LIFE = b"null\n"
_ROOT = Path(__file__).resolve().parents[2]


class _Target:
    """The process that is fuzzed, started again when it has crashed or hangs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, path: Path, seed: str, name: str) -> dict[str, object]:
        process = self._running()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps({"path": str(path), "seed": seed, "name": name}).encode() + b"\n")
        process.stdin.flush()
        hangs, line = False, _SIGN_OF_LIFE
        while line == _SIGN_OF_LIFE:
            hangs = not select.select([process.stdout], [], [], TIMEOUT_S)[0]
            line = b"" if hangs else process.stdout.readline()
        if line:
            reply = json.loads(line)
            if reply["rss_mb"] > RSS_LIMIT_MB:
                self.close()
                if not reply["outcome"].startswith("bug"):
                    reply["outcome"] = f"bug: {reply['rss_mb']} MB"
            return reply
        self.close()
        return {"outcome": f"bug: longer than {TIMEOUT_S:.0f} s" if hangs else "bug: crash", "seconds": TIMEOUT_S}

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
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


def run(zoo: Path, limit: int | None = None, seed: int = 0, workers: int = 1) -> list[dict[str, object]]:
    """A row per folder of the zoo; each finding's bytes go to the folder `findings` here, its reason to the errors."""
    paths = sorted(path for path in zoo.rglob("*") if path.is_file() and path.suffix and path.parent != zoo)
    jobs = [paths[n::workers] for n in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        found = [
            result
            for part in pool.map(lambda job: list(_fuzz(job, limit or _DEFAULT_COUNT, seed)), jobs)
            for result in part
        ]
    folders = sorted({path.parent.name for path, _ in found})
    return [_row(folder, [reply for path, reply in found if path.parent.name == folder]) for folder in folders]


def _fuzz(paths: list[Path], count: int, seed: int) -> Iterator[tuple[Path, dict[str, object]]]:
    target = _Target()
    for path in paths:
        # Large files cost seconds each: fewer of them.
        for n in range(max(count // (1 + path.stat().st_size // 400_000), 2)):
            key = f"{seed}/{path.name}/{n}"
            reply = target.ask(path, key, path.name)
            if str(reply["outcome"]).startswith("bug"):
                _keep(path, key, str(reply["outcome"]))
            yield path, reply
    target.close()


def _keep(path: Path, key: str, outcome: str) -> None:
    folder = Path("findings")
    folder.mkdir(exist_ok=True)
    name = re.sub(r"\W", "_", key) + path.suffix
    (folder / name).write_bytes(mutant(path.read_bytes(), key))
    print(json.dumps({"file": str(path), "seed": key, "outcome": outcome, "kept": name}), file=sys.stderr, flush=True)


def _row(folder: str, replies: list[dict[str, object]]) -> dict[str, object]:
    outcomes = Counter(str(reply["outcome"]).split(":")[0] for reply in replies)
    seconds = sorted(float(str(reply["seconds"])) for reply in replies)
    return {
        "format": folder,
        "mutants": len(replies),
        "read": outcomes["read"],
        "clear error": sum(outcomes.values()) - outcomes["read"] - outcomes["bug"],
        "by an unforeseen exception": sum("failed (" in str(reply["outcome"]) for reply in replies),
        "findings": outcomes["bug"],
        "slowest s": round(seconds[-1], 1),
    }
