"""The terminal's commands for chains and the agent. Each gives a row for JSON, a text, and whether all is well."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from rag import KnowledgeBase
from rag.errors import DocumentNotFound
from rag.events import AnswerReady, ToolCalled, ToolReturned
from rag.reports import Progress
from rag.results import ColumnKind, ExtractedColumn
from rag.terminal.scope_arguments import add_scope, scope_of
from rag.terminal.store_commands import Outcome, Run
from rag.types import Answer, AskOptions, Citation, Sentence

Result = TypeVar("Result")
_COLUMN: TypeAdapter[ExtractedColumn] = TypeAdapter(ExtractedColumn)


def add_chain_commands(command: Callable[[str, Run, str], ArgumentParser]) -> None:
    """Declares the commands; `command` is given a name, what runs it, and its help."""
    summarise = command("summarise", _summarise, "summarise documents, every sentence with its source")
    _add_documents(summarise)
    summarise.add_argument("--length", choices=["short", "medium", "long"], default="medium")
    summarise.add_argument("--method", choices=["map_reduce", "refine"], default="map_reduce")
    compare = command("compare", _compare, "what two documents both say, where they differ, what only one says")
    compare.add_argument("left", metavar="ID")
    compare.add_argument("right", metavar="ID")
    extract = command("extract", _extract, "draw a table from documents, a row for each")
    _add_documents(extract)
    column = {"type": _column, "action": "append", "required": True, "metavar": "NAME[:KIND][=QUESTION]"}
    extract.add_argument("--column", **column, help="as 'Total:number=What is the total?'; several times")
    extract.add_argument("--csv", type=Path, help="write the table to this file")
    suggest = command("suggest", _suggest, "questions that a document answers")
    suggest.add_argument("id", metavar="ID")
    suggest.add_argument("-n", type=int, default=5, help="how many (default 5)")
    agent = command("agent", _agent, "answer a question by tools, step by step (needs a chat model)")
    agent.add_argument("question", metavar="Q")
    add_scope(agent)


def _add_documents(command: ArgumentParser) -> None:
    command.add_argument("ids", nargs="*", metavar="ID", help="an id, or how it begins")
    command.add_argument("--collection", help="all documents of this collection")


def _column(text: str) -> ExtractedColumn:
    head, _, question = text.partition("=")
    name, _, kind = head.partition(":")
    try:
        return _COLUMN.validate_python(
            {"name": name.strip(), "description": question.strip(), "kind": kind.strip() or "text"}
        )
    except ValidationError as error:
        kinds = ", ".join(get_args(ColumnKind))
        raise argparse.ArgumentTypeError(f"{kind!r} is none of {kinds}") from error


def _chosen(options: Namespace, kb: KnowledgeBase) -> list[str]:
    """The documents that are named; raises DocumentNotFound where none is."""
    ids = [kb.resolve(prefix) for prefix in options.ids]
    if options.collection is not None:
        ids += [document.id for document in kb.documents(options.collection)]
    if not ids:
        raise DocumentNotFound("No document is named.", "Give ids, or a collection that has documents.")
    return ids


def _drained(events: Iterator[Progress | Result], report: Callable[[Progress], None]) -> Result:
    result: Result | None = None
    for event in events:
        if isinstance(event, Progress):
            report(event)
        else:
            result = event
    assert result is not None
    return result


def _summarise(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    with KnowledgeBase.open(options.store) as kb:
        events = kb.chains.summarise(_chosen(options, kb), options.length, options.method)
        summary = _drained(events, report)
    return _answer_row(summary), "\n".join(map(_line, summary.sentences)) or "nothing to summarise", True


def _compare(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    with KnowledgeBase.open(options.store) as kb:
        found = _drained(kb.chains.compare(kb.resolve(options.left), kb.resolve(options.right)), report)
    lines = [_line(sentence) for sentence in found.written]
    for pair in found.differing:
        lines += [f"differ ({pair.problem}):", f"  {_line(pair.left)}", f"  {_line(pair.right)}"]
    lines += [f"both: {_line(pair.left)}" for pair in found.same]
    lines += [f"only {found.left}: {_line(sentence)}" for sentence in found.only_left]
    lines += [f"only {found.right}: {_line(sentence)}" for sentence in found.only_right]
    row = {
        "written": [_sentence_row(sentence) for sentence in found.written],
        "same": [[_sentence_row(p.left), _sentence_row(p.right)] for p in found.same],
        "differing": [[p.problem, _sentence_row(p.left), _sentence_row(p.right)] for p in found.differing],
        "only_left": [_sentence_row(sentence) for sentence in found.only_left],
        "only_right": [_sentence_row(sentence) for sentence in found.only_right],
        "model": found.model,
    }
    return row, "\n".join(lines), True


def _extract(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    with KnowledgeBase.open(options.store) as kb:
        table = _drained(kb.chains.extract(_chosen(options, kb), options.column), report)
    if options.csv:
        options.csv.write_text(table.csv(), encoding="utf-8-sig", newline="")
    rows = [
        {"document": {"id": row.document_id, "name": row.document_name}}
        | {
            column.name: {
                "text": cell.text,
                "problem": cell.problem,
                "citations": list(map(_citation_row, cell.citations)),
            }
            for column, cell in zip(table.columns, row.cells, strict=True)
        }
        for row in table.rows
    ]
    failures = dict(table.failures)
    return {"rows": rows, "model": table.model, "failures": failures}, table.csv(), True


def _suggest(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    with KnowledgeBase.open(options.store) as kb:
        found = _drained(kb.chains.suggest(kb.resolve(options.id), options.n), report)
    text = "\n".join(one.question for one in found) or "no question was found that it answers with certainty"
    return {"questions": [asdict(one) for one in found]}, text, True


def _agent(options: Namespace, report: Callable[[Progress], None]) -> Outcome:
    steps: list[dict[str, Any]] = []
    answer: Answer | None = None
    with KnowledgeBase.open(options.store) as kb:
        for event in kb.agent.stream(options.question, options=scope_of(options, kb, AskOptions())):
            match event:
                case ToolCalled():
                    report(Progress(f"{event.name} {event.arguments}", len(steps) + 1, len(steps) + 1, "steps"))
                    steps.append({"tool": event.name, "arguments": event.arguments, "thought": event.thought})
                case ToolReturned():
                    steps[-1] |= {"result": event.result, "failed": event.failed}
                case AnswerReady():
                    answer = event.answer
    assert answer is not None
    text = "\n".join(map(_line, answer.sentences)) if answer.answered else "your documents do not seem to answer this"
    return {**_answer_row(answer), "steps": steps}, text, True


def _answer_row(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "answered": answer.answered,
        "sentences": [_sentence_row(sentence) for sentence in answer.sentences],
        "model": answer.model,
        "took_ms": round(answer.took_ms, 2),
    }


def _sentence_row(sentence: Sentence) -> dict[str, Any]:
    citations = [_citation_row(one) for one in sentence.citations]
    return {"text": sentence.text.strip(), "citations": citations, "problem": sentence.problem}


def _citation_row(citation: Citation) -> dict[str, Any]:
    document = {"id": citation.document_id, "name": citation.document_name}
    return {"document": document, "location": citation.location.as_dict(), "quote": citation.quote}


def _line(sentence: Sentence) -> str:
    places = (
        " ".join([c.document_name, *(f"{name} {value}" for name, value in c.location.as_dict().items())])
        for c in sentence.citations
    )
    sources = ", ".join(dict.fromkeys(places))
    problem = f"  (not supported: {sentence.problem})" if sentence.problem else ""
    return f"{sentence.text.strip()}  [{sources}]{problem}" if sources else sentence.text.strip() + problem
