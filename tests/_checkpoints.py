"""Makers of tiny real checkpoints, in the formats that real ones come in."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer
from tokenizers import Tokenizer, decoders, models, normalizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BertConfig,
    BertModel,
    BertTokenizer,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

SPACE = "▁"
CONTROL = ("<unk>", "<s>", "</s>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
CORPUS = (
    "The library opens at nine in the morning and closes at eight in the evening.",
    "A question is answered from the passages, and each sentence says where it stands.",
    "図書館は午前九時に開館し、夜の八時に閉館します。",
    "[INST] <<SYS>> <</SYS>> [/INST] user assistant system",
)
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)


def tiny_llama(folder: Path, *, window: int = 4096, chat_template: str = "", endless: bool = True) -> Path:
    """A Llama with random weights (always the same) and a sentencepiece-like vocabulary of some 600 pieces.

    It writes whole characters only: its byte pieces, alone, are broken UTF-8. An `endless` one never ends by itself.
    """
    tokenizer = _sentencepiece_like(_trained_pieces(), chat_template)
    torch.manual_seed(0)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    ids = {"bos_token_id": 1, "eos_token_id": 2}
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=window, initializer_range=0.5, **size, **ids)
    )
    silent = [
        id_ for piece, id_ in tokenizer.get_vocab().items() if piece in BYTES or piece in CONTROL[: 3 if endless else 2]
    ]
    model.generation_config = GenerationConfig(**ids, suppress_tokens=sorted(silent))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tiny_t5(folder: Path) -> Path:
    """A T5 with random weights (always the same) and a unigram vocabulary; its configuration names no window."""
    pieces = sorted({character for line in CORPUS for character in line.replace(" ", SPACE)})
    vocab = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((piece, -5.0) for piece in pieces)]
    backend = Tokenizer(models.Unigram(vocab, unk_id=2))
    backend.normalizer = normalizers.Replace(" ", SPACE)
    backend.decoder = decoders.Replace(SPACE, " ")
    backend.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(0)
    size = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
    model = T5ForConditionalGeneration(
        T5Config(vocab_size=len(tokenizer), decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, **size)
    )
    model.generation_config = GenerationConfig(
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, suppress_tokens=[0, 1, 2]
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def llama2c(weights: Path, vocabulary: Path, folder: Path) -> Path:
    """A checkpoint of llama2.c (version 0: seven int32, then float32 tensors) as a transformers folder.

    Source of the layout: `legacy_export` in export.py and `build_tokenizer` in run.c of karpathy/llama2.c.
    """
    config, state = _llama2c_weights(weights.read_bytes())
    model = LlamaForCausalLM(config)
    missing = model.load_state_dict(state, strict=False)
    assert set(missing.missing_keys) <= {"lm_head.weight"}
    assert not missing.unexpected_keys
    model.generation_config = GenerationConfig(bos_token_id=1, eos_token_id=[1, 2])  # its stories end with BOS
    model.save_pretrained(folder)
    _sentencepiece_like(_llama2c_pieces(vocabulary.read_bytes(), config.vocab_size)).save_pretrained(folder)
    return folder


def _llama2c_weights(data: bytes) -> tuple[LlamaConfig, dict[str, torch.Tensor]]:
    dim, hidden, layers, heads, kv_heads, vocab, window = struct.unpack("7i", data[:28])
    numbers = np.frombuffer(data, np.float32, offset=28)
    kv_dim = dim // heads * kv_heads
    shapes = {
        "embed_tokens": (vocab, dim),
        "input_layernorm": (layers, dim),
        "self_attn.q_proj": (layers, dim, dim),
        "self_attn.k_proj": (layers, kv_dim, dim),
        "self_attn.v_proj": (layers, kv_dim, dim),
        "self_attn.o_proj": (layers, dim, dim),
        "post_attention_layernorm": (layers, dim),
        "mlp.gate_proj": (layers, hidden, dim),
        "mlp.down_proj": (layers, dim, hidden),
        "mlp.up_proj": (layers, hidden, dim),
        "norm": (dim,),
    }
    state: dict[str, torch.Tensor] = {}
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        tensor, numbers = torch.tensor(numbers[:size]).reshape(shape), numbers[size:]
        if shape[0] != layers or name == "norm":
            state[f"model.{name}.weight"] = tensor
            continue
        for layer in range(layers):
            rotary = {"self_attn.q_proj": heads, "self_attn.k_proj": kv_heads}.get(name)
            state[f"model.layers.{layer}.{name}.weight"] = _halves(tensor[layer], rotary) if rotary else tensor[layer]
    config = LlamaConfig(
        vocab_size=vocab, hidden_size=dim, intermediate_size=hidden, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=kv_heads, max_position_embeddings=window,
        rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    return config, state


def _halves(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows for transformers' rotary embedding, which turns the halves of a head; llama2.c turns neighbours."""
    rows, columns = weight.shape
    return weight.view(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)


def _llama2c_pieces(data: bytes, size: int) -> list[tuple[str, float]]:
    pieces: list[tuple[str, float]] = []
    at = 4  # after the length of the longest piece
    for _ in range(size):
        score, length = struct.unpack_from("fi", data, at)
        pieces.append((data[at + 8 : at + 8 + length].decode().replace(" ", SPACE), score))
        at += 8 + length
    return [*((name, 0.0) for name in CONTROL), *pieces[3:]]


def _trained_pieces() -> list[tuple[str, float]]:
    """Control pieces, bytes, merged pieces by rank, characters: the order of a sentencepiece BPE."""
    backend = Tokenizer(models.BPE())
    backend.normalizer = _space_marks()
    backend.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=400, show_progress=False))
    trained = json.loads(backend.to_str())["model"]
    merged = ["".join(merge) for merge in trained["merges"]]
    characters = [piece for piece in trained["vocab"] if piece not in merged]
    return [(piece, -float(rank)) for rank, piece in enumerate((*CONTROL, *BYTES, *merged, *characters))]


def _sentencepiece_like(pieces: Sequence[tuple[str, float]], chat_template: str = "") -> PreTrainedTokenizerFast:
    """A fast tokenizer as those of Llama 2 on the hub: BPE with bytes, merges in the order of the pieces' scores."""
    vocab = {piece: id_ for id_, (piece, _) in enumerate(pieces)}
    merges = [
        (score, piece[:cut], piece[cut:])
        for piece, score in pieces
        if piece not in CONTROL and piece not in BYTES
        for cut in range(1, len(piece))
        if piece[:cut] in vocab and piece[cut:] in vocab
    ]
    merges.sort(key=lambda merge: -merge[0])
    pairs = [(left, right) for _, left, right in merges]
    backend = Tokenizer(models.BPE(vocab, pairs, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    backend.normalizer = _space_marks()
    parts = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    backend.decoder = decoders.Sequence(parts)
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    names = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=backend, chat_template=chat_template or None, **names)


def _space_marks() -> normalizers.Normalizer:
    return normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])


def generated(checkpoint: Path, prompt: str | Sequence[int], count: int) -> tuple[str, list[int]]:
    """The text and ids that the checkpoint itself goes on with after BOS and this prompt."""
    tokenizer, model = AutoTokenizer.from_pretrained(checkpoint), AutoModelForCausalLM.from_pretrained(checkpoint)
    ids = tokenizer(prompt)["input_ids"] if isinstance(prompt, str) else list(prompt)
    output = model.generate(torch.tensor([ids]), max_new_tokens=count, do_sample=False, pad_token_id=0)
    answer = output[0][len(ids) :].tolist()
    return tokenizer.decode(answer, skip_special_tokens=True), answer


def tiny_sentence_transformer(folder: Path, texts: Sequence[str], prompts: Mapping[str, str] | None = None) -> Path:
    """A BERT with random weights (always the same) that knows the words of these texts; its vectors are their mean.

    `prompts` stand in its configuration, as models keep theirs.
    """
    words = sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]", text.lower())})
    base = folder.with_name(f"{folder.name}-base")
    base.mkdir(parents=True)
    (base / "vocab.txt").write_text("\n".join(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words)))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words) + 5, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        initializer_range=0.5,
    )  # fmt: skip
    BertModel(config).save_pretrained(base)
    BertTokenizer(str(base / "vocab.txt")).save_pretrained(base)
    layers = Transformer(str(base)), Pooling(32)
    SentenceTransformer(modules=[*layers], prompts=dict(prompts or {}), device="cpu").save(str(folder))
    return folder
