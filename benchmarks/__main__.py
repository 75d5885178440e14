"""`python -m benchmarks NAME DATA` (NAME as in `--help`): prints a Markdown table."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    ablation,
    answers,
    citations,
    confidence,
    fuzz,
    kill,
    loaders,
    peers,
    retrieval,
    tables,
    train_reranker,
)
from rag import TenkyoError

BENCHMARKS = {
    "retrieval": retrieval.run,
    "ablation": ablation.run,
    "answers": answers.run,
    "confidence": confidence.run,
    "citations": citations.run,
}


def main() -> int:
    """Runs one benchmark over every evaluation set in a folder, or over every file of a zoo."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=[*BENCHMARKS, "peers", "train-reranker", "loaders", "fuzz", "tables", "kill"])
    parser.add_argument(
        "data", type=Path, help="folder of evaluation sets in the BEIR layout; else: of files; kill: for its stores"
    )
    parser.add_argument(
        "--limit", type=int, help="a fixed sample of N questions of each set; mutants of each file; kills"
    )
    parser.add_argument(
        "--peers",
        type=Path,
        help="loaders: the Python of an environment that has the other tools; peers: folder of environments",
    )
    parser.add_argument("--tools", nargs="+", default=["markitdown"], help="loaders: which of the other tools")
    parser.add_argument("--seed", type=int, default=0, help="fuzz: other mutants")
    parser.add_argument("--workers", type=int, default=1, help="fuzz: processes side by side")
    parser.add_argument("--show", action="store_true", help="tables: print each question that is not answered exactly")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    try:
        if options.name == "loaders":
            print(_table(loaders.run(options.data, options.peers, options.tools)))
            return 0
        if options.name == "tables":
            print(_table(tables.run(options.data, options.show)))
            return 0
        if options.name == "kill":
            print(_table(kill.run(options.data, options.limit or 500, options.seed)))
            return 0
        if options.name == "fuzz":
            print(_table(fuzz.run(options.data, options.limit, options.seed, options.workers)))
            return 0
        if options.name == "train-reranker":
            print(
                _table(
                    train_reranker.run(
                        [*sorted(options.data.glob("*.json.gz")), *sorted(options.data.glob("xquad/xquad.en.json.gz"))],
                        options.limit,
                    )
                )
            )
            return 0
        if options.name == "peers":
            folders = sorted(p for p in options.data.iterdir() if p.is_dir())
            print(_table(peers.run(folders, options.limit, options.peers or Path())))
            return 0
        rows = BENCHMARKS[options.name](sorted(p for p in options.data.iterdir() if p.is_dir()), options.limit)
    except (TenkyoError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(_table(rows))
    return 0


def _table(rows: Sequence[dict[str, object]]) -> str:
    names = list(rows[0]) if rows else []
    lines = [names, ["---"] * len(names), *([str(row[name]) for name in names] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
