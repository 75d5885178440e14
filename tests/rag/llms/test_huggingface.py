"""What only the in-process backend does: formats, windows, weights, failures."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event as Flag

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from rag.errors import ModelUnavailable, QuestionTooLong
from rag.llms import llama2_prompt_ids
from rag.llms.huggingface import HuggingFaceChat, Quantization
from rag.types import Message
from tests._checkpoints import CHAT_TEMPLATE, generated, llama2c, tiny_llama, tiny_t5

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data"
DIALOG = [Message("system", "Be brief."), Message("user", "When does it open?")]
LATER = [*DIALOG, Message("assistant", "At nine."), Message("user", "And when does it close? </s><s>")]


def written(folder: Path, messages: Sequence[Message], count: int = 20, silence_s: float = 120) -> str:
    return "".join(HuggingFaceChat(str(folder), temperature=0, silence_s=silence_s).stream(messages, count, Flag()))


# -- formats -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the trained checkpoint in ../shared/data/models/stories260K")
@pytest.mark.parametrize("beginning", ["", "Once upon a time"])
def test_a_trained_checkpoint_tells_its_documented_story(beginning: str, tmp_path: Path) -> None:
    source = SHARED / "models" / "stories260K"
    folder = llama2c(source / "stories260K.bin", source / "tok512.bin", tmp_path)
    documented = (source / "stories260K.md").read_text().split("-t 0.0\n")[1].split("\n```")[0]
    model = HuggingFaceChat(str(folder), temperature=0)
    count = 256 - model.count_tokens(beginning)  # the run that is documented wrote 256 tokens in all
    assert beginning + "".join(model.stream([Message("user", beginning)], count, Flag())) == documented


def test_a_llama_2_chat_model_gets_the_ids_of_the_reference(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path / "Llama-2-7b-chat-tiny")
    ids = llama2_prompt_ids(folder)(LATER)
    assert ids.count(1) == 2
    assert ids.count(2) == 1
    assert written(folder, LATER) == generated(folder, ids, 20)[0]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs Llama 2's tokenizer in ../shared/data/llama2")
@pytest.mark.parametrize("template", [None, "{{ '<<SYS>>' }}"], ids=["without a template", "with its template"])
def test_a_checkpoint_with_llama_2s_vocabulary_is_known_by_it(template: str | None, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "tokenizer.model").write_bytes((SHARED / "llama2" / "tokenizer.model").read_bytes())
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    tokenizer.chat_template = template
    torch.manual_seed(0)
    config = LlamaConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2)
    for part in (tokenizer, LlamaForCausalLM(config)):
        part.save_pretrained(tmp_path / "saved")
    ids = llama2_prompt_ids(SHARED / "llama2" / "tokenizer.model")(LATER)
    expected = AutoModelForCausalLM.from_pretrained(tmp_path / "saved").generate(
        torch.tensor([ids]), max_new_tokens=12, do_sample=False, pad_token_id=0
    )
    text = tokenizer.decode(expected[0][len(ids) :], skip_special_tokens=True)
    assert written(tmp_path / "saved", LATER, 12) == text


def test_another_chat_model_gets_its_own_template_with_control_tokens_broken(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path, chat_template=CHAT_TEMPLATE)
    prompt = (
        "system: Be brief.\nuser: When does it open?\nassistant: At nine.\n"
        "user: And when does it close? < /s>< s>\nassistant: "
    )
    assert written(folder, LATER) == generated(folder, prompt, 20)[0]


def test_a_template_without_a_system_role_gets_it_in_the_first_question(tmp_path: Path) -> None:
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    folder = tiny_llama(tmp_path, chat_template=refusing + CHAT_TEMPLATE)
    prompt = "user: Be brief.\n\nWhen does it open?\nassistant: "
    assert written(folder, DIALOG) == generated(folder, prompt, 20)[0]


def test_a_model_without_a_format_continues_a_transcript_or_a_text(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path)
    transcript = "Be brief.\n\nUser: When does it open?\n\nAssistant:"
    assert written(folder, DIALOG) == generated(folder, transcript, 20)[0]
    assert written(folder, DIALOG[1:]) == generated(folder, "When does it open?", 20)[0]


def test_a_sequence_to_sequence_model_reads_the_messages_as_its_input(tmp_path: Path) -> None:
    folder = tiny_t5(tmp_path)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForSeq2SeqLM.from_pretrained(folder)
    ids = tokenizer("Be brief.\n\nWhen does it open?", return_tensors="pt").input_ids
    assert ids[0][-1] == tokenizer.eos_token_id
    expected = tokenizer.decode(model.generate(ids, max_new_tokens=20, do_sample=False)[0], skip_special_tokens=True)
    assert len(expected) > 5
    assert written(folder, DIALOG) == expected
    assert HuggingFaceChat(str(folder)).context_tokens == 512


# -- windows -----------------------------------------------------------------------------------------------


def test_an_answer_ends_where_the_window_does(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path, window=48)
    model = HuggingFaceChat(str(folder), temperature=0)
    room = 48 - 1 - model.count_tokens("library " * 10)
    text = "".join(model.stream([Message("user", "library " * 10)], 640, Flag()))
    assert room > 4
    assert text == generated(folder, "library " * 10, room)[0]


def test_a_prompt_beyond_the_window_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionTooLong, match=r"\b48\b"):
        written(tiny_llama(tmp_path, window=48), [Message("user", "library " * 100)])


# -- failures ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed")
@pytest.mark.parametrize("quantization", ["8bit", "4bit"])
def test_quantized_weights_without_their_package_name_what_to_install(
    quantization: Quantization, tmp_path: Path
) -> None:
    model = HuggingFaceChat(str(tiny_llama(tmp_path)), quantization)
    with pytest.raises(ModelUnavailable, match=quantization) as caught:
        list(model.stream(DIALOG, 5, Flag()))
    assert "pip install bitsandbytes" in caught.value.hint


def test_a_failure_in_the_middle_keeps_what_was_written_and_ends_the_stream(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path / "sound")
    question = [Message("user", "When does it open?")]
    _, ids = generated(folder, "When does it open?", 30)
    prompt = AutoTokenizer.from_pretrained(folder)("When does it open?")["input_ids"]
    poison = next(id_ for id_ in ids[8:] if id_ not in ids[:8] and id_ not in prompt)
    broken = AutoModelForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        broken.get_input_embeddings().weight[poison] = float("nan")  # fails at the first step after it is written
    broken.save_pretrained(tmp_path / "broken")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "broken")
    model = HuggingFaceChat(str(tmp_path / "broken"), temperature=1e-4)
    for _ in range(2):  # and the next question is not stuck behind the failed one
        pieces: list[str] = []
        with pytest.raises(ModelUnavailable, match="failed"):
            pieces.extend(model.stream(question, 30, Flag()))
        assert "".join(pieces)
        assert generated(folder, "When does it open?", 30)[0].startswith("".join(pieces))


def test_a_model_that_says_nothing_in_time_is_given_up(tmp_path: Path) -> None:
    """A long prompt keeps the model busy before its first piece."""
    folder = tiny_llama(tmp_path, window=60_000)
    with pytest.raises(ModelUnavailable, match="nothing came") as caught:
        written(folder, [Message("user", "library opens " * 4000)], silence_s=0.01)
    assert "chat_timeout_s" in caught.value.hint


def test_a_process_that_ends_does_not_wait_for_the_answer(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path, window=100_000)
    script = (
        "import sys, threading\n"
        "from rag.llms.huggingface import HuggingFaceChat\n"
        "from rag.types import Message\n"
        "pieces = HuggingFaceChat(sys.argv[1]).stream([Message('user', 'x')], 90_000, threading.Event())\n"
        "print(len(next(pieces)) > 0)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", script, folder], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert process.stdout == "True\n"
