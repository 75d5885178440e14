"""The answer on the page: its text, a numbered mark after each cited sentence, its sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from rag.types import Answer, Citation, Location
from ui.language import Words
from ui.source_view import Source, where

_PREVIEW_CHARACTERS = 400
_HERE = Path(__file__).parent
_mount = component(
    "tenkyo_answer",
    html='<div class="answer"></div>',
    css=(_HERE / "answer.css").read_text(encoding="utf-8"),
    js=(_HERE / "answer.js").read_text(encoding="utf-8"),
)


def draw_text(words: Words, key: str, text: str, *, writing: bool) -> None:
    """Text of an answer as it is being written, or as it was when it broke off."""
    _mount(key=key, data=_data(words, [{"text": text, "marks": [], "problem": ""}], [], writing=writing))


def draw_answer(words: Words, key: str, answer: Answer, open_source: Callable[[Source], None]) -> None:
    """A finished answer; a click on a mark or a source calls `open_source` before the next run."""
    cited = [citation for sentence in answer.sentences for citation in sentence.citations]
    position = {id(citation): index for index, citation in enumerate(cited)}
    shown = {number: n for n, number in enumerate(dict.fromkeys(citation.number for citation in cited), 1)}
    sentences = [
        {
            "text": s.text,
            "marks": [_chip(words, position[id(c)], shown[c.number], c) for c in s.citations],
            "problem": words(f"problem.{s.problem}") if s.problem else "",
        }
        for s in answer.sentences
    ]
    first_of = {citation.number: citation for citation in reversed(cited)}
    listed = [_chip(words, position[id(first_of[number])], n, first_of[number]) for number, n in shown.items()]
    _mount(
        key=key,
        data=_data(words, sentences, listed, writing=False),
        on_open_change=lambda: open_source(source_of(answer, cited[int(st.session_state[key]["open"])])),
    )


def draw_nearest(words: Words, key: str, answer: Answer, open_source: Callable[[Source], None]) -> None:
    """The passages that came nearest, for a question that the documents do not seem to answer."""
    sources = [
        Source(hit.document.id, hit.document.name, hit.chunk, 0, len(hit.chunk.text), hit.chunk.location)
        for hit in answer.hits
    ]
    listed = [
        _listed(words, index, str(index + 1), source.document_name, source.location)
        for index, source in enumerate(sources)
    ]
    _mount(
        key=key,
        data=_data(words, [], listed, writing=False),
        on_open_change=lambda: open_source(sources[int(st.session_state[key]["open"])]),
    )


def source_of(answer: Answer, citation: Citation) -> Source:
    """What a citation points at, with the passage that the quote stands in."""
    chunk = next((hit.chunk for hit in answer.hits if hit.chunk.id == citation.chunk_id), None)
    return Source(citation.document_id, citation.document_name, chunk, citation.start, citation.end, citation.location)


def _chip(words: Words, index: int, number: int, citation: Citation) -> dict[str, Any]:
    listed = _listed(words, index, str(number), citation.document_name, citation.location)
    return listed | {"quote": citation.quote[:_PREVIEW_CHARACTERS]}


def _listed(words: Words, index: int, number: str, name: str, location: Location) -> dict[str, Any]:
    place = where(words, location)
    label = words("answer.open_source", number=number, name=name, where=place).strip(" ,、")
    return {"index": index, "number": number, "name": name, "where": place, "label": label}


def _data(
    words: Words, sentences: list[dict[str, Any]], sources: list[dict[str, Any]], *, writing: bool
) -> dict[str, Any]:
    return {
        "sentences": sentences,
        "sources": sources,
        "sources_label": words("answer.sources"),
        "copy_label": words("answer.copy"),
        "copied_label": words("answer.copied"),
        "writing": writing,
    }
