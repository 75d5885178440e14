"""Questions that are a code or hold one (an invoice, a part, a phone number): is the one file that has it found first?

The files are real sentences of a set, recombined, with a line in each that has a code of its own; many are alike.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.recombined import recombined
from evals.datasets import read_dataset
from evals.retrieval import sample
from rag import AskOptions, KnowledgeBase, Settings

_FILES = 120
_ASKED = 120
_DEPTH = 10
_MODES: tuple[Literal["lexical", "hybrid"], ...] = ("lexical", "hybrid")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


class _Kind(NamedTuple):
    """Codes of one kind, made of a number; the line that has one, and a question that holds one, by language."""

    code: Callable[[int], str]
    line: dict[str, str]
    question: dict[str, str]


def _digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def _letters(number: int) -> str:
    return "".join(chr(ord("A") + byte % 26) for byte in bytes.fromhex(_digest(number))[:2])


_KINDS = (
    _Kind(
        lambda n: f"INV-2024-{n:04d}",
        {"en": "Invoice number: {}", "ja": "請求書番号：{}"},
        {"en": "What is the total of invoice {}?", "ja": "請求書{}の合計はいくらですか？"},
    ),
    _Kind(
        lambda n: f"{_letters(n)}-{n + 1000}",
        {"en": "The part number is {}.", "ja": "部品番号は{}です。"},
        {"en": "Do we have part {} in stock?", "ja": "部品{}の在庫はありますか？"},
    ),
    _Kind(
        lambda n: f"{4500000000 + n * 7919}",
        {"en": "Order: {}", "ja": "注文番号：{}"},
        {"en": "Who placed order {}?", "ja": "注文{}は誰が出しましたか？"},
    ),
    _Kind(
        lambda n: f"ERR_{n + 4000}",
        {"en": "It stops with error {}.", "ja": "エラー{}で止まります。"},
        {"en": "What does error {} mean?", "ja": "エラー{}はどういう意味ですか？"},
    ),
    _Kind(
        lambda n: f"03-{5500 + n // 100}-{n * 37 % 10000:04d}",
        {"en": "Phone: {}", "ja": "電話：{}"},
        {"en": "Whose phone number is {}?", "ja": "電話番号{}は誰のものですか？"},
    ),
    _Kind(
        lambda n: f"qx{_digest(n)[:12]}",
        {"en": "Commit {}", "ja": "コミット {}"},
        {"en": "What does commit {} change?", "ja": "コミット{}は何を変えましたか？"},
    ),
)
_SPELLINGS: dict[str, Callable[[str], str]] = {
    "small letters": str.lower,
    "full width": lambda code: code.translate(_FULL_WIDTH),
    "spaces for joints": lambda code: code.replace("-", " ").replace("_", " "),
    "no joints": lambda code: code.replace("-", "").replace("_", ""),
}


class _File(NamedTuple):
    """A file that has a code, and what is asked about it, by how it is asked."""

    name: str
    text: str
    questions: dict[str, str]


def run(folders: Sequence[Path], limit: int | None) -> list[dict[str, object]]:
    """Rows for each set of `limit` files: how often the right file is first, and among ten, by words and as a whole."""
    return [row for folder in folders for row in _rows(folder, limit or _FILES)]


def _rows(folder: Path, size: int) -> list[dict[str, object]]:
    files = made_files(folder, size)
    with (
        tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as texts,
        tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as store,
        KnowledgeBase.open(store, Settings(samples=False)) as kb,
    ):
        fill(kb, files, Path(texts))
        return rows(kb, folder.name, files)


def made_files(folder: Path, size: int) -> list[_File]:
    """Real texts of a set as files, each with a code."""
    documents = read_dataset(folder).documents
    language, chance = documents[0].language, random.Random(0)
    files: list[_File] = []
    while len(files) < size:
        round_ = 1 + len(files) // len(documents)
        for document, text in zip(documents, recombined(documents, round_), strict=True):
            number = len(files)
            kind = _KINDS[number % len(_KINDS)]
            code = kind.code(number)
            lines = text.split("\n")
            lines.insert(chance.randint(0, len(lines)), kind.line[language].format(code))
            questions = {"bare": code, **{name: spelled(code) for name, spelled in _SPELLINGS.items()}}
            asked = kind.question[language]
            questions["in a sentence"] = asked.format(code)
            questions["in a sentence, no joints"] = asked.format(questions["no joints"])
            files.append(_File(f"{number}.md", f"# {document.title}\n\n" + "\n".join(lines) + "\n", questions))
    return files[:size]


def fill(kb: KnowledgeBase, files: Sequence[_File], folder: Path) -> None:
    """Adds the files, read side by side, and embeds them."""
    for file in files:
        (folder / file.name).write_text(file.text, encoding="utf-8")
    for _ in kb.add_many([(folder / file.name, file.name) for file in files]):
        pass
    kb.embed_all()


def rows(kb: KnowledgeBase, name: str, files: Sequence[_File]) -> list[dict[str, object]]:
    """A row for each way to ask."""
    asked = sample(list(files), _ASKED)
    found: list[dict[str, object]] = []
    for way in asked[0].questions:
        row: dict[str, object] = {"set": name, "files": len(files), "asked": way, "questions": len(asked)}
        for mode in _MODES:
            places = [_place(kb, file.questions[way], file.name, AskOptions(k=_DEPTH, mode=mode)) for file in asked]
            row[f"{mode}: first"] = places.count(1)
            row[f"{mode}: among {_DEPTH}"] = len(places) - places.count(0)
        found.append(row)
    return found


def _place(kb: KnowledgeBase, question: str, name: str, options: AskOptions) -> int:
    """Where the file stands among what was found, from 1; 0 where it is not there."""
    names = list(dict.fromkeys(hit.document.name for hit in kb.search(question, options).hits))
    return names.index(name) + 1 if name in names else 0
