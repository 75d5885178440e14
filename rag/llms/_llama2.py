"""Llama 2's chat format: token ids equal to those of Meta's reference code, whatever the texts contain."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InvalidDialog, ModelUnavailable
from rag.types import Message

_SPACE = "▁"


@dataclass(frozen=True, slots=True)
class Encoder:
    """A Llama tokenizer reduced to what the format needs.

    `encode` gives the ids of a text by itself, as sentencepiece does: never a control id, since `<s>` and the like
    in a text are ordinary characters. Safe from any thread.
    """

    encode: Callable[[str], list[int]]
    bos: int
    eos: int


def encode_dialog(encoder: Encoder, messages: Sequence[Message]) -> list[int]:
    """The ids of a dialog up to where the next answer begins.

    Source: `Llama.chat_completion` in Meta's llama repository. Each finished turn is encoded on its own between
    BOS and EOS, the last one has BOS only. Raises InvalidDialog unless an optional system message is followed by
    user and assistant in turn, user last.
    """
    *finished, last = turns(messages)
    ids: list[int] = []
    for turn in finished:
        ids += [encoder.bos, *encoder.encode(turn), encoder.eos]
    return [*ids, encoder.bos, *encoder.encode(last)]


def render(messages: Sequence[Message]) -> str:
    """The dialog as one string for a completion server, which puts the first BOS in front itself."""
    return "</s><s>".join(turns(messages))


def turns(messages: Sequence[Message]) -> list[str]:
    """The text of each turn, control tokens left out; the last one waits for its answer. Raises InvalidDialog."""
    dialog = _system_folded_in(list(messages))
    roles = [message.role for message in dialog]
    if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
        raise InvalidDialog(
            f"These roles are no Llama 2 dialog: {', '.join(m.role for m in messages) or 'none'}.",
            "It takes an optional system message, then user and assistant in turn, with the user last.",
        )
    answered = [
        f"[INST] {asked.content.strip()} [/INST] {answer.content.strip()} "
        for asked, answer in zip(dialog[::2], dialog[1::2], strict=False)
    ]
    return [*answered, f"[INST] {dialog[-1].content.strip()} [/INST]"]


def _system_folded_in(dialog: list[Message]) -> list[Message]:
    if len(dialog) < 2 or dialog[0].role != "system" or dialog[1].role != "user":
        return dialog
    system, first, *others = dialog
    return [Message("user", f"<<SYS>>\n{system.content}\n<</SYS>>\n\n{first.content}"), *others]


def load_encoder(path: Path) -> Encoder:
    """The encoder of a sentencepiece file, or of a folder with tokenizer.model or tokenizer.json.

    Raises ModelUnavailable where there is none.
    """
    file = next((f for f in (path, path / "tokenizer.model", path / "tokenizer.json") if f.is_file()), None)
    if file is None:
        raise ModelUnavailable(
            f"There is no tokenizer at {path}.", "Name a tokenizer.model, or a folder with tokenizer.model or .json."
        )
    try:
        return from_json(file.read_text(encoding="utf-8")) if file.suffix == ".json" else _from_sentencepiece(file)
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelUnavailable(f"The tokenizer cannot be read ({error}).", file=str(file)) from error


def _from_sentencepiece(file: Path) -> Encoder:
    from sentencepiece import SentencePieceProcessor

    pieces = SentencePieceProcessor()
    pieces.LoadFromSerializedProto(file.read_bytes())
    return Encoder(pieces.EncodeAsIds, pieces.bos_id(), pieces.eos_id())


def from_json(tokenizer: str) -> Encoder:
    """The encoder of a `tokenizers` JSON, its ways put back to sentencepiece's where it came from there.

    Raises ModelUnavailable where it lacks `<s>` or `</s>`.
    """
    from tokenizers import Tokenizer

    parts = json.loads(tokenizer)
    if parts["model"]["type"] == "BPE" and _SPACE in parts["model"]["vocab"]:
        _restore_sentencepiece(parts)
    backend = Tokenizer.from_str(json.dumps(parts))
    backend.encode_special_tokens = True  # "</s>" in a text is text
    backend.no_truncation()
    backend.no_padding()
    bos, eos = backend.token_to_id("<s>"), backend.token_to_id("</s>")
    if bos is None or eos is None:
        raise ModelUnavailable("This tokenizer has no <s> and </s>: it is not of the Llama 2 family.")
    return Encoder(lambda text: backend.encode(text, add_special_tokens=False).ids, bos, eos)


def _restore_sentencepiece(parts: dict) -> None:
    """Undoes what transformers 5 changes when it converts or loads a sentencepiece model.

    It splits with Metaspace, which leaves out the first space of a text that begins with one; and it ranks merges
    by id, though sentencepiece gives runs of spaces the lowest score of all, so that they merge last.
    """
    parts["normalizer"] = {
        "type": "Sequence",
        "normalizers": [
            {"type": "Prepend", "prepend": _SPACE},
            {"type": "Replace", "pattern": {"String": " "}, "content": _SPACE},
        ],
    }
    parts["pre_tokenizer"] = None
    parts["model"]["merges"].sort(key=lambda merge: not "".join(merge).strip(f"{_SPACE} "))
