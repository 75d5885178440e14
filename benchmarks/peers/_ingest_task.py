"""What the ingest scripts share: the files' paths come in on standard input, the seconds go out on standard output."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"


def read_task() -> dict[str, Any]:
    """`model` (a folder), `files` (paths), `fitting` (whether chunks are to be as short as what the model reads)."""
    return json.load(sys.stdin)


def measure(ingest: Callable[[list[str]], list[str]], task: dict[str, Any], warm_up: Callable[[], object]) -> None:
    """Times loading, splitting, embedding and indexing; imports and loading the model are left out.

    `ingest` gives the text of each chunk as it goes to the model, which reads the beginning of a long one.
    """
    warm_up()
    start, cpu = time.perf_counter(), time.process_time()
    texts = ingest(task["files"])
    took = {"indexed_s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}
    print(json.dumps({**took, "chunks": len(texts), **_tokens(texts, Path(task["model"]))}))


def _tokens(texts: list[str], model: Path) -> dict[str, int]:
    """How many tokens the chunks have, and how many of them the model reads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    most = json.loads((model / "sentence_bert_config.json").read_bytes())["max_seq_length"]
    lengths = [len(encoding.ids) for encoding in tokenizer.encode_batch(texts)]
    return {"tokens": sum(lengths), "tokens_read": sum(min(length, most) for length in lengths)}


def loaded(load: Callable[[str], list[Any]], files: list[str]) -> list[Any]:
    """What could be read of the files; one that fails is said on standard error and left out."""
    found = []
    for file in files:
        try:
            found += load(file)
        except Exception as error:  # noqa: BLE001 - whatever another library raises
            print(f"{file}: {error!r}", file=sys.stderr)
    return found
