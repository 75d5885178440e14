"""Ingest beside other libraries: the same files, the same embedding weights, one machine, one run."""

from __future__ import annotations

import json
import logging
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import psutil
import pypdfium2

from benchmarks.peers import model_folder
from evals.datasets import read_dataset
from loaders import LoadError, load
from rag import AskOptions, KnowledgeBase, Settings
from rag.embedders._onnx_export import INPUT
from rag.embedders.onnx_int8 import OnnxInt8Embedder
from rag.indexing.shape import shape_of
from rag.text.languages import eastern_language
from rag.text.splitting import embedding_text

SYSTEMS = ("langchain", "llamaindex", "haystack", "txtai")
_LONG_CHUNKS = ("llamaindex", "haystack")  # by default longer than what the model reads: the rest of each is lost
_TEXT_ONLY = "txtai"  # it reads other formats with Tika (Java) or Docling (models to be downloaded)
_FORMATS = ("pdf", "html")
_FEW_CHARACTERS = 50  # beside a picture: it may be one of text, which only ours would read
_log = logging.getLogger(__name__)


def run(sets: Path, zoo: Path, environments: Path, limit: int | None) -> list[dict[str, object]]:
    """A row per kind of files and system; `sets` are evaluation sets, whose articles become Markdown files.

    Of the zoo, PDFs and HTML pages are taken whose text can be read without recognising pictures; `limit` is how many
    files of each kind, chosen with a fixed seed.
    """
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as folder:
        kinds = {"markdown": list(_articles(sets, Path(folder)))}
        kinds |= {kind: list(_with_text(sorted(zoo.rglob(f"*.{kind}")))) for kind in _FORMATS}
        return [row for kind, files in kinds.items() for row in _rows(kind, _sample(files, limit), environments)]


def _articles(sets: Path, target: Path) -> Iterator[Path]:
    """Passages of one title as one file; the title is its heading."""
    for folder in sorted(path for path in sets.iterdir() if path.is_dir()):
        articles = dict[str, list[str]]()
        for document in read_dataset(folder).documents:
            articles.setdefault(document.title, []).extend(block.text for block in document.blocks)
        for number, (title, passages) in enumerate(articles.items()):
            path = target / f"{folder.name}-{number}.md"
            path.write_text(f"# {title}\n\n" + "\n\n".join(passages) + "\n", encoding="utf-8")
            yield path


def _with_text(paths: Sequence[Path]) -> Iterator[Path]:
    """Files that we can read, of which no page is a picture of text."""
    for path in paths:
        with suppress(LoadError, pypdfium2.PdfiumError):
            if load(path).blocks and (path.suffix != ".pdf" or _is_text(path)):
                yield path


def _is_text(path: Path) -> bool:
    with closing(pypdfium2.PdfDocument(path)) as document:
        return not any(_is_picture(page) for page in document)


def _is_picture(page: pypdfium2.PdfPage) -> bool:
    few = page.get_textpage().count_chars() < _FEW_CHARACTERS
    return few and next(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]), None) is not None


def _sample(files: Sequence[Path], limit: int | None) -> list[Path]:
    return sorted(random.Random(0).sample(files, limit)) if limit and limit < len(files) else list(files)


def _rows(kind: str, files: list[Path], environments: Path) -> Iterator[dict[str, object]]:
    ours = _ours(files)
    yield _row(kind, files, "Tenkyo", ours, ours)
    for system in SYSTEMS:
        if system == _TEXT_ONLY and kind != "markdown":
            continue
        python = environments / system / "bin" / "python"
        if not python.exists():
            _log.warning("%s is left out: there is no %s", system, python)
            continue
        yield _row(kind, files, system, _theirs(system, python, files), ours)
        if system in _LONG_CHUNKS:
            yield _row(kind, files, f"{system}, chunks that fit", _theirs(system, python, files, fitting=True), ours)


def _row(
    kind: str, files: Sequence[Path], system: str, took: dict[str, float], ours: dict[str, float]
) -> dict[str, object]:
    searchable = took.get("searchable_s", took["indexed_s"])
    return {
        "files": f"{len(files)} {kind}",
        "system": system,
        "chunks": int(took["chunks"]),
        "searchable s": round(searchable, 2),
        "indexed s": round(took["indexed_s"], 2),
        "cpu s": round(took["cpu_s"], 1),
        "ours sooner, searchable": round(searchable / ours["searchable_s"], 1),
        "ours sooner, indexed": round(took["indexed_s"] / ours["indexed_s"], 1),
        "ours less, cpu": round(took["cpu_s"] / ours["cpu_s"], 1),
        "thousand tokens embedded": round(took["tokens_read"] / 1000),
        "of its chunks": f"{took['tokens_read'] / took['tokens']:.0%}",
        "ours sooner, per token": round(_per_token(took) / _per_token(ours), 1),
        "embedding, of the runtime's own speed": f"{took['share']:.0%}" if "share" in took else "–",
    }


def _per_token(took: dict[str, float]) -> float:
    return took["indexed_s"] / took["tokens_read"]


def _ours(files: Sequence[Path]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="tenkyo-bench-") as folder:
        kb = KnowledgeBase.open(settings=Settings(store=Path(folder), samples=False))
        kb.warm_up()
        _load_parsers(kb, files)
        kb.add_searchable("A first file, so that 辞書 are loaded.".encode(), "first.txt")
        kb.search("Is it there?", AskOptions(mode="lexical"))
        start, cpu = time.perf_counter(), _cpu_s()
        for _, added in kb.add_many([(path, path.name) for path in files]):
            if added.error:
                _log.warning("%s: %s", added.file, added.error["message"])
        kb.search("Is it there?", AskOptions(mode="lexical"))
        searchable = time.perf_counter() - start
        embedding = kb._parts.library.embedding
        embedding.embed_waiting(lambda _: None)  # without the trial of languages, for which nobody waits
        indexed, spent = time.perf_counter() - start, _cpu_s() - cpu
        alone, lengths = _runtime_alone(kb)
        figures = {"indexed_s": indexed, "searchable_s": searchable, "cpu_s": spent, "chunks": kb.stats().chunks}
        share = alone / (indexed - searchable) if lengths["tokens_read"] else 1.0
        kb.close()
    return {**figures, **lengths, "share": share}


def _load_parsers(kb: KnowledgeBase, files: Sequence[Path]) -> None:
    """Each process reads the smallest file: the others have imported their loaders before the clock starts, too."""
    parser, first = kb._parts.parser, min(files, key=lambda path: path.stat().st_size)
    with ThreadPoolExecutor(parser.workers) as pool:
        list(pool.map(lambda _: parser.load(first.read_bytes(), first.name), range(parser.workers)))


def _cpu_s() -> float:
    """Seconds of processor time of this process and its parsers: what a busy machine does not change much."""
    ours = psutil.Process()
    times = [process.cpu_times() for process in (ours, *ours.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def _runtime_alone(kb: KnowledgeBase) -> tuple[float, dict[str, float]]:
    """Seconds that the runtime takes for the tokens embedded and nothing else, and how many of all tokens these are.

    As many threads, no tokenizer, no store. What is embedded once for several passages counts once.
    """
    embedding = kb._parts.library.embedding
    embedder, shape = embedding.embedder.current, shape_of(embedding.settings, embedding.embedder)
    assert isinstance(embedder, OnnxInt8Embedder)
    session, tokenizer = embedder._session, embedder._truncating
    assert session is not None
    texts = {embedding_text(info.title, chunk): chunk for info in kb.documents() for chunk in kb.chunks(info.id)}
    tokens = {text: tokenizer.encode(text) for text in texts}
    read = [tokens[text] for text, one in texts.items() if not shape.leaves_out(eastern_language(one.text))]
    feeds = [{INPUT: np.array([t.ids])} for t in read]
    start = time.perf_counter()
    list(embedder._pool.map(lambda feed: session.run(None, feed), feeds))
    took = time.perf_counter() - start
    return took, {"tokens": sum(len(t.ids) for t in tokens.values()), "tokens_read": sum(len(t.ids) for t in read)}


def _theirs(system: str, python: Path, files: Sequence[Path], fitting: bool = False) -> dict[str, float]:
    """By default as in its first example; `fitting` with chunks that the model reads to their end."""
    script = Path(__file__).parent / "peers" / f"ingest_{system}.py"
    task = {"model": model_folder(), "files": [str(path) for path in files], "fitting": fitting}
    done = subprocess.run([python, script], input=json.dumps(task), capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{system} failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
