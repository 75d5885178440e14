"""A document's blocks become chunks, each with the key by which its vector is known."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from loaders import Block, Document
from rag.embedders._switching import SwitchingEmbedder
from rag.indexing.shape import Shape
from rag.priority import give_way, in_turns
from rag.reports import Added
from rag.storage.records import NewChunk, NewDocument, document_id
from rag.text.languages import eastern_language
from rag.text.splitting import fitting_title, split
from rag.types import Chunk


def cut(title: str, blocks: Sequence[Block], shape: Shape, embedder: SwitchingEmbedder) -> list[NewChunk]:
    """The chunks of a document, cut for a generation of this shape."""
    give_way()
    title = fitting_title(title, embedder)
    chunks = split(title, blocks, embedder, shape.chunk_tokens, shape.chunk_overlap_tokens)
    return [NewChunk(chunk, _embedding_key(title, chunk, blocks, shape)) for chunk in in_turns(chunks)]


def cut_family(
    document: Document,
    collection: str,
    size: int,
    shape: Shape,
    embedder: SwitchingEmbedder,
    parent: str | None = None,
) -> tuple[list[NewDocument], list[Added]]:
    """The document and those inside it, cut, each named by its path; and the files inside that were not read."""
    id_ = document_id(collection, document.name, document.id)
    family, unread = [NewDocument(document, size, cut(document.title, document.blocks, shape, embedder), parent)], []
    names = Counter[str]()
    for child in document.children:
        names[child.name] += 1
        number = f" ({names[child.name]})" if names[child.name] > 1 else ""
        name = f"{document.name}/{child.name}{number}"
        if child.document is None:
            unread.append(Added(name, "failed", None, 0, child.error))
            continue
        more = cut_family(replace(child.document, name=name), collection, len(child.data), shape, embedder, id_)
        family += more[0]
        unread += more[1]
    return family, unread


def _embedding_key(title: str, chunk: Chunk, blocks: Sequence[Block], shape: Shape) -> bytes | None:
    """Names the vector by model and text; None for far rows of a table and what the model cannot read: words do."""
    far = blocks[chunk.spans[0].block].kind == "table" and (chunk.location.row or 0) > shape.embedded_rows
    if far or shape.leaves_out(eastern_language(chunk.text)):
        return None
    text = "\0".join((shape.embedding, shape.embedded_text(title, chunk)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
