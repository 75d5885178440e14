"""Questions over the zoo's tables with their right answers, in the words that people use for each."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Literal

from benchmarks.table_zoo import TrueTable, number

Language = Literal["en", "ja"]
Expected = frozenset[tuple[str, ...]] | Decimal | None
"""One figure; or the rows that must be listed (name and value, or value); None: no table answers this."""


@dataclass(frozen=True, slots=True)
class Question:
    """`kind` is what it asks for; `file` is the table that answers it."""

    kind: str
    text: str
    file: str
    expected: Expected


_FIGURES: dict[str, tuple[Callable[[list[Decimal]], Decimal], dict[Language, tuple[str, ...]]]] = {
    "sum": (
        lambda n: sum(n, Decimal(0)),
        {
            "en": ("What is the sum of {c}{w}?", "What is the total {c}{w}?", "Total {c}{w}", "Add up the {c}{w}."),
            "ja": ("{w}{c}の合計はいくらですか？", "{w}{c}の合計を教えてください。", "{w}{c}を合計すると？"),
        },
    ),
    "average": (
        lambda n: sum(n, Decimal(0)) / len(n),
        {
            "en": ("What is the average {c}{w}?", "What's the mean of {c}{w}?", "Average {c}{w}?"),
            "ja": ("{w}{c}の平均は？", "{w}{c}の平均値を求めてください。", "{w}平均{c}はいくつですか"),
        },
    ),
    "median": (
        lambda n: Decimal(median(n)),
        {
            "en": ("What is the median {c}{w}?", "median of {c}{w}"),
            "ja": ("{w}{c}の中央値は？", "{w}{c}の中央値を教えて"),
        },
    ),
    "max": (
        max,
        {
            "en": ("What is the highest {c}{w}?", "What is the maximum {c}{w}?", "largest {c}{w}?"),
            "ja": ("{w}{c}の最大値は？", "{w}最も大きい{c}はいくつですか", "{w}{c}の最高はいくらですか"),
        },
    ),
    "min": (
        min,
        {
            "en": ("What is the lowest {c}{w}?", "What is the minimum {c}{w}?", "smallest {c}{w}?"),
            "ja": ("{w}{c}の最小値は？", "{w}最も小さい{c}はいくつですか", "{w}{c}の最低は？"),
        },
    ),
}
_COUNTS: dict[Language, tuple[str, ...]] = {
    "en": ("How many {r} have {c} {p}?", "What is the number of {r} with {c} {p}?", "Count the {r} with a {c} of {p}."),
    "ja": ("{c}が{p}{r}は何件ですか？", "{c}が{p}{r}はいくつありますか", "{c}が{p}{r}の数は？"),
}
_COMPARISONS: tuple[tuple[Callable[[Decimal, Decimal], bool], str, str], ...] = (
    (lambda a, b: a > b, "more than {n}", "{n}を超える"),
    (lambda a, b: a > b, "over {n}", "{n}より大きい"),
    (lambda a, b: a >= b, "at least {n}", "{n}以上の"),
    (lambda a, b: a < b, "less than {n}", "{n}未満の"),
    (lambda a, b: a <= b, "at most {n}", "{n}以下の"),
)
_KINDS: dict[Language, tuple[str, ...]] = {
    "en": ("How many {r} are in the {c} {v}?", "How many {r} have the {c} {v}?", "number of {r} where {c} is {v}"),
    "ja": ("{c}が{v}の{r}は何件ですか", "{c}が「{v}」の{r}はいくつありますか？"),
}
_DIFFERENT: dict[Language, tuple[str, ...]] = {
    "en": ("How many different {c} are there?", "How many distinct {c} are there?"),
    "ja": ("{c}は何種類ありますか", "{c}の種類の数は？"),
}
_LOOKUPS: dict[Language, tuple[str, ...]] = {
    "en": ("What is the {c} of {v}?", "What's {v}'s {c}?", "Tell me the {c} of {v}."),
    "ja": ("{v}の{c}は？", "{v}の{c}を教えてください。"),
}
_WHICH: dict[Language, tuple[str, str]] = {
    "en": ("Which {l} has the highest {c}?", "Which {l} has the lowest {c}?"),
    "ja": ("{c}が最も大きい{l}はどれですか？", "{c}が一番小さい{l}は何ですか"),
}
_GROUPS: dict[Language, str] = {"en": "What is the total {c} per {k}?", "ja": "{k}ごとの{c}の合計は？"}


def generated(table: TrueTable, rng: random.Random) -> Iterator[Question]:
    """Questions of every kind that the table has columns for, in either language."""
    for language in ("en", "ja"):
        for column in table.sheet.numbers:
            yield from _figures(table, column, language, rng)
            yield from _counts(table, column, language, rng)
            yield from _whiches(table, column, language)
        yield from _by_kind(table, language, rng)
        yield from _lookups(table, language, rng)


def _figures(table: TrueTable, column: str, language: Language, rng: random.Random) -> Iterator[Question]:
    for kind, (figure, texts) in _FIGURES.items():
        where, rows = "", table
        if table.sheet.kinds and rng.random() < 0.5:
            named = rng.choice(table.sheet.kinds)
            value = rng.choice(sorted({row[named] for row in table.rows if row[named]}))
            rows = table.where(named, value)
            where = f" where {named} is {value}" if language == "en" else f"{named}が{value}の"
        if numbers := rows.numbers(column):
            text = rng.choice(texts[language]).format(c=_short(column), w=where)
            yield Question(kind, text, table.sheet.file, figure(numbers))


def _counts(table: TrueTable, column: str, language: Language, rng: random.Random) -> Iterator[Question]:
    for passes, english, japanese in rng.sample(_COMPARISONS, 2):
        limit = rng.choice(table.numbers(column))
        phrase = (english if language == "en" else japanese).format(n=limit)
        text = rng.choice(_COUNTS[language]).format(r=_rows(table, language), c=_short(column), p=phrase)
        count = sum(passes(n, limit) for n in table.numbers(column))
        yield Question("count", text, table.sheet.file, Decimal(count))


def _whiches(table: TrueTable, column: str, language: Language) -> Iterator[Question]:
    label = table.sheet.label
    for best, text in zip((max, min), _WHICH[language], strict=True):
        if label:
            extreme = best(table.numbers(column))
            rows = frozenset((row[label], row[column]) for row in table.rows if number(row[column]) == extreme)
            yield Question("which", text.format(l=label, c=_short(column)), table.sheet.file, rows)


def _by_kind(table: TrueTable, language: Language, rng: random.Random) -> Iterator[Question]:
    for kind in table.sheet.kinds:
        counts = Counter(row[kind] for row in table.rows if row[kind])
        for value in rng.sample(sorted(counts), min(2, len(counts))):
            text = rng.choice(_KINDS[language]).format(r=_rows(table, language), c=kind, v=value)
            yield Question("count", text, table.sheet.file, Decimal(counts[value]))
        text = rng.choice(_DIFFERENT[language]).format(c=kind)
        yield Question("count different", text, table.sheet.file, Decimal(len(counts)))
        if len(counts) < 50:
            for column in table.sheet.numbers[:2]:
                sums: defaultdict[str, Decimal] = defaultdict(Decimal)
                for row in table.rows:
                    sums[row[kind]] += number(row[column]) or 0
                text = _GROUPS[language].format(c=_short(column), k=kind)
                yield Question("per group", text, table.sheet.file, frozenset((k, f"{v:f}") for k, v in sums.items()))


def _lookups(table: TrueTable, language: Language, rng: random.Random) -> Iterator[Question]:
    sheet = table.sheet
    for column in (*sheet.kinds, *sheet.numbers)[:3] if sheet.label else ():
        names = [row[sheet.label] for row in table.rows if re.search(r"\w{3}", row[sheet.label])]
        name = rng.choice(names)
        rows = frozenset((name, row[column]) for row in table.rows if row[sheet.label] == name)
        text = rng.choice(_LOOKUPS[language]).format(c=_short(column), v=name)
        yield Question("look up", text, sheet.file, rows)


def _short(column: str) -> str:
    """The name as it is said: without its unit, and in small letters where it is one word."""
    said = re.sub(r"\s*\(.*?\)", "", column)
    return said.lower() if said.isalpha() and said.isascii() else said


def _rows(table: TrueTable, language: Language) -> str:
    return (table.sheet.rows or "rows") if language == "en" else "行"
