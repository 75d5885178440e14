"""Files and addresses on their way into the library, in the caller's thread; in the app, jobs do this."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import loaders
from rag.errors import TenkyoError
from rag.ingest.knowledge import Library
from rag.protocols import Report
from rag.reports import Added, Progress

_ON_THE_WAY = 4


def add_one(
    library: Library, source: Path | str | bytes, name: str, collection: str, password: str | None, report: Report
) -> Added:
    """Reads and commits one file, or what stands at an address; raises nothing of ours."""
    return _outcome(name, lambda: _read(library, source, name, collection, password, report)())


def add_side_by_side(
    library: Library,
    workers: int,
    sources: Sequence[tuple[Path | str, str]],
    collection: str,
    password: str | None,
) -> Iterator[Added]:
    """Reads files, given with their names, and commits them in order; some more are on the way than can be parsed.

    Those wait for the disk: what many threads wait for together takes it no longer than what one does.
    """
    with ThreadPoolExecutor(workers + _ON_THE_WAY) as pool:
        reading = deque[tuple[str, Future[Callable[[], Added]]]]()
        for source, name in sources:
            if len(reading) > workers + _ON_THE_WAY:  # one more, so that none is idle while another is committed
                yield _committed(*reading.popleft())
            reading.append((name, pool.submit(_read, library, source, name, collection, password, _ignore)))
        while reading:
            yield _committed(*reading.popleft())


def _committed(name: str, reading: Future[Callable[[], Added]]) -> Added:
    return _outcome(name, lambda: reading.result()())


def _outcome(name: str, add: Callable[[], Added]) -> Added:
    try:
        return add()
    except TenkyoError as error:
        return Added(name, "failed", None, 0, error.as_dict())


def _read(
    library: Library, source: Path | str | bytes, name: str, collection: str, password: str | None, report: Report
) -> Callable[[], Added]:
    """Reads a file, or what stands at an address; what it gives commits it. Both raise TenkyoError."""
    if loaders.is_address(source):
        found = library.fetch(str(source), report)
        return library.read(found.data, found.name, collection, password, report, found.metadata)
    data = source if isinstance(source, bytes) else _content(library, Path(source))
    return library.read(data, name, collection, password, report)


def _content(library: Library, path: Path) -> bytes:
    try:
        library.check_size(path.stat().st_size, path.name)
        return path.read_bytes()
    except OSError as error:
        raise loaders.LoadError(
            f"The file could not be read ({error.strerror}).",
            "Check its name and permissions.",
            path.name,
        ) from error


def _ignore(progress: Progress) -> None:
    del progress
