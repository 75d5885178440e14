"""The process that is fuzzed: `python -m benchmarks.fuzz.target`.

Reads lines of JSON `{"path", "seed", "name"}`, loads the mutant and answers with a line of JSON `{"outcome", "seconds",
"rss_mb"}`, before which `null` stands for each sign of life. `outcome` is "read", the code of a LoadError, or "bug: …"
for any other exception and for memory that ran out. A crash of the process, and a hang, are seen by the parent.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import time
import warnings
from functools import lru_cache
from pathlib import Path

from benchmarks.fuzz.mutations import mutant
from loaders import LoadError, _pulse, load

MEMORY_LIMIT = 4 << 30  # of address space: what a parser asks for, not what it touches


@lru_cache(maxsize=2)
def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def main() -> None:
    """Serves requests until the input ends."""
    faulthandler.enable()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    replies, sys.stdout = sys.stdout, sys.stderr
    _pulse.listen(lambda *_: print("null", file=replies, flush=True))
    for line in sys.stdin:
        request = json.loads(line)
        data = mutant(_bytes(request["path"]), request["seed"]) if request["seed"] else _bytes(request["path"])
        start = time.perf_counter()
        outcome = _outcome(data, request["name"])
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        reply = {"outcome": outcome, "seconds": time.perf_counter() - start, "rss_mb": rss}
        print(json.dumps(reply), file=replies, flush=True)


def _outcome(data: bytes, name: str) -> str:
    try:
        document = load(data, name)
        sum(len(block.text) for block in document.blocks)
    except LoadError as error:
        if "MemoryError" in error.message:
            return f"bug: {error.message}"
        return f"{error.code}: {error.message}" if "failed (" in error.message else error.code
    except BaseException as error:  # noqa: BLE001 - exactly what must not come
        return f"bug: {type(error).__name__}: {error}"[:300]
    return "read"


if __name__ == "__main__":
    main()
