"""`python -m benchmarks NAME DATA` (NAME as in `--help`): prints a Markdown table."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    ablation,
    answerability,
    answers,
    busy,
    citations,
    cited_spans,
    codes,
    confidence,
    damage,
    fuzz,
    headers,
    ingest,
    kill,
    languages,
    loaders,
    pages,
    peers,
    precision,
    retrieval,
    search,
    sessions,
    start,
    tables,
    train_reader,
    train_reranker,
)
from rag import TenkyoError

Rows = Sequence[dict[str, object]]
BENCHMARKS: dict[str, Callable[[argparse.Namespace], Rows]] = {
    "retrieval": lambda o: retrieval.run(_folders(o.data), o.limit),
    "ablation": lambda o: ablation.run(_folders(o.data), o.limit),
    "codes": lambda o: codes.run(_folders(o.data), o.limit),
    "headers": lambda o: headers.run(_folders(o.data), o.limit),
    "languages": lambda o: languages.run(_sets(o.data), o.limit),
    "answers": lambda o: answers.run(_folders(o.data), o.limit, o.off_topic),
    "confidence": lambda o: confidence.run(_folders(o.data), o.limit),
    "train-reader": lambda o: train_reader.run(o.data, o.limit),
    "answerability": lambda o: answerability.run(o.data, o.limit),
    "spans": lambda o: cited_spans.run(o.data, o.limit),
    "citations": lambda o: citations.run(_folders(o.data), o.limit),
    "peers": lambda o: peers.run(_folders(o.data), o.limit, o.peers or Path()),
    "ingest": lambda o: ingest.run(o.data, o.zoo, o.peers or Path(), o.limit),
    "precision": lambda o: precision.run(_sets(o.data), o.limit, o.state),
    "search": lambda o: search.run(_folders(o.data), o.limit, o.seed, o.chart),
    "busy": lambda o: busy.run(_folders(o.data)),
    "start": lambda o: start.run_start(_folders(o.data)),
    "pages": lambda o: pages.run(o.limit),
    "sessions": lambda o: sessions.run(o.limit or 20, o.seed),
    "train-reranker": lambda o: train_reranker.run(
        [*sorted(o.data.glob("*.json.gz")), *sorted(o.data.glob("xquad/xquad.en.json.gz"))], o.limit
    ),
    "loaders": lambda o: loaders.run(o.data, o.peers, o.tools),
    "fuzz": lambda o: fuzz.run(o.data, o.limit, o.seed, o.workers, o.seconds, o.state),
    "tables": lambda o: tables.run(o.data, o.show),
    "kill": lambda o: kill.run(o.data, o.limit or 500, o.seed),
    "damage": lambda o: damage.run(o.data, o.limit or 330, o.seed),
}


def main() -> int:
    """Runs one benchmark; 1 after one clear line where it cannot be run."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING)
    try:
        print(_table(BENCHMARKS[options.name](options)))
    except (TenkyoError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument(
        "data",
        type=Path,
        nargs="?",
        default=Path(),
        help="folder of evaluation sets in the BEIR layout; else: of files; kill, damage: for stores; start: of stores",
    )
    parser.add_argument(
        "--limit",
        type=int,
        help="a fixed sample of N questions of each set, of N files of each kind; mutants of each file; kills; chunks",
    )
    parser.add_argument(
        "--peers",
        type=Path,
        help="loaders: the Python of an environment that has the other tools; peers, ingest: folder of environments",
    )
    parser.add_argument("--off-topic", type=Path, help="answers: a set whose questions are to be declined")
    parser.add_argument("--zoo", type=Path, default=Path(), help="ingest: folder of real files")
    parser.add_argument("--tools", nargs="+", default=["markitdown"], help="loaders: which of the other tools")
    parser.add_argument("--seed", type=int, default=0, help="fuzz: other mutants; kill, damage, search: another course")
    parser.add_argument("--workers", type=int, default=1, help="fuzz: processes side by side")
    parser.add_argument("--seconds", type=float, default=0, help="fuzz: of processor time for each file at most")
    parser.add_argument("--chart", type=Path, help="search: SVG to be drawn of the figures")
    parser.add_argument(
        "--state", type=Path, help="fuzz: folder of what was done so far and of findings; precision: of fp32's"
    )
    parser.add_argument("--show", action="store_true", help="tables: print each question that is not answered exactly")
    return parser


def _folders(data: Path) -> list[Path]:
    return sorted(path for path in data.iterdir() if path.is_dir())


def _sets(data: Path) -> list[Path]:
    """Sets in the BEIR layout, or SQuAD's files, wherever they are in this folder."""
    return sorted({*(path.parent for path in data.rglob("corpus.jsonl*")), *data.rglob("*.json.gz")})


def _table(rows: Rows) -> str:
    names = list(rows[0]) if rows else []
    lines = [names, ["---"] * len(names), *([str(row[name]) for name in names] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
