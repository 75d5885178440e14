"""`python -m rag`, as a person types it: real processes, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[3]


class Terminal:
    """Runs commands on one store."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def run(self, *arguments: str, stdin: str = "", code: int = 0) -> list[dict[str, Any]]:
        process = self.raw(*arguments, "--json", stdin=stdin)
        assert process.returncode == code, process.stderr
        return [json.loads(line) for line in process.stdout.splitlines()]

    def raw(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag", "--store", str(self._store), *arguments]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        return subprocess.run(
            command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, timeout=300, check=False
        )


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "store")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "hours.md").write_text("# Hours\n\nThe library opens at nine. It closes at eight.\n")
    (folder / "案内.md").write_text("# 案内\n\n休館日は月曜日です。\n", encoding="utf-8")
    (folder / "empty.md").write_text("")
    return folder


def test_a_library_from_the_terminal(terminal: Terminal, folder: Path) -> None:
    lines = terminal.run("add", str(folder), code=1)
    by_name = {Path(line["file"]).name: line for line in lines}
    assert {name: line["status"] for name, line in by_name.items()} == {
        "hours.md": "added",
        "案内.md": "added",
        "empty.md": "failed",
    }
    assert set(by_name["hours.md"]) == {"file", "status", "document_id", "chunks", "error"}
    assert by_name["hours.md"]["error"] is None
    assert set(by_name["empty.md"]["error"]) == {"code", "message", "hint"}
    assert [line["status"] for line in terminal.run("add", str(folder / "hours.md"))] == ["unchanged"]

    listed = terminal.run("ls")
    assert {row["id"] for row in listed} == {by_name[name]["document_id"] for name in ("hours.md", "案内.md")}
    assert {row["state"] for row in listed} == {"indexed"}

    (found,) = terminal.run("search", "when does it close", "-k", "1")
    assert set(found) == {"query", "hits", "confidence", "took_ms"}
    (hit,) = found["hits"]
    assert set(hit) == {"rank", "score", "document", "location", "heading", "text"}
    assert hit["document"] == {"id": by_name["hours.md"]["document_id"], "name": "hours.md"}
    assert "closes at eight" in hit["text"]

    (answer,) = terminal.run("ask", "休館日はいつですか")
    assert set(answer) == {"question", "answer", "answered", "confidence", "sentences", "model", "took_ms"}
    assert (answer["answered"], answer["answer"], answer["model"]) == (True, "休館日は月曜日です。", "extractive")
    (citation,) = answer["sentences"][0]["citations"]
    assert citation["document"]["name"] == "案内.md"
    assert citation["quote"] == "休館日は月曜日です。"
    assert citation["location"] == {"line": 3}

    (declined,) = terminal.run("ask", "Who won the world cup in 1998?")
    assert declined["answered"] is False
    assert declined["sentences"] == []

    (reindexed,) = terminal.run("reindex")
    assert reindexed["documents"] == 2
    (stats,) = terminal.run("stats")
    assert stats["documents"] == stats["chunks"] == stats["index_chunks_words"] == 2
    assert stats["index_chunks_vectors"] == 1  # the default model does not read Japanese

    (receipt,) = terminal.run("rm", by_name["hours.md"]["document_id"][:8])
    assert (receipt["name"], receipt["chunks"], receipt["vectors"]) == ("hours.md", 1, 1)
    assert [row["name"] for row in terminal.run("ls")] == ["案内.md"]


def test_vectors_are_left_to_the_app_that_runs_on_the_store(terminal: Terminal, folder: Path, tmp_path: Path) -> None:
    terminal.run("add", str(folder / "案内.md"))
    with FileLock(str(tmp_path / "store" / "worker.lock")):
        added = terminal.raw("add", str(folder / "hours.md"))
    assert (added.returncode, "the app, which is running, gives them" in added.stderr) == (0, True)
    assert {row["name"]: row["state"] for row in terminal.run("ls")}["hours.md"] == "searchable"
    assert "hours.md" in terminal.raw("search", "opens at nine").stdout
    terminal.run("add", str(folder / "hours.md"))
    assert {row["name"]: row["state"] for row in terminal.run("ls")}["hours.md"] == "indexed"


def test_files_of_one_name_in_two_folders_are_two_documents(terminal: Terminal, tmp_path: Path) -> None:
    for folder, hour in (("north", "nine"), ("south", "ten")):
        (tmp_path / "branches" / folder).mkdir(parents=True)
        (tmp_path / "branches" / folder / "readme.md").write_text(f"The {folder} branch opens at {hour}.\n")
    (tmp_path / "branches" / ".hidden.md").write_text("A secret.\n")
    terminal.run("add", str(tmp_path / "branches"))
    assert sorted(row["name"] for row in terminal.run("ls")) == ["north/readme.md", "south/readme.md"]


def test_an_error_is_one_clear_line_and_an_exit_code(terminal: Terminal) -> None:
    process = terminal.raw("rm", "ffff")
    assert process.returncode == 1
    assert process.stdout == ""
    assert process.stderr.strip().splitlines() == [
        "error: There is no document ffff. List the documents to see their ids."
    ]
    missing = terminal.raw("add", "/nowhere/at/all.pdf")
    assert missing.returncode == 1
    assert "No such file" in missing.stdout


def test_a_wrong_setting_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENKYO_CHUNK_TOKENS", "many")
    process = terminal.raw("ls")
    assert process.returncode == 1
    assert "chunk_tokens" in process.stderr
    assert "Traceback" not in process.stderr


def test_an_evaluation_from_the_terminal(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {"_id": "a", "title": "Hours", "text": "The library opens at nine in the morning."},
        {"_id": "b", "title": "料金", "text": "年会費は五百円です。子どもは無料です。"},
    ]
    queries = [
        {"_id": "1", "text": "When does the library open?", "answers": [{"text": "nine", "answer_start": 21}]},
        {"_id": "2", "text": "年会費はいくらですか", "answers": [{"text": "五百円", "answer_start": 5}]},
        {"_id": "3", "text": "Who painted the Mona Lisa?", "is_impossible": True, "answers": []},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n2\tb\t1\n")
    for mode in ("hybrid", "lexical"):
        (figures,) = terminal.run("eval", "retrieval", str(folder), "--mode", mode)
        assert figures["documents"] == figures["queries"] == 2
        assert figures["ndcg@10"] == figures["recall@1"] == figures["recall@5"] == figures["mrr@10"] == 1.0
        assert figures["passages_per_s"] > 0
        assert figures["query_p95_ms"] >= figures["query_p50_ms"] > 0
    (answers,) = terminal.run("eval", "answers", str(folder))
    assert answers["answer_in_top_sentence@1"] == answers["answer_in_top_sentence@3"] == 1.0
    assert (answers["declined_look_alikes"], answers["declined_answerable"]) == (1.0, 0.0)
    assert (answers["look_alikes"], answers["look_alike_queries"], answers["off_topic_queries"]) == (
        "is_impossible",
        1,
        0,
    )
    assert answers["span_f1"] >= answers["span_exact_match"] >= 0.5
    assert [point["answerable"] for point in answers["curve"]] == [0.0] * len(answers["curve"])
    broken = terminal.raw("eval", "retrieval", str(tmp_path))
    assert broken.returncode == 1
    assert "corpus.jsonl" in broken.stderr


def test_own_questions_are_measured_compared_and_gate_a_build(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "keeper.md").write_text("# Fog\n\nThe horn sounds at noon.", encoding="utf-8")
    questions = tmp_path / "questions.csv"
    questions.write_text("question,document,snippet\nWhen does the horn sound?,keeper.md,\nWho paints?,,brush\n")
    terminal.run("add", str(tmp_path / "keeper.md"))
    (figures,) = terminal.run("eval", "questions", str(questions), "--against", "lexical")
    assert figures["questions"] == 2
    assert figures["recall@1"][0] == 0.5
    assert figures["against"]["p_value"]["recall@1"] == 1.0
    assert figures["failures"] == [{"question": "Who paints?", "expected": "brush", "rank": None}]
    terminal.run("eval", "questions", str(questions), "--min-ndcg", "0.6", code=1)
    missing = terminal.raw("eval", "questions", str(tmp_path / "none.csv"))
    assert missing.returncode == 1
    assert "none.csv" in missing.stderr


def test_a_folder_is_read_side_by_side_and_searched_by_filters(terminal: Terminal, folder: Path) -> None:
    for n in range(6):
        (folder / f"note{n}.txt").write_text(f"The library has {n} lamps.")
    added = terminal.run("add", str(folder), code=1)
    assert sorted(Path(one["file"]).name for one in added) == sorted(path.name for path in folder.iterdir())
    assert [one["status"] for one in added].count("failed") == 1
    by_type = terminal.run("search", "library lamps", "--type", "md", "--language", "en")[0]["hits"]
    assert {hit["document"]["name"] for hit in by_type} == {"hours.md"}
    (by_language,) = terminal.run("ask", "休館日はいつですか", "--language", "ja", "--since", "2020-01-01")
    assert "月曜日" in by_language["answer"]
    assert terminal.run("search", "library", "--until", "2020-01-01")[0]["hits"] == []
    by_document = terminal.run("search", "library", "--document", "note3.txt", "--document", "note4.txt")[0]["hits"]
    assert {hit["document"]["name"] for hit in by_document} == {"note3.txt", "note4.txt"}
    by_id = terminal.run("search", "library", "--document", by_document[0]["document"]["id"][:12])[0]["hits"]
    assert [hit["document"] for hit in by_id] == [by_document[0]["document"]]
    elsewhere = terminal.raw("search", "library", "--document", "note3.txt", "--collection", "other")
    assert (elsewhere.returncode, "no document note3.txt in other" in elsewhere.stderr) == (1, True)
    refused = terminal.raw("search", "library", "--type", "pptx")
    assert (refused.returncode, "no document of type pptx" in refused.stderr) == (1, True)
