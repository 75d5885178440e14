"""What can be made of the documents that are chosen: a summary, a comparison, a table, questions to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Event as Flag
from typing import Any

import streamlit as st

from rag.results import Comparison, ExtractedColumn, ExtractedTable, Pair
from rag.types import Answer, Chunk, Citation, DocumentInfo, Hit, Sentence
from ui.chat.history import ask_anew
from ui.components.model_choice import draw_model_choice
from ui.components.source_view import Source, draw_source, where
from ui.components.work import Work
from ui.language import Words
from ui.plain import plain
from ui.visit import Visit

_POLL_S = 0.3
_FIRST_LOOK_S = 0.6
_SHOWN = 10
_MOST = 200
_KINDS = ("text", "number", "date", "boolean", "list")
_LENGTHS = ("short", "medium", "long")
_SOURCE = "chain_source"

Produce = Callable[[Flag], Iterator[Any]]


def draw_chains(visit: Visit, documents: Sequence[DocumentInfo]) -> None:
    """Draws the choice of what to make of the documents, and what came of it."""
    if documents:
        with st.container(border=True, key="chains"):
            _draw_choice(visit, documents)
    if source := st.session_state.get(_SOURCE):
        st.dialog(visit.words("source.title"), width="large", on_dismiss=_close)(draw_source)(visit, source)


def _draw_choice(visit: Visit, documents: Sequence[DocumentInfo]) -> None:
    words, count = visit.words, len(documents)
    kinds = [*(("summary", "questions") if count == 1 else ("summary",)), *(("compare",) if count < 3 else ()), "table"]
    kind = st.segmented_control(
        words("chains.label"), kinds, format_func=lambda one: words(f"chains.{one}"), key=f"chains-{'-'.join(kinds)}"
    )
    if kind is None:
        return
    key = f"work-{kind}-{hash(tuple(document.id for document in documents))}"
    produce = {"summary": _summary, "questions": _questions, "compare": _compare, "table": _table}[kind]
    _draw_start(visit, key, kind, produce(visit, documents, draw_model_choice(visit)))
    if work := st.session_state.get(key):
        _draw_work(visit, key, work)


def _draw_start(visit: Visit, key: str, kind: str, produce: Produce | None) -> None:
    st.button(
        visit.words(f"chains_start.{kind}"),
        key=f"start-{key}",
        type="primary",
        disabled=produce is None,
        on_click=lambda: st.session_state.update({key: Work(kind, produce)}) if produce else None,
    )


# -- what is asked for -----------------------------------------------------------------------------------------


def _summary(visit: Visit, documents: Sequence[DocumentInfo], model: str) -> Produce:
    words, ids = visit.words, [document.id for document in documents]
    length: Any = st.segmented_control(
        words("chains.length"),
        _LENGTHS,
        default="medium",
        required=True,
        format_func=lambda one: words(f"chains.{one}"),
        key="chains_length",
    )
    return lambda stop: visit.knowledge.chains.summarise(ids, length, model=model, stop=stop)


def _questions(visit: Visit, documents: Sequence[DocumentInfo], model: str) -> Produce:
    return lambda stop: visit.knowledge.chains.suggest(documents[0].id, model=model, stop=stop)


def _compare(visit: Visit, documents: Sequence[DocumentInfo], model: str) -> Produce | None:
    left = documents[0].id
    if len(documents) == 2:
        right = documents[1].id
    else:
        names = {one.id: one.name for one in visit.knowledge.documents() if one.id != left}
        right = st.selectbox(
            visit.words("chains.with"), list(names), index=None, format_func=lambda id_: names[id_], placeholder=""
        )
    return partial(_compared, visit, left, right, model) if right else None


def _compared(visit: Visit, left: str, right: str, model: str, stop: Flag) -> Iterator[Any]:
    return visit.knowledge.chains.compare(left, right, model=model, stop=stop)


def _table(visit: Visit, documents: Sequence[DocumentInfo], model: str) -> Produce | None:
    words, ids = visit.words, [document.id for document in documents]
    st.caption(words("chains.columns"))
    rows: Any = st.data_editor(
        [{"name": "", "description": "", "kind": "text"} for _ in range(3)],
        num_rows="dynamic",
        hide_index=True,
        key=f"chains_columns_{words.language}",
        column_config={
            "name": st.column_config.TextColumn(words("chains.column"), max_chars=80),
            "description": st.column_config.TextColumn(words("chains.description"), max_chars=300, width="large"),
            "kind": st.column_config.SelectboxColumn(
                words("chains.kind"),
                options=list(_KINDS),
                default="text",
                format_func=lambda kind: words(f"column_kinds.{kind}"),
            ),
        },
    )
    columns = [
        ExtractedColumn(row["name"].strip(), (row.get("description") or "").strip(), row.get("kind") or "text")
        for row in rows
        if (row.get("name") or "").strip()
    ]
    return (lambda stop: visit.knowledge.chains.extract(ids, columns, model=model, stop=stop)) if columns else None


# -- what came of it -------------------------------------------------------------------------------------------


def _draw_work(visit: Visit, key: str, work: Work) -> None:
    work.wait(_FIRST_LOOK_S)
    if not work.finished:
        st.fragment(_draw_progress, run_every=_POLL_S)(visit, key, work)
        return
    words = visit.words
    if work.error:
        message, hint = words.error(work.error)
        st.error(words.markdown("app.problem", message=message, hint=hint))
    elif work.result is None:
        st.caption(words("chains.stopped"))
    else:
        draw: dict[str, Callable[..., None]] = {"summary": _draw_summary, "compare": _draw_comparison}
        draw |= {"questions": _draw_questions, "table": _draw_table}
        draw[work.kind](visit, key, work.result)


def _draw_progress(visit: Visit, key: str, work: Work) -> None:
    if work.finished:
        st.rerun()
    words, progress = visit.words, work.progress
    stage = words.name("chain_stages", progress.stage) if progress else words("chains.begins")
    share = progress.done / progress.total if progress and progress.total else 0.0
    file = f" · {progress.file}" if progress and progress.file else ""
    st.progress(min(1.0, share), plain(stage + file))
    st.button(words("ask.stop"), key=f"stop-{key}", icon=":material/stop_circle:", on_click=work.stop.set)


def _draw_summary(visit: Visit, key: str, answer: Answer) -> None:
    _draw_sentences(visit, key, answer.sentences, answer.hits)
    st.caption(_by(visit.words, answer.model))


def _draw_questions(visit: Visit, key: str, questions: Sequence[Any]) -> None:
    with st.container(key="chain_questions_list"):
        for n, one in enumerate(questions):
            icon = ":material/chat_bubble:"
            if st.button(plain(one.question), key=f"{key}-{n}", icon=icon, type="tertiary"):
                ask_anew(visit, one.question)
    if not questions:
        st.caption(visit.words("chains.no_questions"))


def _draw_comparison(visit: Visit, key: str, found: Comparison) -> None:
    words = visit.words
    names = {"left": found.left, "right": found.right}
    _draw_sentences(visit, f"{key}-written", found.written, found.hits)
    if found.differing:
        st.subheader(words("chains.differing"))
        _draw_pairs(visit, f"{key}-differing", found.differing, found, names)
    for side, sentences in (("left", found.only_left), ("right", found.only_right)):
        if sentences:
            st.subheader(words.markdown("chains.only", name=names[side]))
            _draw_sentences(visit, f"{key}-{side}", sentences, found.hits)
    if found.same:
        with st.expander(words("chains.same", count=len(found.same))):
            _draw_sentences(visit, f"{key}-same", [pair.left for pair in found.same], found.hits)
    st.caption(_by(words, found.model))


def _draw_pairs(visit: Visit, key: str, pairs: Sequence[Pair], found: Comparison, names: dict[str, str]) -> None:
    left, right = st.columns(2)
    left.caption(plain(names["left"]))
    right.caption(plain(names["right"]))
    for n, pair in enumerate(pairs[:_MOST]):
        left, right = st.columns(2)
        with left:
            _draw_sentences(visit, f"{key}-{n}-left", [pair.left], found.hits)
        with right:
            _draw_sentences(visit, f"{key}-{n}-right", [pair.right], found.hits)


def _draw_table(visit: Visit, key: str, table: ExtractedTable) -> None:
    words = visit.words
    cells = [cell for row in table.rows for cell in row.cells]
    rows = [
        {words("column.name"): row.document_name}
        | {
            column.name: f"⚠ {cell.text}" if cell.problem else cell.text
            for column, cell in zip(table.columns, row.cells, strict=True)
        }
        for row in table.rows
    ]
    st.dataframe(rows, hide_index=True, key=f"{key}-cells")
    if any(cell.problem for cell in cells):
        st.caption(words("chains.unsupported"))
    st.download_button(
        words("chains.csv"),
        table.csv().encode("utf-8-sig"),
        "table.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"{key}-csv",
    )
    with st.expander(words("chains.sources")):
        for row in table.rows:
            for n, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
                if cell.text:
                    sentence = Sentence(
                        f"{row.document_name} · {column.name}: {cell.text}", cell.citations, cell.problem
                    )
                    _draw_sentences(visit, f"{key}-{row.document_id}-{n}", [sentence], table.hits)
    for name, reason in table.failures:
        st.caption(words.markdown("chains.failed", name=name, reason=reason))
    st.caption(_by(words, table.model))


def _draw_sentences(visit: Visit, key: str, sentences: Sequence[Sentence], hits: Sequence[Hit]) -> None:
    """The first of them, and the others folded away."""
    with st.container(key=f"sentences-{key}", gap="xsmall"):
        for n, sentence in enumerate(sentences[:_SHOWN]):
            _draw_sentence(visit, f"{key}-{n}", sentence, hits)
        if rest := sentences[_SHOWN:]:
            with st.expander(visit.words("chains.more", count=len(rest))):
                _draw_rest(visit, key, rest, hits)


def _draw_rest(visit: Visit, key: str, sentences: Sequence[Sentence], hits: Sequence[Hit]) -> None:
    with st.container(key=f"sentences-{key}-rest", gap="xsmall"):
        for n, sentence in enumerate(sentences[:_MOST]):
            _draw_sentence(visit, f"{key}-rest-{n}", sentence, hits)
        if len(sentences) > _MOST:
            st.caption(visit.words("chains.more", count=len(sentences) - _MOST))


def _draw_sentence(visit: Visit, key: str, sentence: Sentence, hits: Sequence[Hit]) -> None:
    """A sentence with a button for every place that it rests on."""
    words, text = visit.words, plain(sentence.text.strip())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{text} :orange-badge[{words(f'problem.{sentence.problem}')}]" if sentence.problem else text)
        for n, citation in enumerate(sentence.citations):
            source = _source(citation, hits)
            st.button(
                where(words, citation.location) or words("chains.source"),
                key=f"{key}-{n}",
                icon=":material/find_in_page:",
                type="tertiary",
                help=plain(citation.document_name),
                on_click=lambda source=source: st.session_state.update({_SOURCE: source}),
            )


def _source(citation: Citation, hits: Sequence[Hit]) -> Source:
    chunk: Chunk | None = next((hit.chunk for hit in hits if hit.chunk.id == citation.chunk_id), None)
    return Source(citation.document_id, citation.document_name, chunk, citation.start, citation.end, citation.location)


def _by(words: Words, model: str) -> str:
    return words("answer.extractive") if model == "extractive" else words.markdown("answer.model", name=model)


def _close() -> None:
    st.session_state.pop(_SOURCE, None)
