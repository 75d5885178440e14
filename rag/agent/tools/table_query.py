"""Queries the tables of a document by SQL, under the guard of `rag.tables.sql`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from rag.agent._bench import Bench, ToolFailed
from rag.settings import Settings
from rag.tables.evidence import Evidence
from rag.tables.written_query import Written, described, report_written, run_query

NAME = "table_query"
DESCRIPTION = {
    "en": "runs one SELECT (DuckDB's SQL) over the tables of a CSV or spreadsheet; without sql it lists their columns",
    "ja": "CSV や表計算の表に対して SELECT 文（DuckDB の SQL）を一つ実行する。sql を省くと列の一覧を返す",
}


class Arguments(BaseModel):
    """Which document, and what to run."""

    model_config = ConfigDict(extra="forbid")
    document: str = Field(min_length=1, max_length=300, description="the document's name")
    sql: str = Field(default="", max_length=2000, description="one SELECT, or empty for the list of columns")


def offered(settings: Settings) -> bool:
    """Always."""
    del settings
    return True


def run(arguments: Arguments, bench: Bench) -> str:
    """The rows of the result, and passages that the rows read stand in; or the tables with their columns."""
    document = bench.document(arguments.document)
    source = bench.tables.of(document)
    if source is None:
        raise ToolFailed(f"{document.name} has no table that can be queried.")
    if not arguments.sql.strip():
        return "\n\n".join(map(described, source.tables))
    sql = arguments.sql.strip().rstrip(";")
    written = Written(sql, run_query(sql, source.database))
    evidence = Evidence(bench.catalog, document, bench.hits)
    answer = report_written(written, source, evidence, "", bench.language)
    if answer is None:
        return "The query gives nothing."
    bench.hits[:] = answer.hits
    bench.confidence = 1.0
    lines: list[str] = []
    for sentence in answer.sentences:
        marks = "".join(f"[{one.number}]" for one in sentence.citations)
        lines.append(f"{sentence.text.strip()} {marks}".strip())
    result = "\n".join(lines)
    bench.computed.append(f"{sql}\n{result}")
    return result
