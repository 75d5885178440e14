"""The store that is damaged, and what a person then meets: pages, commands, and what `verify --repair` brings back."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.kill_rounds import _PARTS, _SEALED_FROM, _marks, text_of, token
from rag import AskOptions, KnowledgeBase, Settings, TenkyoError
from rag.errors import StoreError
from rag.stores import faiss_segments
from rag.types import Example, Feedback

SETTINGS = "tenkyo.toml"
_TOML = 'samples = false\nembedding_languages = "*"\nparse_workers = 2\nchunk_tokens = 64\nchunk_overlap_tokens = 0\n'
_NAMES = [f"note{number:02}.md" for number in range(8)]
_LATE = "note08.md"
_OWNER = "ann"
_ADMIN = "damage"


class Person:
    """Uses the store; what is said to them, and what is wrong: tracebacks, and errors that say nothing."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.told: list[str] = []
        self.wrong: list[str] = []
        self.hints = ""

    def does(self, name: str, use: Callable[[], Any]) -> Any:
        """What it gives, None where it was refused with words."""
        try:
            return use()
        except TenkyoError as error:
            self.told.append(f"{name}: {error}")
            self.hints += error.hint
            if not error.hint:
                self.wrong.append(f"{name}: no hint in {error}")
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.wrong.append(f"{name}: {error!r:.200} at {Path(last.filename).name}:{last.lineno}")
        return None


def make(store: Path, told: Connection) -> None:
    """A store in which everything that can be damaged is there."""
    faiss_segments.SEALED_FROM = _SEALED_FROM
    store.mkdir(parents=True)
    (store / SETTINGS).write_text(_TOML)
    with _opened(store) as kb:
        for name in _NAMES:
            kb.add_searchable(text_of(name, 1).encode(), name)
        kb.embed_all()
        kb.conversations.start(_OWNER, "What is there?")
        (conversation,) = kb.conversations.list(_OWNER)
        question = token(_NAMES[0], 1, 0)
        kb.conversations.put_turn(_OWNER, conversation.id, 0, question, kb.ask(question))
        kb.conversations.rate(_OWNER, conversation.id, 0, Feedback(True, "good"))
        kb.conversations.summarise(_OWNER, conversation.id, "What was said.", 1)
        for template in kb.templates.all():
            kb.templates.save(template.name, template.language, template.text)
        kb.examples.save([Example("When is it open?", "At nine.", "en"), Example("いつ開く?", "九時。", "ja")])
        _chains(kb)
        kb.submit(b"", "empty.md")
        kb.submit(b"Four words stand here.", "four.txt")
        kb.work_off()
        kb.pause()
        kb.submit(text_of(_LATE, 1).encode(), _LATE)
    told.send(([], []))


def look(store: Path, told: Connection, number: int) -> None:
    """Draws some pages, opens the store, uses it, repairs it; sends what was said, and what is wrong."""
    faiss_segments.SEALED_FROM = _SEALED_FROM
    logging.disable(logging.CRITICAL)  # Streamlit warns of each page that is drawn without a browser
    person = Person(store)
    if person.does("settings", lambda: _settings(store)) is None:
        (store / SETTINGS).write_text(_TOML)  # as they are told to
    person.does("pages", lambda: _draw_pages(person, number))
    kb = person.does("open", lambda: _opened(store))
    if kb is not None:
        _use(person, kb)
        kb.close()
    if kb is None or "rag rebuild" in person.hints:
        _rebuild(person)
    if not _mend(person):
        _rebuild(person)
        if not _mend(person):
            person.wrong.append("the catalog is still damaged")
    told.send((person.told, person.wrong))


def _rebuild(person: Person) -> None:
    gc.collect()  # errors hold rows that were being read, and those the database
    person.does("rebuild", lambda: KnowledgeBase.rebuild(person.store))


def _mend(person: Person) -> bool:
    """Repairs the store and looks whether all is there; False where it is said that the catalog must be made anew."""
    kb = person.does("open again", lambda: _opened(person.store))
    if kb is None:
        return False
    with kb:
        person.does("resume", kb.resume)
        person.does("work off", kb.work_off)
        found = person.does("verify", lambda: kb.verify(repair=True))
        if found is None or any(finding.code == "catalog_damaged" for finding in found.findings):
            return False
        person.told += [f"repaired: {finding.code}" for finding in found.repaired]
        person.wrong += [f"not repaired: {finding}" for finding in found.findings]
        person.wrong += person.does("what is left", lambda: list(_lost(kb))) or []
    return True


def _settings(store: Path) -> Settings:
    os.chdir(store)
    return Settings.load().model_copy(update={"store": store})


def _opened(store: Path) -> KnowledgeBase:
    return KnowledgeBase.open(store, _settings(store))


def _use(person: Person, kb: KnowledgeBase) -> None:
    """What its pages and commands do."""
    person.does("documents", kb.documents)
    for name in _NAMES:
        hits = person.does("search", lambda name=name: kb.search(_marks(name, 1)).hits)
        if hits is not None and name not in {hit.document.name for hit in hits}:
            person.told.append(f"{name} is not found at first")
    person.does("ask", lambda: kb.ask(token(_NAMES[1], 1, 1)))
    uses: dict[str, Callable[[], Any]] = {
        "stats": kb.stats,
        "jobs": kb.jobs,
        "activity": kb.activity,
        "usage": kb.usage,
        "rated": kb.conversations.rated,
        "templates": kb.templates.all,
        "examples": kb.examples.all,
        "languages": kb.languages.uses,
        "chains": lambda: _chains(kb),
        "logs": kb.logs.latest,
        "reindex estimate": lambda: kb.reindexing.estimate({"chunk_tokens": 100}),
        "backup": lambda: kb.back_up(person.store.parent / "backup.zip"),
    }
    for name, use in uses.items():
        person.does(name, use)
    for one in person.does("conversations", lambda: kb.conversations.list(_OWNER)) or ():
        person.does("conversation", lambda one=one: kb.conversations.export(_OWNER, one.id, "markdown"))


def _chains(kb: KnowledgeBase) -> None:
    first = next(iter(kb.documents())).id
    list(kb.chains.summarise([first]))
    list(kb.chains.suggest(first))


def _draw_pages(person: Person, number: int) -> None:
    """Those that everybody sees, and one section of the admin's, another each round."""
    from streamlit.testing.v1 import AppTest

    from ui.admin import SECTIONS
    from ui.knowledge import knowledge_base

    os.environ["TENKYO_STORE"], os.environ["TENKYO_ADMIN_PASSWORD"] = str(person.store), _ADMIN
    places = [("ask", ""), ("library", ""), ("admin", list(SECTIONS)[number % len(SECTIONS)])]
    for page, section in places:
        app = AppTest.from_function(_page, args=(page,), default_timeout=120)
        app.query_params["section"] = section
        app.run()
        for shown in app.exception:
            is_ours = shown.proto.type.endswith(StoreError.__name__)  # in a fragment: the app shows it in words
            (person.told if is_ours else person.wrong).append(f"page {page} {section}: {shown.message:.300}")
        person.told += [f"page {page} {section}: {error.value:.200}" for error in app.error]
    with suppress(TenkyoError):
        knowledge_base().close()
    knowledge_base.clear()
    del os.environ["TENKYO_STORE"], os.environ["TENKYO_ADMIN_PASSWORD"]


def _page(name: str) -> None:
    import importlib

    import streamlit as st

    from rag.errors import TenkyoError
    from ui.knowledge import knowledge_base
    from ui.language import words_of
    from ui.trouble import show_fault
    from ui.visit import Visit

    st.session_state.admin = True
    try:
        importlib.import_module(f"ui.{name}").page(Visit(knowledge_base(), words_of("en"), st.sidebar.container()))
    except TenkyoError as error:  # as the app does
        show_fault(error)


def _lost(kb: KnowledgeBase) -> Iterable[str]:
    """Of all that was ever acknowledged."""
    there = {info.name: info for info in kb.documents()}
    for name in (*_NAMES, _LATE):
        text, info = text_of(name, 1).encode(), there.get(name)
        sha256 = hashlib.sha256(text).hexdigest()
        if info is None or info.sha256 != sha256 or kb.original(info.id) != text:
            yield f"{name} is not there"
            continue
        hits = kb.search(_marks(name, 1), AskOptions(mode="lexical", k=4 * _PARTS)).hits
        if not all(any(token(name, 1, n) in hit.chunk.text for hit in hits) for n in range(_PARTS)):
            yield f"{name} is not found by words"
        passages = kb.chunks(info.id)
        if info.embedded != info.chunks or len(passages) != info.chunks:
            yield f"{name} has {info.embedded} vectors of {info.chunks}"
