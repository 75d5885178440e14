"""`python -m benchmarks retrieval|answers|confidence DATA [--limit N]`: prints a Markdown table."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import answers, confidence, retrieval
from rag import TenkyoError

BENCHMARKS = {"retrieval": retrieval.run, "answers": answers.run, "confidence": confidence.run}


def main() -> int:
    """Runs one benchmark over every evaluation set in a folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("data", type=Path, help="folder whose folders are evaluation sets in the BEIR layout")
    parser.add_argument("--limit", type=int, help="a fixed sample of N questions of each set")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    try:
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
