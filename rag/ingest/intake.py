"""Files and addresses on their way into the library, in the caller's thread; in the app, jobs do this."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from math import inf
from pathlib import Path

import loaders
from rag.errors import TenkyoError
from rag.ingest.knowledge import Library
from rag.protocols import Report
from rag.reports import Added, Progress

_ON_THE_WAY = 4
_Reading = dict[Future[Callable[[], Added]], tuple[Path | str, str]]


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
) -> Iterator[tuple[Path | str, Added]]:
    """Reads files, given with their names, and commits each when it is read: a long one holds none of the others up.

    The largest go first, so that at the end no core waits for the other (longest processing time first, Graham 1969).
    Some more are on the way than can be parsed. Those wait for the disk: what many threads wait for together takes it
    no longer than what one does.
    """
    with ThreadPoolExecutor(workers + _ON_THE_WAY) as pool:
        reading: _Reading = {}
        for source, name in sorted(sources, key=lambda each: -_size(each[0])):
            if len(reading) > workers + _ON_THE_WAY:  # one more, so that none is idle while another is committed
                yield from _committed(reading)
            reading[pool.submit(_read, library, source, name, collection, password, _ignore)] = (source, name)
        while reading:
            yield from _committed(reading)


def _size(source: Path | str) -> float:
    """Bytes of a file, as far as it can be looked at; an address may keep us waiting for long."""
    if loaders.is_address(source):
        return inf
    with suppress(OSError):
        return Path(source).stat().st_size
    return 0


def _committed(reading: _Reading) -> Iterator[tuple[Path | str, Added]]:
    """Waits for one to be read, and takes out all that are, in the order in which they were given."""
    done = wait(reading, return_when=FIRST_COMPLETED).done
    for future in [each for each in reading if each in done]:
        source, name = reading.pop(future)
        yield source, _outcome(name, lambda future=future: future.result()())


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
