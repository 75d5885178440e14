"""What chains give beside answers: comparisons, extracted tables, suggested questions; frozen data."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import Literal

from rag.types import Citation, Hit, Problem, Sentence

SummaryLength = Literal["short", "medium", "long"]
SummaryMethod = Literal["map_reduce", "refine"]
ColumnKind = Literal["text", "number", "date", "boolean", "list"]

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?[\d.,\s]+%?$")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence of each document that are about the same; `problem` is in what they differ, "" if in nothing."""

    left: Sentence
    right: Sentence
    problem: Problem = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two documents side by side: what both say, where they differ, and what only one of them says.

    `written` is a chat model's comparison, verified like any answer; empty without one. Citations are numbered by
    `hits`.
    """

    left: str
    right: str
    written: tuple[Sentence, ...]
    same: tuple[Pair, ...]
    differing: tuple[Pair, ...]
    only_left: tuple[Sentence, ...]
    only_right: tuple[Sentence, ...]
    hits: tuple[Hit, ...]
    model: str
    took_ms: float


@dataclass(frozen=True, slots=True)
class ExtractedColumn:
    """A column that a person wants: what it is called, what is to stand in it, and as what."""

    name: str
    description: str = ""
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as text ("" where the document does not give it), what it rests on, or why that does not support it."""

    text: str
    citations: tuple[Citation, ...] = ()
    problem: Problem = ""


@dataclass(frozen=True, slots=True)
class ExtractedRow:
    """The row of one document; `cells` are in the order of the columns."""

    document_id: str
    document_name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ExtractedTable:
    """A table drawn from documents, one row each. `failures` are names of documents that gave none, and why."""

    columns: tuple[ExtractedColumn, ...]
    rows: tuple[ExtractedRow, ...]
    hits: tuple[Hit, ...]
    model: str
    took_ms: float
    failures: tuple[tuple[str, str], ...] = ()

    def csv(self) -> str:
        """The table as CSV (RFC 4180), the documents' names first; a cell that a spreadsheet would run is quoted."""
        target = io.StringIO()
        writer = csv.writer(target)
        writer.writerow(["document", *(_harmless(column.name) for column in self.columns)])
        for row in self.rows:
            writer.writerow([_harmless(row.document_name), *(_harmless(cell.text) for cell in row.cells)])
        return target.getvalue()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that a document answers, and how surely (0 to 1)."""

    question: str
    confidence: float


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection); a number stays one."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


__all__ = [
    "Cell",
    "ColumnKind",
    "Comparison",
    "ExtractedColumn",
    "ExtractedRow",
    "ExtractedTable",
    "Pair",
    "Suggestion",
    "SummaryLength",
    "SummaryMethod",
]
