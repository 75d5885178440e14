"""How a file that is on its way in is shown."""

import pytest
from streamlit.testing.v1 import AppTest


def running(
    stage: str,
    done: int,
    total: int,
    unit: str,
    per_second: float | None,
    language: str,
    searchable: bool = False,
    paused: bool = False,
) -> None:
    from datetime import UTC, datetime

    import streamlit as st

    from rag.reports import Added, Job, Progress
    from ui.components.job_view import draw_job
    from ui.knowledge import knowledge_base
    from ui.language import words_of
    from ui.visit import Visit

    progress = Progress(stage, done, total, unit, "manual.pdf", per_second) if stage else None
    added = Added("manual.pdf", "added", "0", 6400) if searchable else None
    job = Job(1, "ingest", "manual.pdf", "running", progress, added, None, datetime.now(UTC))
    draw_job(Visit(knowledge_base(), words_of(language), st.sidebar.container()), job, paused)


@pytest.mark.parametrize(
    ("progress", "shown"),
    [
        (("parse", 45, 619, "pages", 20.4, "en"), "reading (45/619) · 20 pages a second · 28 s left"),
        (("parse", 45, 619, "pages", 0.5, "ja"), "読み取り中（45/619） · 毎秒0.5ページ · 残り19分"),
        (
            ("embed", 64, 6400, "chunks", 2.0, "en", True),
            "vectors follow (64/6,400) · 2.0 passages a second · 53 min left",
        ),
        (("embed", 64, 6400, "chunks", 2.0, "en", True, True), "found by words, vectors follow (64/6,400)"),
        (("embed", 64, 6400, "chunks", None, "ja", True), "語で検索可、ベクトル作成中（64/6,400）"),
        (("", 0, 0, "", None, "en", True), "found by words, vectors follow"),  # after a restart
        (("parse", 0, 1, "file", None, "en"), "reading"),
    ],
)
def test_a_file_on_its_way_says_its_stage_its_pace_and_the_time_left(environment, progress, shown):
    page = AppTest.from_function(running, args=progress, default_timeout=60).run()
    line = page.get("progress")[0].proto.text
    assert line.replace("\\", "").replace("\u2060", "").strip().endswith(shown)


def cancelled(language: str) -> None:
    from datetime import UTC, datetime

    import streamlit as st

    from rag.reports import Added, Job
    from ui.components.job_view import draw_job
    from ui.knowledge import knowledge_base
    from ui.language import words_of
    from ui.visit import Visit

    added = Added("manual.pdf", "added", "a", 9)
    job = Job(1, "ingest", "manual.pdf", "cancelled", None, added, None, datetime.now(UTC))
    draw_job(Visit(knowledge_base(), words_of(language), st.sidebar.container()), job)


@pytest.mark.parametrize(("language", "shown"), [("en", "cancelled"), ("ja", "取り消されました")])
def test_a_file_that_was_cancelled_while_it_was_embedded_is_not_called_ready(environment, language, shown):
    page = AppTest.from_function(cancelled, args=(language,), default_timeout=60).run()
    assert [shown in line.value for line in page.caption] == [True]
