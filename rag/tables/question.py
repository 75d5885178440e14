"""A question becomes a plan, or None: it is answered only where every word of it is understood.

What names the table's columns and cells is found first, then what compares, groups, orders and counts them; each
thing understood is taken out of the text. What is left over may only be words that any question has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.tables import cues
from rag.tables.cells import Column, fold
from rag.tables.conditions import Conditions, Unclear
from rag.tables.cues import COLUMN
from rag.tables.mentions import Vocabulary, tokens
from rag.tables.plan import Aggregate, Computed, Extreme, Filter, Plan, Selected
from rag.text.languages import morphemes, stem

_NOT_ADDED_UP = re.compile(
    r"\b(?:age|year|price|rate|percent(?:age)?|ratio|score|temperature|rank|id|code|no|number|page|latitude|longitude|"
    r"average|mean|median)\b|id$|年齢|年$|年度|率|割合|比|価格|単価|点|気温|温度|順位|番号|コード|緯度|経度|平均"
)
_NEGATED = re.compile(
    r"\b(?:not|no|none|never|without|except|excluding|neither|nor|other than)\b|n't\b"
    r"|以外|除(?:く|い)|ない|なかった|ません"
)
_NOUN_LIKE = ("名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞", "連体詞")
_HARMLESS_SUFFIXES = frozenset(["つ", "ごと", "さ", "達", "たち", "ら", "目", "中", "様", "さん"])


def understand(question: str, vocabulary: Vocabulary) -> Plan | None:
    """The plan that answers the question from the vocabulary's table; None where it is not clear that one does."""
    try:
        return _Reading(question, vocabulary).plan()
    except Unclear:
        return None


@dataclass(frozen=True, slots=True)
class _Cues:
    """What was found beside columns and conditions."""

    group: Column | None
    top: int
    extreme: bool | None
    latest: bool | None
    often: bool
    common: bool
    most: bool
    aggregate: Aggregate | None
    distinct: bool
    count: bool


class _Reading:
    """One question, being read against one table."""

    def __init__(self, question: str, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._table = vocabulary.table
        self._conditions = Conditions(vocabulary.find(question), self._table)
        self._whole = self._conditions.asked.text

    def plan(self) -> Plan | None:
        """The plan; raises Unclear, or gives None, where there is none."""
        conditions = self._conditions
        if re.search(cues.YES_OR_NO, self._whole):
            return None
        top, extreme = self._top()
        conditions.read()
        if _NEGATED.search(conditions.text):
            return None
        found = self._cues(top, extreme)
        targets = list(dict.fromkeys(conditions.asked.column(c) for c in re.findall(COLUMN, conditions.text)))
        rows = bool(conditions.take(cues.ROWS)) or self._names_rows() or self._names_people()
        called = bool(conditions.take(cues.NAMED))
        if self._left_over():
            return None
        numbers = [c for c in targets if c.kind == "number"]
        if found.extreme is not None:
            numbers = self._meant(numbers)
        others = [c for c in targets if c.kind != "number"]
        plan = self._decide(found, numbers, others, targets, rows)
        if isinstance(plan, Computed) and plan.aggregate == "count" and not called and self._names_row(plan.filters):
            return None  # "how many cities are in Asia" does not ask for cities of that name
        if isinstance(plan, Selected) and any(named.kind for named in conditions.asked.values):
            return None  # each of the lamps has one
        return plan

    def _meant(self, numbers: list[Column]) -> list[Column]:
        """The columns of numbers that are named, or the one that an adjective is said of: "the cheapest product"."""
        for words, columns in cues.IMPLIED:
            if re.search(words, self._whole):
                fitting = self._numbers_called(columns)
                if any(column not in fitting for column in numbers):
                    raise Unclear  # "the stock of the cheapest product" is not the lowest stock
                return numbers or (fitting if len(fitting) == 1 else [])
        high = self._numbers_called(cues.HIGH_COLUMNS)
        return high if not numbers and re.search(cues.HIGH_OF_SOMETHING, self._whole) and len(high) == 1 else numbers

    def _numbers_called(self, names: str) -> list[Column]:
        return [c for c in self._table.columns if c.kind == "number" and re.search(names, fold(c.name))]

    def _cues(self, top: int, extreme: bool | None) -> _Cues:
        conditions = self._conditions
        take = conditions.take
        group = next((conditions.column(m["c"]) for p in cues.GROUPS if (m := take(p))), None)
        distinct = bool(take(cues.DISTINCT))
        counted = take(cues.COUNT)
        often = extreme is None and bool(re.search(cues.OFTEN, conditions.text))
        most = bool(re.search(r"\bmost\b|多い|最多", conditions.text))
        latest = next((way for way, pattern in cues.LATEST if take(pattern)), None)
        common = bool(take(cues.COMMONEST))
        if extreme is None:
            extreme = next((way for way, pattern in cues.EXTREMES if take(pattern)), None)
        aggregates: list[Aggregate] = [name for name, pattern in cues.AGGREGATES if take(pattern)]  # type: ignore[misc]
        if len(aggregates) > 1:
            raise Unclear
        value_asked = counted and re.fullmatch(cues.HOW_MUCH, counted.group()) and (aggregates or extreme is not None)
        count = bool(counted) and not value_asked
        if group is None and (match := re.search(cues.BY, conditions.text)):
            group = self._grouped_by(conditions.column(match["c"]), bool(aggregates) or count)
        return _Cues(
            group, top, extreme, latest, often, common, most, aggregates[0] if aggregates else None, distinct, count
        )

    def _top(self) -> tuple[int, bool | None]:
        for way, pattern in cues.TOP:
            if match := self._conditions.take(pattern):
                number = self._conditions.asked.number(match["n"] or match["n2"])
                if number != int(number) or not 0 < number <= 100:
                    raise Unclear
                return int(number), way
        return 1, None

    def _grouped_by(self, column: Column, computed: bool) -> Column | None:
        """ "by" names a group where something is computed, else what the rows are ordered by."""
        if not computed or column.kind == "number":
            return None
        self._conditions.take(cues.BY)
        return column

    def _names_rows(self) -> bool:
        """Whether a word of the table's name stands right behind the counting one: "how many cities"."""
        words = [token.text for token in tokens(self._conditions.text)]
        return any(stem(word) in self._vocabulary.title and word not in cues.CUE_WORDS for word in words)

    def _names_people(self) -> bool:
        """Whether the rows are called people, in a table whose rows are named as people are."""
        label = self._table.label
        named = label is not None and cues.PERSON.search(fold(label.name))
        return bool(named and self._conditions.take(cues.PEOPLE))

    def _left_over(self) -> bool:
        """Whether words remain that may say something about which rows are meant."""
        conditions = self._conditions
        if conditions.unread():
            return True
        text = re.sub(COLUMN, " ", conditions.text)
        text = cues.COMMON.sub(" ", text)
        words = [word for word in re.findall(r"[^\W_]+", text) if word.isascii() or not _is_japanese(word)]
        if any(stem(word) not in self._vocabulary.title for word in words):
            return True
        return any(self._tells(word) for word in _japanese_words(text))

    def _tells(self, word: tuple[str, str, str]) -> bool:
        surface, normal, kind = word
        if not kind.startswith(_NOUN_LIKE) or normal in cues.COMMON_JAPANESE or surface in cues.COMMON_JAPANESE:
            return False
        if kind.startswith("接尾辞"):
            return surface not in _HARMLESS_SUFFIXES
        return not all(character in self._vocabulary.title for character in surface)

    # -- what it asks ---------------------------------------------------------------------------------------

    def _decide(
        self, found: _Cues, numbers: list[Column], others: list[Column], targets: list[Column], rows: bool
    ) -> Plan | None:
        if len(others) == 2 and self._label_counted(others):
            others, rows = [column for column in others if column is not self._table.label], True
        number = numbers[0] if len(numbers) == 1 else None
        other = others[0] if len(others) == 1 else None
        if len(numbers) > 1 or len(others) > 1:
            return None
        if found.group is not None:
            return self._by_group(found, found.group, number, other)
        if found.latest is not None and number is None:
            return self._latest(found, others)
        if other and not number and not other.unique and not found.aggregate and self._most_rows(found, rows):
            return Computed("count", None, self._filters(other), other, found.top, found.extreme is not False)
        if found.extreme is not None:
            return self._extreme(found, number, other)
        if found.aggregate and number and not (found.aggregate == "sum" and found.count and targets[0] is other):
            return Computed(found.aggregate, number, self._filters()) if _is_name(other) else None
        if found.aggregate and (found.aggregate != "sum" or not found.count):
            return None
        if found.count or found.distinct:
            return self._counted(found, number, other, targets, rows)
        return self._selected(targets, rows)

    def _label_counted(self, others: list[Column]) -> bool:
        """Whether of two columns one is what is counted: "which category has the most products", 製品が最も多い分類."""
        counted, kind = others if _is_japanese(self._whole) else reversed(others)
        return counted is self._table.label and counted.unique and not kind.unique

    def _most_rows(self, found: _Cues, rows: bool) -> bool:
        """Whether it asks which kind has the most rows: "which country has the most cities", "the most common fee"."""
        if found.count:
            return found.extreme is not None and rows
        return (found.often or found.extreme is not None) and (rows or found.common)

    def _by_group(self, found: _Cues, group: Column, number: Column | None, other: Column | None) -> Plan | None:
        if other is not None and not other.unique:
            return None
        if found.extreme is not None and found.aggregate is None and not found.count:
            return None
        top = found.top if found.extreme is not None else 0
        down = found.extreme is not False
        if found.aggregate and number and not found.count:
            return Computed(found.aggregate, number, self._filters(group), group, top, down)
        if found.count and found.aggregate in (None, "sum"):
            if number is None:
                return Computed("count", None, self._filters(group), group, top, down)
            return Computed("sum", number, self._filters(group), group, top, down) if _adds_up(number) else None
        return None

    def _latest(self, found: _Cues, others: list[Column]) -> Plan | None:
        dates = [column for column in self._table.columns if column.kind == "date"]
        shown = [column for column in others if column.kind != "date"]
        if len(dates) != 1 or found.aggregate or found.count or found.extreme is not None or found.latest is None:
            return None
        return Extreme(dates[0], shown[0] if shown else self._table.label, found.latest, found.top, self._filters())

    def _extreme(self, found: _Cues, number: Column | None, other: Column | None) -> Plan | None:
        assert found.extreme is not None
        if number is None or (found.count and not found.aggregate):
            return None
        if found.aggregate:
            grouped = other is not None and not other.unique
            figure = Computed(found.aggregate, number, self._filters(other), other, found.top, found.extreme)
            return figure if grouped else None
        repeated = other is not None and other is not self._table.label and not other.unique
        if repeated and (found.most or found.top > 1):
            return None  # "which country has the most sales" may mean their sum
        return Extreme(number, other or self._table.label, found.extreme, found.top, self._filters())

    def _counted(
        self, found: _Cues, number: Column | None, other: Column | None, targets: list[Column], rows: bool
    ) -> Plan | None:
        if number is not None:
            if found.distinct:
                return Computed("distinct", number, self._filters()) if other is None else None
            filters = self._filters()
            added_up = targets[0] is number and _is_name(other) and _adds_up(number) and not _repeated(number, filters)
            return Computed("sum", number, filters) if added_up else None
        if other is not None:
            if found.distinct or (other is not self._table.label and not other.unique):
                return Computed("distinct", other, self._filters(other))
            return Computed("count", other, self._filters()) if other.unique else None
        filters = self._filters()
        return Computed("count", None, filters) if (filters or rows) and not found.distinct else None

    def _names_row(self, filters: Sequence[Filter]) -> bool:
        return any(one.comparison == "=" and one.column is self._table.label for one in filters)

    def _selected(self, targets: list[Column], rows: bool) -> Plan | None:
        if not re.search(cues.ASKS, self._whole):
            return None
        named = self._filters(*targets, by_name=True)
        by_name = self._names_row(named)
        if not by_name:
            named = self._filters(*targets)
        if not targets and rows and not by_name and self._table.label:
            targets = [self._table.label]
        if not targets and len(self._table.columns) == 2 and len(named) == 1:
            targets = [column for column in self._table.columns if column is not named[0].column]
        return Selected(targets[0], named, by_name) if len(targets) == 1 and named else None

    def _filters(self, *asked_for: Column | None, by_name: bool = False) -> tuple[Filter, ...]:
        return self._conditions.filters([column for column in asked_for if column], by_name=by_name)


def _is_name(column: Column | None) -> bool:
    """Whether a column that is named beside what is computed only says what the rows are: "wins of all teams"."""
    return column is None or column.unique


def _adds_up(column: Column) -> bool:
    """Whether "how many" of a column means its sum."""
    return column.unit != "%" and not _NOT_ADDED_UP.search(column.name.casefold())


def _repeated(number: Column, filters: Sequence[Filter]) -> bool:
    """Whether each row that passes says the same: then it is a figure of the thing that they share, not a share of it.

    "How many seats does room A have" is not their number at all its events together.
    """
    if not filters or any(one.comparison != "=" for one in filters):
        return False
    rows = [n for n in range(len(number.values)) if all(one.column.values[n] in one.values for one in filters)]
    return len(rows) > 1 and len({number.values[n] for n in rows}) == 1


def _is_japanese(word: str) -> bool:
    return any("\u3040" <= character <= "\u9fff" for character in word)


def _japanese_words(text: str) -> Iterator[tuple[str, str, str]]:
    for morpheme in morphemes(text):
        yield morpheme.surface, morpheme.normal, morpheme.part_of_speech[0]
