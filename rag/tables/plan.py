"""What a question asks of a table, and the SQL that says it: every name and value in it is quoted."""
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from rag.tables.cells import Column, Value
from rag.tables.sql import ROW, literal, quote
from rag.tables.table import Table

Aggregate = Literal["count", "distinct", "sum", "avg", "median"]
Comparison = Literal["=", "<", "<=", ">", ">=", "between", "month"]
_AGGREGATES = {"sum": "sum({})", "avg": "avg({})", "median": "median({})", "distinct": "count(DISTINCT {})"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a column; `=` holds for any of the values, `between` includes both ends."""

    column: Column
    comparison: Comparison
    values: tuple[Value, ...]

    def sql(self) -> str:
        """The condition."""
        name, written = quote(self.column.name), [_literal(value) for value in self.values]
        match self.comparison:
            case "=" if len(written) > 1:
                return f"{name} IN ({', '.join(written)})"
            case "between":
                return f"{name} BETWEEN {written[0]} AND {written[1]}"
            case "month":
                return f"month({name}) = {written[0]}"
            case _:
                return f"{name} {self.comparison} {written[0]}"


@dataclass(frozen=True, slots=True)
class Computed:
    """One figure over all rows that pass, or one for each value of `group`; then the `top` of them if it is not 0."""

    aggregate: Aggregate
    target: Column | None
    filters: tuple[Filter, ...] = ()
    group: Column | None = None
    top: int = 0
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Extreme:
    """The rows in which `target` is one of the `top` largest, or smallest; ties are all in."""

    target: Column
    shown: Column | None
    descending: bool
    top: int = 1
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Selected:
    """What stands in column `target` of the rows that pass; `by_name` where one of the conditions names the row."""

    target: Column
    filters: tuple[Filter, ...]
    by_name: bool


Plan = Computed | Extreme | Selected


def to_sql(plan: Plan, table: Table) -> str:
    """The query that answers."""
    match plan:
        case Computed(group=None):
            return f"SELECT {_figure(plan)} FROM {quote(table.name)}{where(plan)}"
        case Computed(group=group):
            assert group is not None
            return _grouped(plan, group, table)
        case Extreme():
            return _extreme(plan, table)
        case Selected():
            label = [table.label] if table.label and table.label is not plan.target else []
            columns = ", ".join(quote(column.name) for column in (*label, plan.target))
            return f"SELECT {columns} FROM {quote(table.name)}{where(plan)} ORDER BY {ROW}"


def to_row_sql(plan: Plan, table: Table) -> str:
    """The query that says which rows the answer rests on, in the table's order; an extreme's in its own."""
    if isinstance(plan, Extreme):
        inner = to_sql(plan, table)
        return f"SELECT {ROW} FROM" + inner.partition(" FROM")[2]
    return f"SELECT {ROW} FROM {quote(table.name)}{where(plan)} ORDER BY {ROW}"


def to_count_sql(plan: Plan, table: Table) -> str:
    """The query that counts the rows that pass."""
    return f"SELECT count(*) FROM {quote(table.name)}{where(plan)}"


def to_group_sql(plan: Computed, table: Table) -> str:
    """The query that gives the first row of each group."""
    assert plan.group is not None
    name = quote(plan.group.name)
    return f"SELECT {name}, min({ROW}) FROM {quote(table.name)}{where(plan)} GROUP BY {name}"


def where(plan: Plan) -> str:
    """The conditions that a row must pass to count: those asked for, and that there is something in its cell."""
    conditions = [one.sql() for one in plan.filters]
    targets = [plan.target]
    if isinstance(plan, Computed):
        targets.append(plan.group)
    for column in targets:
        if column is not None and column.empty:
            conditions.append(f"{quote(column.name)} IS NOT NULL")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _figure(plan: Computed) -> str:
    if plan.aggregate == "count" or plan.target is None:
        return "count(*)"
    return _AGGREGATES[plan.aggregate].format(quote(plan.target.name))


def _grouped(plan: Computed, group: Column, table: Table) -> str:
    figure, name, order = _figure(plan), quote(group.name), "DESC" if plan.descending else "ASC"
    top = f" QUALIFY rank() OVER (ORDER BY {figure} {order}) <= {plan.top}" if plan.top else ""
    return (
        f"SELECT {name}, {figure} FROM {quote(table.name)}{where(plan)} GROUP BY {name}{top}"
        f" ORDER BY {figure} {order}, {name}"
    )


def _extreme(plan: Extreme, table: Table) -> str:
    target, order = quote(plan.target.name), "DESC" if plan.descending else "ASC"
    columns = [quote(plan.shown.name)] if plan.shown else []
    return (
        f"SELECT {', '.join([*columns, target])} FROM {quote(table.name)}{where(plan)}"
        f" QUALIFY rank() OVER (ORDER BY {target} {order}) <= {plan.top} ORDER BY {target} {order}, {ROW}"
    )


def _literal(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return f"DATE {literal(value.isoformat())}" if isinstance(value, date) else literal(value)
