"""The terminal's door: `python -m rag [--store DIR] COMMAND …`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.commands import add_arguments, evaluate
from loaders import is_address
from rag import AskOptions, KnowledgeBase, TenkyoError
from rag.reports import Added, Progress
from rag.storage.folders import files_in
from rag.terminal.chain_commands import add_chain_commands
from rag.terminal.scope_arguments import add_scope, scope_of
from rag.terminal.store_commands import Run, add_commands, receipt
from rag.types import Answer, Citation, DocumentInfo, Hit, Message

_EMBED_REPORT_EVERY = 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code: 0, or 1 after one clear line about what went wrong."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        return options.run(options)
    except TenkyoError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag", description="Ask your documents from the terminal.")
    parser.add_argument("--store", type=Path, help="folder of the library (default: the setting 'store')")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add = _command(commands, "add", _add, "add files and folders; one line per file")
    add.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or an address (https://…)")
    add.add_argument("--collection", default="", help="the collection that they go into")
    add.add_argument("--password", help="for encrypted files")
    _command(commands, "ls", _ls, "list the documents")
    remove = _command(commands, "rm", _rm, "delete documents")
    remove.add_argument("ids", nargs="+", metavar="ID", help="an id, or how it begins")
    search = _command(commands, "search", _search, "find passages")
    search.add_argument("query", metavar="Q")
    search.add_argument("-k", type=int, default=10, metavar="N", help="how many (default 10)")
    add_scope(search)
    ask = _command(commands, "ask", _ask, "answer a question")
    ask.add_argument("question", metavar="Q")
    add_scope(ask)
    _command(commands, "reindex", _reindex, "chunk and embed everything anew with the present settings")
    _command(commands, "stats", _stats, "the library in figures")
    _command(commands, "samples", _samples, "index the sample library, in a store that was never used")
    for declare in (add_commands, add_chain_commands):
        declare(lambda name, run, text: _command(commands, name, _told(run), text))
    prompt = _command(commands, "prompt", _prompt, "token ids of dialogs on standard input, one JSON per line")
    prompt.add_argument("--format", choices=["llama2"], required=True)
    prompt.add_argument("--tokenizer", type=Path, required=True, metavar="FOLDER|FILE")
    add_arguments(_command(commands, "eval", _eval, "measure quality, on a public set or on your own questions"))
    return parser


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--store", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    command.set_defaults(run=run)
    return command


def _told(run: Run) -> Callable[[argparse.Namespace], int]:
    """The command that prints what `run` gives; its exit code says whether all is well."""

    def command(options: argparse.Namespace) -> int:
        row, text, good = run(options, _show)
        _print(options, row, text)
        return 0 if good else 1

    return command


def _open(options: argparse.Namespace) -> KnowledgeBase:
    return KnowledgeBase.open(options.store)


# -- commands ----------------------------------------------------------------------------------------------


def _add(options: argparse.Namespace) -> int:
    failed = 0
    with _open(options) as kb:
        for path, added in kb.add_many(list(_files(options.paths)), options.collection, options.password):
            failed += added.status == "failed"
            for one in (added, *added.children):
                _print_added(options, one, str(path) + one.file.removeprefix(added.file))
        if not kb.embed_unless_at_work(_show):
            print("found by words; the app, which is running, gives them their vectors", file=sys.stderr)
    if failed:
        print(f"error: {failed} of the files could not be added", file=sys.stderr)
    return 1 if failed else 0


def _ls(options: argparse.Namespace) -> int:
    with _open(options) as kb:
        for info in kb.documents():
            line = f"{info.id[:12]}  {info.state:10}  {info.chunks:5} chunks  {info.collection or '-'}  {info.name}"
            _print(options, _document_row(info), line)
    return 0


def _rm(options: argparse.Namespace) -> int:
    with _open(options) as kb:
        for id_ in [kb.resolve(prefix) for prefix in options.ids]:
            gone = kb.remove(id_)
            _print(options, asdict(gone), receipt(gone))
    return 0


def _search(options: argparse.Namespace) -> int:
    with _open(options) as kb:
        found = kb.search(options.query, scope_of(options, kb, AskOptions(k=options.k)))
        _tell_of_words(kb)
    rows = [{"rank": rank, **_hit_row(hit)} for rank, hit in enumerate(found.hits, 1)]
    result = {
        "query": found.query,
        "hits": rows,
        "confidence": round(found.confidence, 4),
        "took_ms": round(found.took_ms, 2),
    }
    lines = (f"{r['rank']:2}. {r['document']['name']} {_place(r['location'])}\n    {r['text']}" for r in rows)
    _print(options, result, "\n".join(lines) or "nothing was found")
    return 0


def _ask(options: argparse.Namespace) -> int:
    with _open(options) as kb:
        answer = kb.ask(options.question, options=scope_of(options, kb, AskOptions()))
        _tell_of_words(kb)
    _print(options, _answer_row(answer), _answer_text(answer))
    return 0


def _tell_of_words(kb: KnowledgeBase) -> None:
    if kb.reindexing.renews_words:
        how = "The app makes it anew by itself, and so does `python -m rag verify --repair`."
        print(f"note: an earlier version made the word index, a passage may be missed. {how}", file=sys.stderr)


def _reindex(options: argparse.Namespace) -> int:
    with _open(options) as kb:
        kb.reindex(_show)
        stats = kb.stats()
    text = f"reindexed {stats.documents} documents, {stats.chunks} chunks with {stats.embedding_model}"
    _print(
        options,
        {"documents": stats.documents, "chunks": stats.chunks, "embedding": stats.embedding_model},
        text,
    )
    return 0


def _stats(options: argparse.Namespace) -> int:
    with _open(options) as kb:
        row = asdict(kb.stats())
    _print(options, row, "\n".join(f"{name:22} {value}" for name, value in row.items()))
    return 0


def _samples(options: argparse.Namespace) -> int:
    with _open(options) as kb:
        kb.work_off()
        documents, failed = len(kb.documents()), [job.name for job in kb.jobs() if job.state == "failed"]
        kb.forget_finished_jobs()  # nobody uploaded these: the Library page need not list them as news
    _print(options, {"documents": documents, "failed": failed}, f"{documents} documents are indexed")
    return 0


def _prompt(options: argparse.Namespace) -> int:
    from rag.llms import llama2_prompt_ids

    encode = llama2_prompt_ids(options.tokenizer)
    for line in sys.stdin:
        if line.strip():
            turns = json.loads(line)["dialog"]
            token_ids = encode([Message(turn["role"], turn["content"]) for turn in turns])
            _print(options, {"token_ids": token_ids}, " ".join(map(str, token_ids)))
    return 0


def _eval(options: argparse.Namespace) -> int:
    figures, good = evaluate(options, _show)
    _print(options, figures, "\n".join(f"{name:26} {value}" for name, value in figures.items()))
    if not good:
        print("error: the figures are below what was asked for", file=sys.stderr)
    return 0 if good else 1


# -- printing ----------------------------------------------------------------------------------------------


def _print(options: argparse.Namespace, row: dict[str, Any], text: str) -> None:
    print(json.dumps(row, ensure_ascii=False, default=_plain) if options.json else text.rstrip(), flush=True)


def _print_added(options: argparse.Namespace, added: Added, file: str) -> None:
    error = added.error or {}
    reason = f"{error.get('message', '')} {error.get('hint', '')}"
    row = {"file": file, **{name: getattr(added, name) for name in ("status", "document_id", "chunks", "error")}}
    _print(options, row, f"{added.status:9}  {file}  {added.chunks} chunks  {reason}")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _show(progress: Progress) -> None:
    if progress.done % _EMBED_REPORT_EVERY == 0 or progress.done == progress.total:
        print(
            f"{progress.stage} {progress.done}/{progress.total} {progress.unit} {progress.file}",
            file=sys.stderr,
        )


def _files(sources: Sequence[str]) -> Iterator[tuple[Path | str, str]]:
    """The files named, and those in the folders named, with the names that they get."""
    for source in sources:
        path = Path(source)
        if is_address(source):
            yield source, source
        elif path.is_dir():
            yield from files_in(path)
        else:
            yield path, path.name


def _document_row(info: DocumentInfo) -> dict[str, Any]:
    return {**asdict(info), "state": info.state}


def _hit_row(hit: Hit) -> dict[str, Any]:
    return {
        "score": round(hit.score, 4),
        "document": {"id": hit.document.id, "name": hit.document.name},
        "location": hit.chunk.location.as_dict(),
        "heading": list(hit.chunk.headings),
        "text": hit.chunk.text,
    }


def _answer_row(answer: Answer) -> dict[str, Any]:
    sentences = [
        {
            "text": s.text.strip(),
            "answer": s.answer,
            "citations": [_citation_row(c) for c in s.citations],
            "problem": s.problem,
        }
        for s in answer.sentences
    ]
    return {
        "question": answer.question,
        "answer": answer.text,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "sentences": sentences,
        "model": answer.model,
        "took_ms": round(answer.took_ms, 2),
        **({"computation": asdict(answer.computation)} if answer.computation else {}),
    }


def _citation_row(citation: Citation) -> dict[str, Any]:
    return {
        "document": {"id": citation.document_id, "name": citation.document_name},
        "location": citation.location.as_dict(),
        "quote": citation.quote,
    }


def _answer_text(answer: Answer) -> str:
    if not answer.answered:
        nearest = "\n".join(f"- {hit.document.name} {_place(hit.chunk.location.as_dict())}" for hit in answer.hits)
        return f"Your documents do not seem to answer this. Nearest passages:\n{nearest or '(none)'}"
    lines = []
    for sentence in answer.sentences:
        sources = ", ".join(f"{c.document_name} {_place(c.location.as_dict())}" for c in sentence.citations)
        lines.append(f"{sentence.text.strip()}  [{sources}]" if sources else sentence.text.strip())
    if answer.computation:
        lines.append(f"query: {answer.computation.sql}")
    return "\n".join(lines)


def _place(location: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in location.items())


if __name__ == "__main__":
    sys.exit(main())
