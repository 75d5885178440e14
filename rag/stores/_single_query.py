"""FAISS for one query at a time, as questions come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import faiss


@contextmanager
def one_thread() -> Iterator[None]:
    """What the calling thread asks of FAISS in here runs in that thread alone.

    FAISS has several threads meet at the end even where one has done all the work. On a busy machine each waits for its
    turn on the processor first: a search of half a millisecond then took fifty.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)  # the same thread may be the one that builds an index
