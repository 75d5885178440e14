"""What a result says, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rag.tables.cells import Column
from rag.tables.plan import Aggregate, Filter

_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "of": "{rows} of {table}{where}",
        "row": "1 row",
        "rows": "{n} rows",
        "where": ", where {conditions}",
        "and": " and ",
        "or": "” or “",
        "=": "{c} is “{v}”",
        ">": "{c} is over {v}",
        ">=": "{c} is at least {v}",
        "<": "{c} is under {v}",
        "<=": "{c} is at most {v}",
        "before": "{c} is before {v}",
        "after": "{c} is after {v}",
        "between": "{c} is between {v} and {w}",
        "month": "the month of {c} is {v}",
        "count": "{of}.",
        "one": "{c} is {v} ({of}).",
        "distinct": "{c} has {v} different values ({of}).",
        "sum": "The sum of {c} is {v} ({of}).",
        "avg": "The average of {c} is {v} ({of}).",
        "median": "The median of {c} is {v} ({of}).",
        "groups": "{figure} for each {group} ({of}):",
        "top": "{figure} for each {group}, the first {n} ({of}):",
        "figure count": "Rows",
        "figure distinct": "Different values of {c}",
        "figure sum": "Sum of {c}",
        "figure avg": "Average of {c}",
        "figure median": "Median of {c}",
        "highest": "The highest {c} ({of}):",
        "lowest": "The lowest {c} ({of}):",
        "latest": "The latest {c} ({of}):",
        "earliest": "The earliest {c} ({of}):",
        "selected": "{c} ({of}):",
        "item": "- {name}: {v}",
        "value": "- {v}",
        "more": "- … and {n} more",
        "result": "The query over {table} gives:",
    },
    "ja": {
        "of": "{table} の {rows}{where}",
        "row": "1 行",
        "rows": "{n} 行",
        "where": "、条件：{conditions}",
        "and": "、",
        "or": "」または「",
        "=": "{c}が「{v}」",
        ">": "{c}が {v} を超える",
        ">=": "{c}が {v} 以上",
        "<": "{c}が {v} 未満",
        "<=": "{c}が {v} 以下",
        "before": "{c}が {v} より前",
        "after": "{c}が {v} より後",
        "between": "{c}が {v} から {w} まで",
        "month": "{c}が {v} 月",
        "count": "{v} 件です（{of}）。",
        "one": "{c} は {v} です（{of}）。",
        "distinct": "{c} は {v} 種類です（{of}）。",
        "sum": "{c} の合計は {v} です（{of}）。",
        "avg": "{c} の平均は {v} です（{of}）。",
        "median": "{c} の中央値は {v} です（{of}）。",
        "groups": "{group} ごとの{figure}（{of}）：",
        "top": "{group} ごとの{figure}、最初の {n} 位まで（{of}）：",
        "figure count": "件数",
        "figure distinct": "{c} の種類の数",
        "figure sum": "{c} の合計",
        "figure avg": "{c} の平均",
        "figure median": "{c} の中央値",
        "highest": "{c} が最も大きいもの（{of}）：",
        "lowest": "{c} が最も小さいもの（{of}）：",
        "latest": "{c} が最も新しいもの（{of}）：",
        "earliest": "{c} が最も古いもの（{of}）：",
        "selected": "{c}（{of}）：",
        "item": "- {name}：{v}",
        "value": "- {v}",
        "more": "- ほか {n} 件",
        "result": "{table} に対する計算の結果：",
    },
}


class Wording:
    """Sentences in one language about one table."""

    def __init__(self, language: str, table: str) -> None:
        self._texts = _TEXTS["ja" if language == "ja" else "en"]
        self._table = table

    def say(self, key: str, **values: object) -> str:
        """One of the texts, its places filled in."""
        return self._texts[key].format(table=self._table, **values)

    def of(self, rows: int, filters: Sequence[Filter]) -> str:
        """What the answer rests on: how many rows of what, and which."""
        conditions = self._texts["and"].join(self._condition(one) for one in filters)
        counted = self.say("row") if rows == 1 else self.say("rows", n=f"{rows:,}")
        return self.say("of", rows=counted, where=self.say("where", conditions=conditions) if filters else "")

    def figure(self, aggregate: Aggregate, column: Column | None) -> str:
        """What is computed, in a heading."""
        return self.say(f"figure {aggregate}", c=column.name if column else "")

    def _condition(self, one: Filter) -> str:
        shown = [shown_value(value, one.column) for value in one.values]
        key: str = one.comparison
        if one.column.kind == "date" and key in ("<", ">"):
            key = "before" if key == "<" else "after"
        value = self._texts["or"].join(shown) if key == "=" else shown[0]
        return self.say(key, c=one.column.name, v=value, w=shown[-1])


def shown_value(value: Any, column: Column | None, aggregate: Aggregate | None = None) -> str:
    """A value as a reader expects it: with its column's unit and decimals; an average has two more."""
    if aggregate in ("count", "distinct"):
        return f"{value:,}"
    if not isinstance(value, Decimal | float | int) or isinstance(value, bool):
        return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
    decimals = (column.decimals if column else 2) + (2 if aggregate in ("avg", "median") else 0)
    number = f"{abs(value):,.{decimals}f}"
    if aggregate is None and column and not any("," in written for written in column.written):
        number = number.replace(",", "")  # a year, an id
    if aggregate != "sum" and "." in number:
        number = number.rstrip("0").rstrip(".")
    unit = column.unit if column else ""
    minus = "-" if value < 0 and number.strip("0.,") else ""
    if column and column.unit_first:
        return f"{minus}{unit}{number}"
    return f"{minus}{number}{' ' if unit.isascii() and unit.isalpha() else ''}{unit}"
