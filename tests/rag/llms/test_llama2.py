"""Llama 2's chat format against Meta's reference, by tokenizer file and by transformers folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidDialog, ModelUnavailable
from rag.llms import llama2_prompt_ids
from rag.llms._llama2 import Encoder, encode_dialog, load_encoder, render
from rag.types import Message
from tests._checkpoints import tiny_llama

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "llama2"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs Llama 2's tokenizer in ../shared/data/llama2")


@pytest.fixture(scope="module", params=["file", "folder of the file", "folder saved by transformers"])
def tokenizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = SHARED / "tokenizer.model"
    if request.param == "file":
        return file
    folder = tmp_path_factory.mktemp("tokenizer")
    shutil.copy(file, folder)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "LlamaTokenizer", "legacy": false}')
    if request.param == "folder of the file":
        return folder
    from transformers import AutoTokenizer

    saved = tmp_path_factory.mktemp("saved")
    AutoTokenizer.from_pretrained(folder).save_pretrained(saved)
    assert not (saved / "tokenizer.model").exists()
    return saved


@pytest.fixture(scope="module")
def encoder(tokenizer: Path) -> Encoder:
    return load_encoder(tokenizer)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return load_encoder(tiny_llama(tmp_path_factory.mktemp("tiny")))


def golden(name: str) -> list[dict]:
    return [json.loads(line) for line in (SHARED / name).read_text(encoding="utf-8").splitlines()]


def messages(*contents: str, system: str | None = None) -> list[Message]:
    head = [Message("system", system)] if system is not None else []
    return head + [Message("assistant" if n % 2 else "user", content) for n, content in enumerate(contents)]


@needs_shared
def test_every_dialog_has_the_ids_of_the_reference(tokenizer: Path) -> None:
    encode = llama2_prompt_ids(tokenizer)
    lines = golden("golden_chat.jsonl")
    assert len(lines) == 100
    for line in lines:
        assert encode([Message(**turn) for turn in line["dialog"]]) == line["token_ids"]


@needs_shared
def test_every_text_has_the_ids_of_the_reference(encoder: Encoder) -> None:
    lines = golden("golden_encode.jsonl")
    assert len(lines) == 52
    assert [encoder.encode(line["text"]) for line in lines] == [line["token_ids"] for line in lines]


@needs_shared
def test_runs_of_spaces_and_lines_are_as_in_sentencepiece(encoder: Encoder) -> None:
    reference = load_encoder(SHARED / "tokenizer.model")
    for character in " \n\t▁":
        for length in (1, 2, 3, 7, 15, 16, 17, 31, 33, 70):
            for text in (character * length, f"a{character * length}When"):
                assert encoder.encode(text) == reference.encode(text)


HOSTILE = st.lists(
    st.sampled_from(["<s>", "</s>", "<unk>", "[INST]", "[/INST]", "<<SYS>>\n", "<0x0A>", "<", "/s>", " ", "\n", "あ"])
    | st.text(max_size=3)
).map("".join)


@needs_shared
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_text_becomes_a_control_id(encoder: Encoder, system: str, asked: str, answer: str, again: str) -> None:
    ids = encode_dialog(encoder, messages(asked, answer, again, system=system))
    assert [id_ for id_ in ids if id_ <= 2] == [1, 2, 1]
    assert ids[0] == 1


@given(HOSTILE, HOSTILE)
def test_no_text_becomes_a_control_id_of_another_vocabulary(tiny: Encoder, asked: str, answer: str) -> None:
    ids = encode_dialog(tiny, messages(asked, answer, "And?"))
    assert [id_ for id_ in ids if id_ in (1, 2)] == [1, 2, 1]


def test_a_served_prompt_is_the_reference_layout_without_its_first_bos() -> None:
    dialog = messages(" one ", " 1\n", "two", system="Be brief.\n")
    assert render(dialog) == ("[INST] <<SYS>>\nBe brief.\n\n<</SYS>>\n\n one [/INST] 1 </s><s>[INST] two [/INST]")


@pytest.mark.parametrize(
    "dialog",
    [
        [],
        messages(system="only rules"),
        messages("question", "answer"),
        [Message("assistant", "first")],
        [Message("user", "one"), Message("user", "two"), Message("user", "three")],
        [Message("user", "one"), Message("system", "late"), Message("user", "two")],
    ],
)
def test_roles_that_do_not_alternate_are_refused(dialog: list[Message], tiny: Encoder) -> None:
    with pytest.raises(InvalidDialog, match="roles"):
        encode_dialog(tiny, dialog)


def test_a_folder_without_a_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=tmp_path.name):
        llama2_prompt_ids(tmp_path)
    (tmp_path / "tokenizer.model").write_bytes(b"this is not one")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        llama2_prompt_ids(tmp_path)


@needs_shared
def test_the_command_line_prints_the_ids() -> None:
    lines = golden("golden_chat.jsonl")[:5]
    command = [sys.executable, "-m", "rag", "prompt", "--format", "llama2", "--json"]
    process = subprocess.run(
        [*command, "--tokenizer", SHARED / "tokenizer.model"],
        input="".join(json.dumps({"dialog": line["dialog"]}) + "\n" for line in lines),
        capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    assert [json.loads(line)["token_ids"] for line in process.stdout.splitlines()] == [n["token_ids"] for n in lines]
