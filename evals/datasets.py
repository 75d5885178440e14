"""Reads evaluation sets in the BEIR layout (Thakur et al. 2021): corpus.jsonl, queries.jsonl, qrels.tsv."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders import Block, Document, Location, detect_language
from rag.errors import LoadError


@dataclass(frozen=True, slots=True)
class Query:
    """A question, the ids of the passages that answer it with their grades, and the texts of its answers.

    `is_impossible` marks a question which the corpus does not answer; `source` is the passage that it was put to.
    """

    id: str
    text: str
    relevant: dict[str, int]
    answers: tuple[str, ...]
    is_impossible: bool
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A corpus as documents (their name is the passage's id) and the questions about it."""

    name: str
    documents: list[Document]
    queries: list[Query]


def read_dataset(folder: Path, queries: str = "queries.jsonl", qrels: str = "qrels.tsv") -> Dataset:
    """Reads `corpus.jsonl`, the queries, and the qrels or `qrels/test.tsv`, plain or .gz; raises LoadError."""
    try:
        documents = [_document(row) for row in read_lines(folder, "corpus.jsonl")]
        relevant = _qrels(folder, qrels)
        asked = [_query(row, relevant.get(row["_id"], {})) for row in read_lines(folder, queries)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "It needs corpus.jsonl, queries.jsonl and qrels.tsv (or qrels/test.tsv) in the BEIR layout."
        raise LoadError(f"The evaluation set could not be read ({error!r}).", hint, str(folder)) from error
    return Dataset(folder.name, documents, asked)


def read_any(path: Path) -> Dataset:
    """A set in the BEIR layout, IBM MTRAG's questions as people rewrote them, or a file of SQuAD; raises LoadError."""
    if not path.is_dir():
        return read_squad(path)
    if (path / "queries_human.jsonl").exists():
        return read_dataset(path, "queries_human.jsonl", "qrels_human.tsv")
    return read_dataset(path)


def read_squad(file: Path) -> Dataset:
    """A file in the SQuAD format (Rajpurkar et al. 2016), gzipped: each paragraph is a document; raises LoadError."""
    try:
        articles = json.loads(gzip.decompress(file.read_bytes()))["data"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        hint = "It needs SQuAD's JSON, gzipped."
        raise LoadError(f"The evaluation set could not be read ({error!r}).", hint, str(file)) from error
    paragraphs = [
        (article.get("title") or "", paragraph) for article in articles for paragraph in article["paragraphs"]
    ]
    documents = [as_document(str(n), title, paragraph["context"]) for n, (title, paragraph) in enumerate(paragraphs)]
    queries = [
        Query(
            str(qa["id"]), qa["question"], {str(n): 1}, tuple(answer["text"] for answer in qa["answers"]), False, str(n)
        )
        for n, (_, paragraph) in enumerate(paragraphs)
        for qa in paragraph["qas"]
    ]
    return Dataset(file.name, documents, queries)


def _document(row: dict[str, Any]) -> Document:
    return as_document(row["_id"], row.get("title") or "", row["text"])


def as_document(name: str, title: str, text: str) -> Document:
    """A document whose paragraphs are parted by empty lines."""
    digest = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()
    blocks = tuple(Block("paragraph", part, 0, Location()) for part in text.split("\n\n") if part.strip())
    return Document(digest, name, "text/plain", title.replace("_", " "), detect_language(text), {}, blocks)


def _query(row: dict[str, Any], relevant: dict[str, int]) -> Query:
    answers = tuple(answer["text"] for answer in row.get("answers") or ())
    text, source = row.get("text") or row["standalone_rewrite"], row.get("source_passage")
    return Query(row["_id"], text, relevant, answers, bool(row.get("is_impossible")), source)


def _qrels(folder: Path, name: str) -> dict[str, dict[str, int]]:
    name = name if _path(folder, name).exists() else "qrels/test.tsv"
    relevant: dict[str, dict[str, int]] = {}
    for line in _lines(folder, name):
        query, passage, grade = line.split("\t")
        if grade.strip().isdigit() and int(grade) > 0:
            relevant.setdefault(query, {})[passage] = int(grade)
    return relevant


def read_lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a file with one JSON object a line, plain or .gz."""
    return (json.loads(line) for line in _lines(folder, name) if line.strip())


def _lines(folder: Path, name: str) -> Iterator[str]:
    path = _path(folder, name)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        yield from file


def _path(folder: Path, name: str) -> Path:
    packed = folder / f"{name}.gz"
    return packed if packed.exists() else folder / name
