"""One query keeps to its thread; what follows in that thread has all of them again."""

from __future__ import annotations

import threading

import faiss
import numpy as np
import psutil

from rag.stores._single_query import one_thread
from rag.stores.faiss_flat import FaissFlatStore


def test_only_what_stands_in_it_keeps_to_one_thread() -> None:
    faiss.omp_set_num_threads(3)
    with one_thread():
        assert faiss.omp_get_max_threads() == 1
    assert faiss.omp_get_max_threads() == 3


def test_a_search_starts_no_threads() -> None:
    store = FaissFlatStore()
    started: list[int] = []

    def search() -> None:
        faiss.omp_set_num_threads(4)
        store.add(range(100), np.eye(100, dtype=np.float32))
        before = _threads()
        store.search(np.eye(100, dtype=np.float32)[7], 3)
        started.append(_threads() - before)

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()
    assert started == [0]


def _threads() -> int:
    return psutil.Process().num_threads()
