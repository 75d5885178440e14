"""What a process does to a store until it is killed, and what the next process finds there."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from rag import AskOptions, KnowledgeBase, Settings
from rag.errors import StoreError
from rag.indexing.shape import read_shape
from rag.stores import faiss_segments
from rag.text.languages import analyze

_ENGLISH = """harbour lantern gull keeper stairs tower storm barley ferry island copper violin orchard glacier compass
anchor meadow clock bridge marble salt engine letter window garden winter silver chapel market canal"""
_JAPANESE = "灯台 港 階段 嵐 大麦 島 銅 果樹園 氷河 羅針盤 牧場 時計 橋 大理石 塩 機関 手紙 窓 庭 冬 銀 礼拝堂 市場"
_PARTS = 4
_THE_SAME = 0.999
"""Cosine of a passage with its stored vector, which is rounded to half precision."""
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
_SEALED_FROM = 4
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
    if what.steps and what.steps[0].act == "restore":
        told.send(("begin", what.steps[0]))
        KnowledgeBase.restore(Path(what.steps[0].name), what.store, force=True)
        told.send(("done", what.steps[0]))
        return
    told.send(("begin", Step("open")))
    kb = KnowledgeBase.open(settings=settings_for(what.store, what.chunk_tokens))
    told.send(("done", Step("open")))
    kb.warm_up()
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


def _embed_unsealed(kb: KnowledgeBase, step: Step) -> None:
    del step
    embedding = kb._parts.library.embedding
    while embedding.embed_some(embedding.generation()):
        pass
    embedding.indexes.refresh()


def _rebuild(kb: KnowledgeBase, step: Step) -> None:
    del step
    kb._parts.indexes.rebuild()
    kb._parts.indexes.seal(all_words=True)


_ACTS: Mapping[str, Callable[[KnowledgeBase, Step], object]] = {
    "add": _add,
    "remove": _remove,
    "submit": _submit,
    "embed": lambda kb, _: kb.embed_all(),
    "embed unsealed": _embed_unsealed,
    "seal": lambda kb, _: kb._parts.indexes.seal(all_words=True),
    "rebuild": _rebuild,
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
    untouched = found.keys() - {step.name for step in what.steps}
    wrong += [*_by_words(kb, found), *_by_vectors(kb, untouched)]  # at once, before anything is made again
    kb.work_off()
    found = _versions(kb, expected)
    for name, allowed in expected.versions.items():
        if found.get(name) not in allowed:
            wrong.append(f"{name}: version {found.get(name)} is there, of {allowed}")
    kb.embed_all()
    touched = found.keys() - untouched  # the index holds the same vectors of the others as the catalog, says `verify`
    wrong += [*_by_words(kb, found), *_by_vectors(kb, touched), *_gone(kb, expected, found)]
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
        hits = kb.search(_marks(name, version), AskOptions(mode="lexical", k=2 * _PARTS)).hits
        passages = [hit.chunk.text for hit in hits if hit.document.name == name]
        for part in range(_PARTS):
            if not any(token(name, version, part) in text for text in passages):
                yield f"{name}: part {part} of version {version} is not found by words"


def _marks(name: str, version: int) -> str:
    """The words that only this version has."""
    return " ".join(token(name, version, part) for part in range(_PARTS))


def _by_vectors(kb: KnowledgeBase, names: Collection[str]) -> Iterable[str]:
    """Embeds what these documents have been embedded of: each passage is nearest to itself; one a search finds."""
    parts, every = kb._parts, kb.documents()
    infos = [info for info in every if info.name in names]
    yield from (f"{info.name}: a chunk has no vector" for info in infos if info.embedded != info.chunks)
    shape = read_shape(parts.library.embedding.generation().fingerprint)
    passages = [(info, chunk, shape.embedded_text(info.title, chunk)) for info in infos for chunk in kb.chunks(info.id)]
    vectors = parts.embedder.embed_passages([text for _, _, text in passages])
    for (info, chunk, text), vector in zip(passages, vectors, strict=True):
        (nearest,) = parts.indexes.vectors.search(vector, 1) or [(0, 0.0)]
        if nearest[0] != chunk.id or nearest[1] < _THE_SAME:
            yield f"{info.name}: passage {chunk.ordinal} is not found by its vector"
        if chunk.ordinal == 0:
            hits = kb.search(text, AskOptions(mode="dense", k=3)).hits
            if info.id not in {hit.document.id for hit in hits}:
                yield f"{info.name} is not found by vectors"
    there = {chunk.id for info in every for chunk in kb.chunks(info.id)}
    if not there.issuperset(parts.indexes.vectors.ids()):
        yield "passages that are gone are found by vectors"


def _gone(kb: KnowledgeBase, expected: Expected, found: Mapping[str, int]) -> Iterable[str]:
    """The versions before those that are there; asked of the index itself, since a search takes them for misspelt."""
    words = kb._parts.indexes.words
    for name, versions in expected.versions.items():
        last = found.get(name, max((version or 0 for version in versions), default=0) + 1)
        for version in range(max(0, last - 3), last):
            if words and words.search(analyze(_marks(name, version), "en"), 1):
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
        db.execute("DELETE FROM main.sqlite_sequence")  # ids that were given and are gone are not given again
        db.execute(
            """INSERT INTO main.sqlite_sequence SELECT * FROM new.sqlite_sequence
               WHERE name IN (SELECT name FROM main.sqlite_master)"""
        )
    db.close()
