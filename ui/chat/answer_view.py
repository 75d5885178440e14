"""The answer on the page: its text, a numbered mark after each cited sentence, its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.components.v2 import component

from rag.types import Answer, Citation, Location
from ui.components.source_view import sources_of, where
from ui.language import Words

_PREVIEW_CHARACTERS = 400
_QUOTING = ("extractive", "computed")
"""What answers are called that no chat model wrote: their text is the documents' own, to be shown as it is."""
_PART = ("?\n", "？\n", "か。\n")
"""How the part of a question ends that what follows answers: its heading."""
_HERE = Path(__file__).parent
_mount = component(
    "tenkyo_answer",
    html='<div class="answer"></div>',
    css=(_HERE / "answer.css").read_text(encoding="utf-8"),
    js=(_HERE / "answer.js").read_text(encoding="utf-8"),
)


def draw_text(words: Words, key: str, text: str, *, writing: bool) -> None:
    """Text of an answer as it is being written, or as it was when it broke off."""
    _mount(
        key=key, data=_data(words, 0, [{"text": text, "marks": [], "problem": "", "around": []}], [], writing=writing)
    )


def draw_answer(words: Words, key: str, turn: int, answer: Answer) -> None:
    """A finished answer; a click on a mark or a source opens that one in the drawer."""
    cited = [citation for sentence in answer.sentences for citation in sentence.citations]
    position = {id(citation): index for index, citation in enumerate(cited)}
    shown = {number: n for n, number in enumerate(dict.fromkeys(citation.number for citation in cited), 1)}
    languages = {hit.document.id: hit.document.language for hit in answer.hits}
    chips = {
        id(c): _chip(words, position[id(c)], shown[c.number], c) | _lang(languages.get(c.document_id)) for c in cited
    }
    quoted = answer.model in _QUOTING
    sentences = [
        {
            "text": s.text,
            "marks": [chips[id(c)] for c in s.citations],
            "problem": words(f"problem.{s.problem}") if s.problem else "",
            "around": [s.text[: s.span.start], s.answer, s.text[s.span.end :]] if s.span else [],
            "heading": not s.citations and s.text.endswith(_PART),
        }
        | (_lang(languages.get(s.citations[0].document_id)) if quoted and s.citations else {})
        for s in answer.sentences
    ]
    first_of = {citation.number: citation for citation in reversed(cited)}
    listed = [_chip(words, position[id(first_of[number])], n, first_of[number]) for number, n in shown.items()]
    _mount(key=key, data=_data(words, turn, sentences, listed, writing=False) | {"written": not quoted})


def draw_nearest(words: Words, key: str, turn: int, answer: Answer) -> None:
    """The passages that came nearest, for a question that the documents do not seem to answer."""
    listed = [
        _listed(words, index, str(index + 1), source.document_name, source.location)
        for index, source in enumerate(sources_of(answer))
    ]
    _mount(key=key, data=_data(words, turn, [], listed, writing=False))


def _lang(language: str | None) -> dict[str, str]:
    """The language of a quote, for screen readers and for the shapes of Chinese characters."""
    return {"lang": language} if language and language != "und" else {}


def _chip(words: Words, index: int, number: int, citation: Citation) -> dict[str, Any]:
    listed = _listed(words, index, str(number), citation.document_name, citation.location)
    return listed | {"quote": citation.quote[:_PREVIEW_CHARACTERS]}


def _listed(words: Words, index: int, number: str, name: str, location: Location) -> dict[str, Any]:
    place = where(words, location)
    label = words("answer.open_source", number=number, name=name, where=place).strip(" ,、")
    return {"index": index, "number": number, "name": name, "where": place, "label": label}


def _data(
    words: Words, turn: int, sentences: list[dict[str, Any]], sources: list[dict[str, Any]], *, writing: bool
) -> dict[str, Any]:
    return {
        "turn": turn,
        "sentences": sentences,
        "sources": sources,
        "sources_label": words("answer.sources"),
        "copy_label": words("answer.copy"),
        "copied_label": words("answer.copied"),
        "writing": writing,
    }
