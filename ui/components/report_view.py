"""The extraction report: what reading a document found, what looks wrong in it, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from rag.types import DocumentInfo, ExtractionReport
from ui.language import Words
from ui.visit import Visit

_NAMED_AT_MOST = 8


def has_gaps(report: ExtractionReport) -> bool:
    """Whether a person should look before relying on the document: pages without text, or suspicious text."""
    return bool(report.pages_without_text or report.suspicious)


def draw_report(visit: Visit, document: DocumentInfo) -> None:
    """Draws the report, opened at once where something should be looked at."""
    words, report = visit.words, document.report
    inside = [other.name for other in visit.knowledge.documents() if other.parent == document.id]
    warnings = list(_warnings(words, report))
    with st.expander(words("report.title"), expanded=bool(warnings), icon=":material/fact_check:"):
        for warning in warnings:
            st.warning(warning, icon=":material/warning:")
        for line in _findings(words, report, inside):
            st.markdown(line)


def _warnings(words: Words, report: ExtractionReport) -> Iterable[str]:
    if report.misnamed:
        yield words.markdown("report.misnamed", what=report.misnamed)
    if report.pages_without_text:
        yield words("report.blank", pages=named(words, map(str, report.pages_without_text)))
    for reason, count in report.suspicious.items():
        yield words.markdown("report.suspicious", what=words.name("suspicious", reason), count=f"{count:,}")


def _findings(words: Words, report: ExtractionReport, inside: list[str]) -> Iterable[str]:
    if report.pages:
        read = report.pages - len(report.pages_without_text)
        yield words("report.pages", read=f"{read:,}", pages=f"{report.pages:,}")
    yield words("report.amount", characters=f"{report.characters:,}", tables=f"{report.tables:,}")
    if report.encoding:
        yield words.markdown("report.encoding", encoding=report.encoding.upper())
    if inside:
        yield words.markdown("report.inside", names=named(words, inside))
    for reason, group in groupby(sorted(report.skipped, key=lambda one: one.reason), key=lambda one: one.reason):
        names = named(words, sorted({one.what for one in group if one.what}))
        key = "report.skipped_named" if names else "report.skipped"
        yield words.markdown(key, reason=words.name("skipped", reason), names=names)


def named(words: Words, names: Iterable[str], separator: str = "") -> str:
    """The first few names; that there are more is said."""
    every = list(names)
    shown = (separator or words("report.and")).join(every[:_NAMED_AT_MOST])
    return words("report.more", names=shown) if len(every) > _NAMED_AT_MOST else shown
