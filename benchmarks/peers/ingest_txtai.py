"""txtai: Embeddings with its defaults over paragraphs; without Java or a model to download it reads plain text only."""
# pyright: reportMissingImports=false

from pathlib import Path

from _ingest_task import loaded, measure, read_task
from txtai import Embeddings

task = read_task()
embeddings = Embeddings(path=task["model"])


def load(file: str) -> list[str]:
    return [part for part in Path(file).read_text("utf-8").split("\n\n") if part.strip()]


def ingest(files: list[str]) -> list[str]:
    texts = loaded(load, files)
    embeddings.index(texts)
    return texts


measure(ingest, task, lambda: embeddings.index(["warm-up"]))
