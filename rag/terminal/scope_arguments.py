"""The terminal's words for which documents a question is asked of."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.errors import DocumentNotFound
from rag.knowledge_base import KnowledgeBase
from rag.types import AskOptions


def add_scope(command: argparse.ArgumentParser) -> None:
    """Adds the options; each narrows further, and of one that is given several times any will do."""
    command.add_argument("--document", action="append", default=[], help="search in these only: a name, or an id")
    command.add_argument("--collection", action="append", default=[], help="search in these only")
    command.add_argument("--type", action="append", default=[], help="files like this only: pdf, or a media type")
    command.add_argument("--language", action="append", default=[], help="documents in this only: en, ja, …")
    command.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="of this day or later")
    command.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="of this day or earlier")
    command.add_argument("--where", action="append", default=[], type=_pair, metavar="KEY=VALUE", help="by metadata")


def scope_of(options: argparse.Namespace, kb: KnowledgeBase, asked: AskOptions) -> AskOptions:
    """The options as they were given; raises DocumentNotFound where no document is meant."""
    return replace(
        asked,
        documents=frozenset(id_ for named in options.document for id_ in _documents(named, options.collection, kb)),
        collections=frozenset(() if options.document else options.collection),
        media_types=frozenset(media_type for name in options.type for media_type in _media_types(name, kb)),
        languages=frozenset(options.language),
        since=options.since,
        until=options.until,
        metadata=frozenset(options.where),
    )


def _documents(named: str, collections: Sequence[str], kb: KnowledgeBase) -> set[str]:
    """All of this name in these collections, or wherever they are; else the one whose id begins so."""
    so_named = {info.id: info for info in kb.documents() if info.name == named}
    there = {id_ for id_, info in so_named.items() if not collections or info.collection in collections}
    if so_named and not there:
        raise DocumentNotFound(f"There is no document {named} in {', '.join(collections)}.", "List the documents.")
    return there or {kb.resolve(named)}


def _media_types(name: str, kb: KnowledgeBase) -> set[str]:
    """Those of the documents whose name ends so, or that are of this media type."""
    ending = f".{name.lower().lstrip('.')}"
    found = {i.media_type for i in kb.documents() if i.media_type == name or i.name.lower().endswith(ending)}
    if not found:
        raise DocumentNotFound(f"There is no document of type {name}.", "List the documents to see what there is.")
    return found


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value
