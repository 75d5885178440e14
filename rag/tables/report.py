"""A plan, carried out: the sentences that say its result, each with the rows that it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rag.tables.cells import Column
from rag.tables.evidence import Evidence
from rag.tables.plan import Computed, Extreme, Plan, Selected, to_count_sql, to_group_sql, to_row_sql, to_sql
from rag.tables.sql import Result
from rag.tables.store import DocumentTables
from rag.tables.table import Table
from rag.tables.wording import Wording, shown_value
from rag.types import Computation, Hit, ReadColumn, Sentence

COMPUTED = "computed"
_LISTED = 20
"""Lines of a result that the answer says; how many more there are, it says too."""
_CITED = 3
"""Rows that stand for all that a figure was computed from."""
_KEPT = 50
"""Rows of a result that are kept with the answer."""


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What a table answers: like the parts of an Answer of these names."""

    sentences: tuple[Sentence, ...]
    hits: tuple[Hit, ...]
    computation: Computation
    model: str = COMPUTED


@dataclass(frozen=True, slots=True)
class Finding:
    """A plan and its result: what the query gives, the rows that it names, and of how many that pass."""

    plan: Plan
    table: Table
    result: Result
    rows: tuple[int, ...]
    passing: int


def find(plan: Plan, table: Table, source: DocumentTables) -> Finding | None:
    """Carries a plan out; None where no row passes, which answers only what is counted. Raises QueryRefused."""
    most = len(table.blocks)
    result = source.database.run(to_sql(plan, table), most=most)
    rows = tuple(row[0] for row in source.database.run(to_row_sql(plan, table), most=most).rows)
    counts = isinstance(plan, Computed) and plan.group is None and plan.aggregate in ("count", "distinct")
    passing = source.database.run(to_count_sql(plan, table)).rows[0][0]
    return Finding(plan, table, result, rows, passing) if rows or counts else None


def report(found: Finding, source: DocumentTables, evidence: Evidence, language: str) -> TableAnswer:
    """The answer that a finding gives."""
    wording = Wording(language, table_label(source, found.table))
    match found.plan:
        case Computed(group=None):
            sentences = [_figure(found, found.plan, wording, evidence)]
        case Computed():
            sentences = list(_groups(found, found.plan, source, wording, evidence))
        case Extreme():
            sentences = list(_extremes(found, found.plan, wording, evidence))
        case Selected():
            sentences = list(_selected(found, found.plan, wording, evidence))
    return TableAnswer(tuple(sentences), tuple(evidence.hits), _computation(found, source))


def table_label(source: DocumentTables, table: Table) -> str:
    """How a table is called: its document, and its sheet where there are others."""
    several = len(source.tables) > 1 and table.sheet
    return f"{source.document.name} ({table.name})" if several else source.document.name


def _figure(found: Finding, plan: Computed, wording: Wording, evidence: Evidence) -> Sentence:
    value = shown_value(found.result.rows[0][0], plan.target, plan.aggregate)
    of = wording.of(len(found.rows), plan.filters)
    key = "one" if plan.aggregate == "sum" and found.passing == 1 else plan.aggregate
    text = wording.say(key, c=plan.target.name if plan.target else "", v=value, of=of)
    return Sentence(text + "\n", evidence.cite(found.rows[:_CITED], plan.target))


def _groups(
    found: Finding, plan: Computed, source: DocumentTables, wording: Wording, evidence: Evidence
) -> Iterator[Sentence]:
    group = plan.group
    assert group is not None
    firsts = source.database.run(to_group_sql(plan, found.table), most=len(found.table.blocks))
    first: dict[Any, int] = {row[0]: row[1] for row in firsts.rows}
    figure, of = wording.figure(plan.aggregate, plan.target), wording.of(len(found.rows), plan.filters)
    yield Sentence(
        wording.say("top" if plan.top else "groups", figure=figure, group=group.name, of=of, n=plan.top) + "\n"
    )
    for name, value in found.result.rows[:_LISTED]:
        shown = shown_value(value, plan.target, plan.aggregate)
        text = wording.say("item", name=shown_value(name, group), v=shown)
        yield Sentence(text + "\n", evidence.cite([first[name]], plan.target or group))
    yield from _more(len(found.result.rows), wording)


def _extremes(found: Finding, plan: Extreme, wording: Wording, evidence: Evidence) -> Iterator[Sentence]:
    dated = plan.target.kind == "date"
    key = ("latest" if dated else "highest") if plan.descending else ("earliest" if dated else "lowest")
    yield Sentence(wording.say(key, c=plan.target.name, of=wording.of(found.passing, plan.filters)) + "\n")
    yield from _lines(found, plan.target, plan.shown, wording, evidence)


def _selected(found: Finding, plan: Selected, wording: Wording, evidence: Evidence) -> Iterator[Sentence]:
    yield Sentence(wording.say("selected", c=plan.target.name, of=wording.of(len(found.rows), plan.filters)) + "\n")
    label = found.table.label
    yield from _lines(found, plan.target, label if label is not plan.target else None, wording, evidence)


def _lines(
    found: Finding, target: Column, label: Column | None, wording: Wording, evidence: Evidence
) -> Iterator[Sentence]:
    """A line for each row: what it is about, and the cell as it is written."""
    for block in found.rows[:_LISTED]:
        row = found.table.row_of[block]
        value, name = target.written[row], label.written[row] if label else ""
        text = wording.say("item", name=name, v=value) if name else wording.say("value", v=value)
        yield Sentence(text + "\n", evidence.cite([block], target))
    yield from _more(len(found.rows), wording)


def _more(lines: int, wording: Wording) -> Iterator[Sentence]:
    if lines > _LISTED:
        yield Sentence(wording.say("more", n=f"{lines - _LISTED:,}") + "\n")


def _computation(found: Finding, source: DocumentTables) -> Computation:
    plan, table = found.plan, found.table
    used = [plan.target, *(one.column for one in plan.filters)]
    used.append(plan.group if isinstance(plan, Computed) else plan.shown if isinstance(plan, Extreme) else table.label)
    return computation(to_sql(plan, table), source, table, found.passing, [c for c in used if c], found.result)


def computation(
    sql: str, source: DocumentTables, table: Table, rows: int, used: Sequence[Column], result: Result
) -> Computation:
    """What is kept of how an answer was computed."""
    columns = tuple(ReadColumn(c.name, c.kind, c.unit, c.empty) for c in dict.fromkeys(used))
    kept = tuple(tuple(map(_plain, row)) for row in result.rows[:_KEPT])
    document, sheet = source.document, table.sheet
    return Computation(sql, document.id, document.name, sheet, rows, columns, (result.columns, *kept), table.summaries)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
