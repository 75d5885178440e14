"""The process that is fuzzed: `python -m benchmarks.fuzz.target`.

Reads lines of JSON `{"path", "seed", "name"}`, loads the mutant and answers with a line of JSON `{"outcome", "seconds",
"peak_mb"}`, before which `null` stands for each sign of life. `outcome` is "read", the code of a LoadError, or "bug: …"
for any other exception, for memory that ran out and for text that cannot be stored. Seconds are those of the processor,
so that a busy machine is not taken for a slow parser. A crash of the process, and a hang, are seen by the parent.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import pickle
import resource
import sys
import time
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fuzz.mutants import mutant
from loaders import Document, LoadError, _ocr, _pulse, load

if TYPE_CHECKING:
    from PIL import Image

MEMORY_LIMIT = 4 << 30  # of address space: what a parser asks for, not what it touches
_SMALL = 480  # pixels of a picture's longer side


def main() -> None:
    """Serves requests until the input ends."""
    faulthandler.enable()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    replies, sys.stdout = sys.stdout, sys.stderr
    _pulse.listen(lambda *_: print("null", file=replies, flush=True))
    _recognise_less()
    for line in sys.stdin:
        request = json.loads(line)
        data = mutant(_bytes(request["path"]), request["seed"])
        _forget_peak()
        start = _processor_time()
        outcome = _outcome(data, request["name"])
        reply = {"outcome": outcome, "seconds": _processor_time() - start, "peak_mb": _peak_mb()}
        print(json.dumps(reply), file=replies, flush=True)


@lru_cache(maxsize=2)
def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def _outcome(data: bytes, name: str) -> str:
    try:
        _store(load(data, name))
    except LoadError as error:
        if "MemoryError" in error.message:
            return f"bug: {error.message}"
        return f"{error.code}: {error.message}" if "failed (" in error.message else error.code
    except BaseException as error:  # noqa: BLE001 - exactly what must not come
        return f"bug: {type(error).__name__}: {error}"[:300]
    return "read"


def _store(document: Document) -> None:
    """What is done with every document: it goes to another process and into a database, in UTF-8."""
    pickle.dumps(document, protocol=5, buffer_callback=lambda _: None)
    for block in document.blocks:
        block.text.encode()
    for text in (document.title, document.name, *document.metadata, *document.metadata.values()):
        text.encode()
    for child in document.children:
        child.name.encode()
        if child.document:
            _store(child.document)


def _recognise_less() -> None:
    """A picture is recognised once, and of the broken ones one in twenty; the others get the lines of the last.

    What is fuzzed is what leads to the network and what is made of its lines, not the network: it takes seconds.
    """
    recognise = _ocr.recognise
    known: dict[bytes, list[_ocr.Line]] = {}
    last: list[_ocr.Line] = []

    def once(image: Image.Image) -> list[_ocr.Line]:
        nonlocal last
        small = image.convert("RGB")
        small.thumbnail((_SMALL, _SMALL))
        key = hashlib.blake2b(repr(small.size).encode() + small.tobytes()).digest()
        if key not in known:
            if last and key[0] % 20:
                return last
            known[key] = recognise(small)
        last = known[key] or last
        return known[key]

    _ocr.recognise = once


def _processor_time() -> float:
    """Seconds of this process and of those that it waited for (LibreOffice)."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    main()
