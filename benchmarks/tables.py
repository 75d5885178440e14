"""Questions of counting, summing and looking up over the zoo's tables: how many are answered, and how many exactly."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from benchmarks.table_questions import Question, generated
from benchmarks.table_questions_by_hand import by_hand
from benchmarks.table_zoo import SHEETS, read
from rag import AskOptions, KnowledgeBase, Settings
from rag.types import Computation

Verdict = Literal["exact", "given way", "another table", "wrong"]
_LARGEST = 5 << 20


def run(zoo: Path, show: bool) -> list[dict[str, object]]:
    """A row per kind of question, asked of its table alone and of every file of the zoo together; `show` what failed.

    A question that no table answers is right where it is given way; `another table` is a right answer from a file
    that fits the question as well, but was not meant.
    """
    rng = random.Random(0)
    questions = [question for sheet in SHEETS for question in generated(read(zoo, sheet), rng)] + by_hand()
    alone: dict[str, list[Verdict]] = defaultdict(list)
    together: dict[str, list[Verdict]] = defaultdict(list)
    with TemporaryDirectory() as folder, KnowledgeBase.open(folder, Settings(samples=False)) as kb:
        ids = {file: id_ for file in _files(zoo) if (id_ := kb.add_searchable(zoo / file, file).document_id)}
        for question in questions:
            scope = AskOptions(documents=frozenset([ids[question.file]]))
            for verdicts, options in ((alone, scope), (together, AskOptions())):
                answer = kb.ask(question.text, options=options)
                verdict = _verdict(question, answer.computation)
                verdicts[question.kind].append(verdict)
                if show and verdict != "exact":
                    sql = answer.computation.sql if answer.computation else ""
                    print(verdict, "|", question.file, "|", question.text, "|", sql, "|", answer.text[:100])
    return [_row(kind, alone[kind], together[kind]) for kind in alone] + [_row("all", _flat(alone), _flat(together))]


def _files(zoo: Path) -> list[str]:
    """Every table of the zoo, and its texts as what else a library holds."""
    folders = ("csv", "xlsx", "md", "html", "txt")
    paths = sorted(path for folder in folders for path in (zoo / folder).glob("*") if path.stat().st_size < _LARGEST)
    return [path.relative_to(zoo).as_posix() for path in paths if path.suffix != ".json" and "poi__" not in path.name]


def _row(kind: str, alone: Sequence[Verdict], together: Sequence[Verdict]) -> dict[str, object]:
    return {
        "asks for": kind,
        "questions": len(alone),
        **{f"{name}, its table": alone.count(name) for name in get_args(Verdict)},
        **{f"{name}, all files": together.count(name) for name in get_args(Verdict)},
    }


def _flat(verdicts: dict[str, list[Verdict]]) -> list[Verdict]:
    return [verdict for kind in verdicts.values() for verdict in kind]


def _verdict(question: Question, made: Computation | None) -> Verdict:
    expected = question.expected
    if made is None:
        return "given way" if expected is not None else "exact"
    if expected is not None and _is_right(expected, made.result[1:]):
        return "exact"
    return "wrong" if expected is None or made.document_name == question.file else "another table"


def _is_right(expected: Decimal | frozenset[tuple[str, ...]], rows: Sequence[tuple[str, ...]]) -> bool:
    if isinstance(expected, Decimal):
        return bool(rows) and all(_same(_plain(row[-1]), expected) for row in rows)
    wanted = {tuple(map(_plain, row)) for row in expected}
    return {tuple(map(_plain, row)) for row in rows} in (wanted, {row[-1:] for row in wanted})


def _plain(value: str) -> str:
    try:
        return f"{Decimal(value.replace(',', '')).normalize():f}"
    except InvalidOperation:
        return value


def _same(value: str, expected: Decimal) -> bool:
    try:
        return abs(Decimal(value) - expected) <= abs(expected) * Decimal("1e-12")
    except InvalidOperation:
        return False
