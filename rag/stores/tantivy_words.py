"""Word search with tantivy: BM25 over our own analysis, on disk, incremental."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import tantivy
from filelock import FileLock

from rag.errors import IndexDamaged, refused_by_disk
from rag.priority import in_turns, step_back
from rag.stores.fresh_words import Entry
from rag.text import readings
from rag.text.readings import Reading

FIELDS = {"title": 1.0, "headings": 0.5, "words": 1.0, "bigrams": 0.5}
"""What is searched, and what each counts."""
_HEAP_BYTES = 64_000_000
_SEGMENT_FILES = frozenset((".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", ".del"))
_FOOTER_MARK = 1337
_LARGEST_FOOTER = 4096
_READ_AT_ONCE = 1 << 20
_LARGEST_ID = 2**64 - 1
_CHECKED_BYTES = 200_000_000
"""So much of an index is compared with its checksums when it is opened, which takes a tenth of a second or two."""


class TantivyWordStore:
    """BM25 (k1 1.2, b 0.75) summed over title, headings, words and bigrams.

    Readers in any process see the last commit; `updating` holds the writer's lock among processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = FileLock(str(folder) + ".lock")
        try:
            with self._writing:
                self._index = _open(folder)
        except OSError as error:
            raise refused_by_disk("The word index could not be opened", error, folder) from error
        self._searcher = self._index.searcher()

    @staticmethod
    def delete(folder: Path, timeout: float = -1) -> None:
        """Deletes the index in this folder, between two updates of whichever process; open ones go on reading.

        Raises filelock.Timeout where an update goes on for longer than `timeout` seconds, unless that is negative.
        """
        with FileLock(f"{folder}.lock", timeout=timeout):
            shutil.rmtree(folder, ignore_errors=True)

    def __len__(self) -> int:
        return self._searcher.num_docs

    def ids(self, first: int = 0, last: int = _LARGEST_ID) -> list[int]:
        """The chunk id of every entry in this range (both ends included), in ascending order.

        Of a range in which many are more than twice, not every one.
        """
        if not self.holds(first, last):
            return []
        searcher, most = self._searcher, 2 * (last - first + 1)
        with _reading(self._folder):
            limit = max(1, min(searcher.num_docs, most))
            found = searcher.search(self._span(first, last), limit=limit, count=False).hits
            return sorted(int(id_ or 0) for id_ in searcher.fast_field_values("id", [address for _, address in found]))

    def count_of(self, documents: Sequence[str]) -> int:
        """How many entries are chunks of these documents."""
        query = tantivy.Query.term_set_query(self._index.schema, "document", list(documents))
        searcher = self._searcher
        with _reading(self._folder):
            return len(searcher.search(query, limit=max(1, searcher.num_docs), count=False).hits)

    def holds(self, first: int, last: int) -> bool:
        """Whether a chunk of this range (both ends included) is here."""
        with _reading(self._folder):
            return bool(self._searcher.search(self._span(first, last), limit=1, count=False).hits)

    def damaged_files(self) -> list[str]:
        """The files whose bytes do not fit the checksum that tantivy wrote at their end."""
        with self._writing:
            return [path.name for path in sorted(self._folder.glob("*")) if _is_damaged(path)]

    def reload(self) -> None:
        """Shows what has been committed since, by any process."""
        with _reading(self._folder):
            self._index.reload()
            self._searcher = self._index.searcher()

    def updating(self) -> FileLock:
        """The lock to hold around reading the revision, updating, and noting the new revision."""
        return self._writing

    def update(self, removed: Iterable[tuple[int, int]], added: Iterable[Entry], background: bool = False) -> None:
        """Takes out ranges of chunk ids (both ends included), then adds chunks; one commit.

        In the `background` it leaves the processor to whoever asks. Raises StoreError where it cannot be written; what
        was committed before can still be searched.
        """
        try:
            self._update(removed, in_turns(added) if background else added, background)
        except ValueError as error:  # all that tantivy raises
            raise refused_by_disk("The word index could not be written", error, self._folder) from error
        self.reload()

    def _update(self, removed: Iterable[tuple[int, int]], added: Iterable[Entry], background: bool) -> None:
        writer = self._stepped_back_writer() if background else self._writer()
        try:
            writer.garbage_collect_files()  # what a killed writer has left would be in the way of the same file
            for first, last in removed:
                writer.delete_documents_by_query(self._span(first, last))
            for item in added:
                writer.add_document(_document(item))
            writer.commit()
            writer.wait_merging_threads()
        finally:
            del writer  # a writer that failed holds its lock for as long as a traceback refers to it

    def _writer(self) -> tantivy.IndexWriter:
        return self._index.writer(_HEAP_BYTES, 1)

    def _stepped_back_writer(self) -> tantivy.IndexWriter:
        """The threads of a writer, which index and merge, have the priority of the one that opens it."""
        with ThreadPoolExecutor(1, initializer=step_back, initargs=("computes",)) as opener:
            return opener.submit(self._writer).result()

    def search(
        self, weights: Mapping[tuple[str, str], float], k: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The k best (chunk id, BM25), best first, of these documents if given; `weights` of (field, term)."""
        query = self._query(weights)
        if documents is not None:
            within = tantivy.Query.term_set_query(self._index.schema, "document", list(documents))
            filtered = tantivy.Query.const_score_query(within, 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, filtered)])
        searcher = self._searcher  # addresses are this one's; another thread may be reloading
        with _reading(self._folder):
            found = searcher.search(query, limit=k, count=False).hits
            ids = searcher.fast_field_values("id", [address for _, address in found])
        return [(int(id_ or 0), float(score)) for id_, (score, _) in zip(ids, found, strict=True)]

    def readings(self, ids: Sequence[int]) -> dict[int, Reading]:
        """How these chunks were analysed; one that is not here is left out."""
        searcher = self._searcher
        query = tantivy.Query.term_set_query(self._index.schema, "id", list(ids))
        with _reading(self._folder):
            found = searcher.search(query, limit=max(1, len(ids)), count=False).hits
            entries = [searcher.doc(address) for _, address in found]
            return {int(entry["id"][0]): readings.load(bytes(entry["reading"][0]).decode()) for entry in entries}

    def frequencies(self, terms: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """In how many chunks each of these (field, term) occurs."""
        searcher = self._searcher
        with _reading(self._folder):
            return {key: searcher.doc_freq(*key) for key in terms}

    def _span(self, first: int, last: int) -> tantivy.Query:
        return tantivy.Query.range_query(self._index.schema, "id", tantivy.FieldType.Unsigned, first, last)

    def _query(self, weights: Mapping[tuple[str, str], float]) -> tantivy.Query:
        clauses = []
        for (field, term), weight in weights.items():
            query = tantivy.Query.term_query(self._index.schema, field, term, "freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, weight)))
        return tantivy.Query.boolean_query(clauses)


def _open(folder: Path) -> tantivy.Index:
    """Opens the index in this folder; one that cannot be read is made anew, since it is only derived."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "meta.json").exists() and not any(map(_is_damaged, _checked(folder))):
        with suppress(IndexDamaged), _reading(folder):
            return _readable(tantivy.Index(_schema(), path=str(folder)))
    shutil.rmtree(folder)  # with the note beside it that says what it holds
    folder.mkdir(parents=True)
    return tantivy.Index(_schema(), path=str(folder))


def _readable(index: tantivy.Index) -> tantivy.Index:
    """The index itself, when a word can be looked up in each of its fields; raises ValueError."""
    terms = [(tantivy.Occur.Should, tantivy.Query.term_query(index.schema, field, "a", "freq")) for field in FIELDS]
    index.searcher().search(tantivy.Query.boolean_query(terms), limit=1)
    return index


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Raises IndexDamaged for whatever tantivy makes of bytes that it has not written: errors, and panics."""
    try:
        yield
    except BaseException as error:
        # A panic of Rust is no Exception, and its class can only be told by its name.
        if isinstance(error, ValueError | KeyError | IndexError) or type(error).__name__ == "PanicException":
            raise IndexDamaged(f"The word index is damaged ({error}).", "It is made anew.", str(folder)) from error
        raise


def _checked(folder: Path) -> Iterator[Path]:
    """Files of the last commit's segments, the smallest first, as many as can be read in a moment."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        segments = json.loads((folder / "meta.json").read_text())["segments"]
        ids = {segment["segment_id"].replace("-", "") for segment in segments}
        files = [path for path in folder.iterdir() if path.name.split(".")[0] in ids]
        left = _CHECKED_BYTES
        for path in sorted(files, key=lambda path: path.stat().st_size):
            left -= path.stat().st_size
            if left < 0:
                return
            yield path


def _is_damaged(path: Path) -> bool:
    """A file of a segment ends with a footer: JSON with the CRC of what stands before it, its length, a mark."""
    if path.suffix not in _SEGMENT_FILES:
        return False
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _LARGEST_FOOTER))
        end = file.read()
        length, mark = struct.unpack("<II", end[-8:]) if len(end) >= 8 else (0, 0)
        try:
            return mark != _FOOTER_MARK or json.loads(end[-8 - length : -8])["crc"] != _crc(file, size - 8 - length)
        except (ValueError, KeyError, TypeError):
            return True


def _crc(file: BinaryIO, size: int) -> int:
    """Of so many bytes from the beginning, read in pieces."""
    crc, left = 0, size
    file.seek(0)
    while left > 0 and (data := file.read(min(left, _READ_AT_ONCE))):
        crc, left = zlib.crc32(data, crc), left - len(data)
    return crc


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("reading", stored=True)
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("id", entry.id)
    document.add_text("document", entry.document)
    document.add_bytes("reading", readings.dump(entry.reading).encode())
    for field, terms in entry.terms.items():
        document.add_text(field, " ".join(terms))
    return document
