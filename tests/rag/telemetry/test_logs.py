"""The log tells what runs do in figures; texts only where the settings ask for them."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.events import ModelFailed, RunFailed, RunStarted, StageStarted
from rag.telemetry import logs
from rag.telemetry.logs import Logs
from tests._checkpoints import tiny_llama
from tests.conftest import Open

GUIDE = b"# Guide\n\nThe library opens at nine. It closes at eight on weekdays.\n"
QUESTION = "When does it close on weekdays?"


@pytest.fixture
def log(tmp_path: Path):
    opened: list[Logs] = []

    def open_(**settings: object) -> Logs:
        opened.append(Logs(tmp_path / "logs" / "tenkyo.jsonl", **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


def lines(kb: KnowledgeBase) -> list[dict]:
    text = (kb.settings.store / "logs" / "tenkyo.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_llama(tmp_path_factory.mktemp("tiny-llama")))


def asked(open_kb: Open, checkpoint: str, **settings: object) -> KnowledgeBase:
    kb = open_kb(chat_model=checkpoint, temperature=0, answer_tokens=32, **settings)
    kb.add(GUIDE, "secret-guide.md")
    kb.ask(QUESTION)
    return kb


def test_a_question_is_logged_in_figures_and_no_text(open_kb: Open, checkpoint: str) -> None:
    kb = asked(open_kb, checkpoint)
    story = [line["event"] for line in lines(kb)]
    assert story == ["RunStarted", "PassagesRetrieved", "PromptBuilt", "ModelFinished", "RunEnded", "AnswerReady"]
    assert len({line["run_id"] for line in lines(kb)}) == 1
    built, finished, ended, ready = lines(kb)[2:]
    assert built["purpose"] == "answer"
    assert built["window"] == 4096
    assert 0 < built["tokens"] < 4096
    assert finished["prompt_tokens"] == built["tokens"] == ended["prompt_tokens"]
    assert ready["answered"] is True
    written = json.dumps(lines(kb), ensure_ascii=False)
    assert not any(text in written for text in ("weekdays", "library", "secret-guide"))
    assert [line.event for line in kb.logs.latest(2)] == ["AnswerReady", "RunEnded"]


def test_at_debug_the_texts_are_there(open_kb: Open, checkpoint: str) -> None:
    kb = asked(open_kb, checkpoint, log_level="debug")
    assert lines(kb)[0]["about"] == QUESTION
    built = next(line for line in lines(kb) if line["event"] == "PromptBuilt")
    assert "It closes at eight on weekdays." in built["messages"][-1][1]


def test_it_can_be_off_or_on_standard_error(open_kb: Open, checkpoint: str, capsys: pytest.CaptureFixture) -> None:
    kb = asked(open_kb, checkpoint, log="off")
    assert capsys.readouterr().err.count("RunStarted") == 0
    assert kb.logs.latest() == []
    assert not (kb.settings.store / "logs").exists()
    kb = asked(open_kb, checkpoint, log="stderr", store="other")
    printed = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert [line["event"] for line in printed][:2] == ["RunStarted", "PassagesRetrieved"]
    assert not (kb.settings.store / "logs").exists()


def test_levels_choose_what_is_written_and_read(log) -> None:
    one = log(level="warning")
    one.hear(RunStarted("ask", "?"))
    one.hear(StageStarted("searching"))
    one.hear(ModelFailed({"code": "model_unavailable", "message": "m", "hint": "h"}))
    one.hear(RunFailed({"code": "question_too_long", "message": "m", "hint": "h"}))
    assert [(line.event, line.level) for line in one.latest()] == [("RunFailed", "error"), ("ModelFailed", "warning")]
    assert [line.event for line in one.latest(level="error")] == ["RunFailed"]
    assert one.latest(1)[0].fields["code"] == "question_too_long"


def test_warnings_of_our_loggers_are_in_it_until_it_is_closed(log) -> None:
    one = log()
    try:
        raise ValueError("bad")
    except ValueError:
        logging.getLogger("rag.ingest.jobs").exception("a job failed")
    logging.getLogger("elsewhere").warning("not ours")
    one.close()
    logging.getLogger("rag.ingest.jobs").warning("too late")
    (line,) = one.latest()
    assert (line.event, line.level, line.logger) == ("a job failed", "error", "rag.ingest.jobs")
    assert "ValueError: bad" in str(line.fields["error"])


def test_a_large_file_is_set_aside_and_few_are_kept(log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(logs, "_LARGEST", 2_000)
    one = log()
    for number in range(200):
        one.hear(RunStarted(f"kind {number}", "?"))
    files = sorted(path.name for path in (tmp_path / "logs").glob("*.jsonl"))
    assert files == ["tenkyo.1.jsonl", "tenkyo.2.jsonl", "tenkyo.3.jsonl"] or files[-1] == "tenkyo.jsonl"
    assert len(files) <= 4
    assert all(path.stat().st_size < 2_300 for path in (tmp_path / "logs").glob("*.jsonl"))


def test_lines_of_many_threads_stay_whole(log, tmp_path: Path) -> None:
    both = [log(), log()]

    def write(one: Logs) -> None:
        for number in range(100):
            one.hear(RunStarted(f"{number}" * 50, "?"))

    threads = [threading.Thread(target=write, args=(one,)) for one in both * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text = (tmp_path / "logs" / "tenkyo.jsonl").read_text()
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["RunStarted"] * 400


def test_a_disk_that_takes_nothing_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    one = Logs(tmp_path / "logs" / "tenkyo.jsonl")
    one.hear(RunStarted("ask", "?"))
    one.close()
    assert one.latest() == []
    assert (tmp_path / "logs").read_text() == "a file where the folder should be"


def test_a_line_that_was_cut_is_passed_over(log, tmp_path: Path) -> None:
    one = log()
    one.hear(RunStarted("ask", "?"))
    with (tmp_path / "logs" / "tenkyo.jsonl").open("a") as stream:
        stream.write('{"time": "2026\n[]\n')
    assert [line.event for line in one.latest()] == ["RunStarted"]
