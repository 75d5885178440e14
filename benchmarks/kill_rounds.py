"""What a process does to a store until it is killed, and what the next process finds there."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from rag import AskOptions, KnowledgeBase, Settings
from rag.errors import StoreError
from rag.stores import faiss_segments

_ENGLISH = """harbour lantern gull keeper stairs tower storm barley ferry island copper violin orchard glacier compass
anchor meadow clock bridge marble salt engine letter window garden winter silver chapel market canal"""
_JAPANESE = "灯台 港 階段 嵐 大麦 島 銅 果樹園 氷河 羅針盤 牧場 時計 橋 大理石 塩 機関 手紙 窓 庭 冬 銀 礼拝堂 市場"
_PARTS = 4
Version = int | None
"""Of a document; None where it is not there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: its name, and the document and version it is about, or a number or path."""

    act: str
    name: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """A store, its settings, and what is done to it."""

    store: Path
    chunk_tokens: int
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Expected:
    """For each document the versions that may be found; one only, unless the kill came while it was changed."""

    versions: dict[str, set[Version]] = field(default_factory=dict[str, set[Version]])


def text_of(name: str, version: int) -> str:
    """A document of four parts in English, or in Japanese where its number is odd; each part has a word of its own."""
    number = int(name.removeprefix("note").removesuffix(".md"))
    words, chosen = (_JAPANESE if number % 2 else _ENGLISH).split(), random.Random(f"{name} {version}")
    joint, stop = ("と", "があります。") if number % 2 else (" and the ", ".")
    parts = (
        f"## {chosen.choice(words)}\n\n{joint.join(chosen.choices(words, k=9))} {token(name, version, part)}{stop}"
        for part in range(_PARTS)
    )
    return "\n\n".join([f"# Note {number}", *parts])


_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_SEALED_FROM = 12
"""Few vectors, so that segments are written and replaced in many rounds."""


def token(name: str, version: int, part: int) -> str:
    """The word that stands in this part of this version only; of letters, since a code of digits has parts."""
    digest = hashlib.sha256(f"{name} {version} {part}".encode()).hexdigest()[:12]
    return "mark" + digest.translate(_LETTERS)


def settings_for(store: Path, chunk_tokens: int) -> Settings:
    """The settings of a round."""
    return Settings(
        store=store,
        samples=False,
        chunk_tokens=chunk_tokens,
        chunk_overlap_tokens=0,
        parse_workers=2,
        embedding_languages="*",  # Japanese passages get vectors too
    )


def work(what: Round, told: Connection) -> None:
    """Does the steps, telling before and after each; runs in a process of its own, which is killed meanwhile."""
    faiss_segments.SEALED_FROM = _SEALED_FROM
    told.send(("begin", Step("open")))
    if what.steps[0].act == "restore":
        KnowledgeBase.restore(Path(what.steps[0].name), what.store, force=True)
        told.send(("done", what.steps[0]))
        return
    kb = KnowledgeBase.open(settings=settings_for(what.store, what.chunk_tokens))
    told.send(("done", Step("open")))
    for step in what.steps:
        told.send(("begin", step))
        _ACTS[step.act](kb, step)
        told.send(("done", step))
    kb.close()


def _add(kb: KnowledgeBase, step: Step) -> None:
    added = kb.add_searchable(text_of(step.name, step.version).encode(), step.name)
    if added.status == "failed":
        raise AssertionError(added)


def _remove(kb: KnowledgeBase, step: Step) -> None:
    removed = kb.remove(next(info.id for info in kb.documents() if info.name == step.name))
    if removed.remaining:
        raise AssertionError(removed)


def _submit(kb: KnowledgeBase, step: Step) -> None:
    kb.submit(text_of(step.name, step.version).encode(), step.name)


def _roll_back(kb: KnowledgeBase, step: Step) -> None:
    del step
    if kb.stats().previous:
        kb.roll_back()


_ACTS: Mapping[str, Callable[[KnowledgeBase, Step], object]] = {
    "add": _add,
    "remove": _remove,
    "submit": _submit,
    "embed": lambda kb, _: kb.embed_all(),
    "work off": lambda kb, _: kb.work_off(),
    "reindex": lambda kb, _: kb.reindex(),
    "submit reindex": lambda kb, _: kb.submit_reindex(),
    "roll back": _roll_back,
    "drop old": lambda kb, _: kb.drop_previous(),
    "back up": lambda kb, step: kb.back_up(Path(step.name)),
}


def look(what: Round, expected: Expected, told: Connection) -> None:
    """Opens the store as the next process would; tells what is wrong, and which version of each document is there."""
    faiss_segments.SEALED_FROM = _SEALED_FROM
    try:
        kb = KnowledgeBase.open(settings=settings_for(what.store, what.chunk_tokens))
    except StoreError as error:
        if what.steps[0].act != "restore" or "cut off" not in error.message:
            raise
        told.send((["cut off"], {}))  # it says so, and a second try puts it right
        return
    found, wrong = _versions(kb, expected), list[str]()
    wrong += [f"{name} is there unasked" for name in found.keys() - expected.versions.keys()]
    wrong += _by_words(kb, found)
    kb.work_off()
    found = _versions(kb, expected)
    for name, allowed in expected.versions.items():
        if found.get(name) not in allowed:
            wrong.append(f"{name}: version {found.get(name)} is there, of {allowed}")
    kb.embed_all()
    wrong += [*_by_words(kb, found), *_by_vectors(kb, found), *_gone(kb, expected, found)]
    wrong += [f"verify: {finding}" for finding in kb.verify().findings]
    kb.close()
    told.send((wrong, found))


def _versions(kb: KnowledgeBase, expected: Expected) -> dict[str, int]:
    """Which version of each document the store has; -1 for bytes that nobody added."""
    found = dict[str, int]()
    for info in kb.documents():
        known = {_sha256(info.name, v): v for v in range(_newest(expected, info.name) + 1)}
        found[info.name] = known.get(info.sha256, -1)
    return found


def _newest(expected: Expected, name: str) -> int:
    return max((version or 0 for version in expected.versions.get(name, ())), default=0)


def _sha256(name: str, version: int) -> str:
    return hashlib.sha256(text_of(name, version).encode()).hexdigest()


def _by_words(kb: KnowledgeBase, found: Mapping[str, int]) -> Iterable[str]:
    for name, version in found.items():
        for part in range(_PARTS):
            hits = kb.search(token(name, version, part), AskOptions(mode="lexical")).hits
            if not hits or hits[0].document.name != name:
                yield f"{name}: part {part} of version {version} is not found by words"


def _by_vectors(kb: KnowledgeBase, found: Mapping[str, int]) -> Iterable[str]:
    for info in kb.documents():
        if info.embedded != info.chunks:
            yield f"{info.name}: {info.embedded} of {info.chunks} chunks have a vector"
    for name, version in random.Random(0).sample(sorted(found.items()), min(5, len(found))):
        part = text_of(name, version).split("\n\n")[2]
        hits = kb.search(part, AskOptions(mode="dense", k=10)).hits
        if name not in {hit.document.name for hit in hits}:
            yield f"{name}: version {version} is not found by vectors"


def _gone(kb: KnowledgeBase, expected: Expected, found: Mapping[str, int]) -> Iterable[str]:
    """The versions before those that are there."""
    for name, versions in expected.versions.items():
        last = found.get(name, max((version or 0 for version in versions), default=0) + 1)
        for version in range(max(0, last - 2), last):
            if kb.search(token(name, version, 0), AskOptions(mode="lexical")).hits:
                yield f"{name}: version {version} is still found by words"


def make_old_store(new: Path, old: Path, migrations: Sequence[str]) -> None:
    """A copy of a store as an earlier schema had it: the same rows in the tables and columns that it knew."""
    shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(new / "originals", old / "originals")
    with sqlite3.connect(old / "catalog.sqlite", isolation_level=None) as db:
        for script in migrations:
            db.executescript(script)
        db.execute(f"PRAGMA user_version = {len(migrations)}")
        db.execute("ATTACH ? AS new", (str(new / "catalog.sqlite"),))
        tables = [row[0] for row in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for table in (name for name in tables if not name.startswith("sqlite_")):
            columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
            db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    db.close()
