"""Tiny BERTs that are trained here, in a second or two, until they know a few sentences by heart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
)

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_STEPS = 1500
_KNOWN = 0.02  # the loss at which it knows them


def _tokenizer(texts: Sequence[str], window: int) -> PreTrainedTokenizerFast:
    words = sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]", text.lower())})
    vocab = {word: n for n, word in enumerate((*_SPECIAL, *words))}
    backend = Tokenizer(models.WordLevel(vocab, unk_token="[UNK]"))
    backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])],
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        model_max_length=window,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **names,
    )


def _config(tokenizer: PreTrainedTokenizerFast, window: int, **more: Any) -> BertConfig:
    size = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 96}
    none = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    return BertConfig(vocab_size=len(tokenizer), max_position_embeddings=window, **size, **none, **more)


def _taught(model: Any, batch: Mapping[str, Any]) -> Any:
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    model.train()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more of them only wait for each other on so small a model
    for _ in range(_STEPS):
        optimizer.zero_grad()
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        if loss.item() < _KNOWN:
            break
    torch.set_num_threads(threads)
    return model.eval()


def _saved(folder: Path, model: Any, tokenizer: PreTrainedTokenizerFast) -> Path:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def qa_bert(folder: Path, examples: Sequence[tuple[str, str, str]], window: int = 64) -> Path:
    """A reader that knows these (question, passage, answer); "" is no answer, at the first token."""
    torch.manual_seed(0)
    tokenizer = _tokenizer([text for example in examples for text in example], window)
    batch = tokenizer([e[0] for e in examples], [e[1] for e in examples], padding=True, return_tensors="pt")
    starts, ends = [], []
    for n, (_, passage, answer) in enumerate(examples):
        at = passage.index(answer)
        starts.append(batch.char_to_token(n, at, 1) if answer else 0)
        ends.append(batch.char_to_token(n, at + len(answer) - 1, 1) if answer else 0)
    model = BertForQuestionAnswering(_config(tokenizer, window))
    places = {"start_positions": torch.tensor(starts), "end_positions": torch.tensor(ends)}
    return _saved(folder, _taught(model, {**batch, **places}), tokenizer)


def nli_bert(folder: Path, examples: Sequence[tuple[str, str, bool]], window: int = 64) -> Path:
    """A model for inference that knows which of these (premise, hypothesis) follow."""
    torch.manual_seed(0)
    tokenizer = _tokenizer([text for premise, hypothesis, _ in examples for text in (premise, hypothesis)], window)
    batch = tokenizer([e[0] for e in examples], [e[1] for e in examples], padding=True, return_tensors="pt")
    names = {0: "contradiction", 1: "entailment"}
    model = BertForSequenceClassification(
        _config(tokenizer, window, num_labels=2, id2label=names, label2id={name: n for n, name in names.items()})
    )
    labels = torch.tensor([int(follows) for _, _, follows in examples])
    return _saved(folder, _taught(model, {**batch, "labels": labels}), tokenizer)


def ner_bert(folder: Path, examples: Sequence[tuple[str, Mapping[str, str]]], window: int = 128) -> Path:
    """A tagger that knows the names in these sentences, as {word: "PER" | "ORG" | "LOC"}."""
    torch.manual_seed(0)
    tokenizer = _tokenizer([text for text, _ in examples], window)
    names = dict(enumerate(("O", "B-PER", "B-ORG", "B-LOC")))
    numbers = {name: n for n, name in names.items()}
    batch = tokenizer([text for text, _ in examples], padding=True, return_tensors="pt")
    labels = torch.full(batch["input_ids"].shape, -100)
    for n, (text, known) in enumerate(examples):
        for match in re.finditer(r"\w+", text):
            token = batch.char_to_token(n, match.start())
            labels[n, token] = numbers.get(f"B-{known[match.group()]}", 0) if match.group() in known else 0
    model = BertForTokenClassification(_config(tokenizer, window, num_labels=4, id2label=names, label2id=numbers))
    return _saved(folder, _taught(model, {**batch, "labels": labels}), tokenizer)
