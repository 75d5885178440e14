"""`python -m benchmarks loaders ZOO [--peers PYTHON]`: recall, table cells, leaks and speed per format and tool."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.loaders.expectations import Expectation, read_expectations
from benchmarks.loaders.matching import misses
from benchmarks.loaders.systems import Answer, ours, peer

MISSION = ("pdf", "csv", "docx", "pptx", "html", "md")


@dataclass
class _Score:
    """Counts over the files of a format: wanted and found."""

    files: int = 0
    right: int = 0
    megabytes: float = 0.0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wanted: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: _Score) -> None:
        self.files += other.files
        self.right += other.right
        self.megabytes += other.megabytes
        self.seconds += other.seconds
        for mine, others in ((self.counts, other.counts), (self.wanted, other.wanted)):
            for key, count in others.items():
                mine[key] += count

    def share(self, kind: str) -> str:
        wanted = self.wanted[kind]
        return f"{1 - self.counts[kind] / wanted:.1%} of {wanted}" if wanted else "–"


def run(zoo: Path, peers: Path | None = None, tools: Iterable[str] = ("markitdown",)) -> list[dict[str, object]]:
    """A row per tool and format; the misses go to standard error, one line of JSON each."""
    expectations = [e for e in read_expectations() if (zoo / e.file).exists()]
    results = {"ours": _scores(zoo, _ours(zoo, expectations), "ours")}
    for tool in tools if peers else ():
        assert peers
        results[tool] = _scores(zoo, peer(peers, tool, zoo, expectations), tool)
    return [row for tool, scores in results.items() for row in _rows(tool, scores)]


def _ours(zoo: Path, expectations: list[Expectation]) -> Iterator[tuple[Expectation, Answer]]:
    seen: set[str] = set()
    for expectation in expectations:
        answer = ours(zoo / expectation.file)
        if expectation.format not in seen:  # what a format's first file imports is not measured
            seen.add(expectation.format)
            answer = ours(zoo / expectation.file)
        if expectation.password is not None:
            if answer.error != "encrypted":
                _tell("ours", expectation.file, "error", f"without its password: {answer.error or 'read'}")
            answer = ours(zoo / expectation.file, expectation.password)
        yield expectation, answer


def _scores(zoo: Path, answers: Iterable[tuple[Expectation, Answer]], tool: str) -> dict[str, _Score]:
    scores: dict[str, _Score] = defaultdict(_Score)
    for expectation, answer in answers:
        if tool != "ours" and expectation.password is not None:
            continue  # the others take no passwords
        score = _judge(expectation, answer, tool)
        score.megabytes = (zoo / expectation.file).stat().st_size / 1e6
        scores[expectation.format].add(score)
    return scores


def _judge(expectation: Expectation, answer: Answer, tool: str) -> _Score:
    score = _Score(files=1, seconds=answer.seconds)
    wanted = {
        "text": len(expectation.snippets),
        "place": sum(place is not None for _, place in expectation.snippets),
        "cell": len(expectation.cells),
        "leak": len(expectation.absent),
    }
    if expectation.errors:
        # Another tool's errors have no codes: any error of its own is right where one is due.
        right = answer.error in expectation.errors if tool == "ours" else bool(answer.error)
        score.right = int(right)
        if not right:
            _tell(tool, expectation.file, "error", f"{answer.error or 'read'} instead of {expectation.errors}")
        return score
    score.right = int(answer.reading is not None)
    score.wanted.update(wanted)
    if answer.reading is None:
        _tell(tool, expectation.file, "error", answer.error)
        score.counts.update({**wanted, "leak": 0})
        return score
    for kind, found in misses(expectation, answer.reading).items():
        score.counts[kind] = len(found)
        for miss in found if tool == "ours" or kind != "place" else ():
            _tell(tool, expectation.file, kind, miss)
    return score


def _tell(tool: str, file: str, kind: str, what: str) -> None:
    print(json.dumps({"tool": tool, "file": file, "miss": kind, "what": what}, ensure_ascii=False), file=sys.stderr)


def _rows(tool: str, scores: dict[str, _Score]) -> Iterator[dict[str, object]]:
    mission, rest = _Score(), _Score()
    for name, score in scores.items():
        (mission if name in MISSION else rest).add(score)
    order = sorted(scores, key=lambda name: (name not in MISSION, name))
    for name, score in [(n, scores[n]) for n in order] + [("mission's formats", mission), ("the rest", rest)]:
        yield {
            "tool": tool,
            "format": name,
            "files": score.files,
            "read, or the right error": score.right,
            "recall": score.share("text"),
            "right page, slide or sheet": score.share("place") if tool == "ours" else "not told",
            "cells": score.share("cell"),
            "leaks": f"{score.counts['leak']} of {score.wanted['leak']}",
            "files/s": f"{score.files / score.seconds:.1f}" if score.seconds else "–",
            "MB/s": f"{score.megabytes / score.seconds:.2f}" if score.seconds else "–",
        }
