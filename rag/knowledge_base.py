"""The face of `rag`: open a store, add documents, ask questions."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Self

import loaders
from loaders import Block, Box, Document
from rag.asynchronous import events_of
from rag.conversations.usage import usage
from rag.errors import StoreError
from rag.events import AnswerReady, Event
from rag.factory import Parts, build
from rag.indexing.shape import read_shape, shape_of
from rag.ingest.intake import add_one, add_side_by_side
from rag.maintenance.backup import BackedUp, back_up, restore
from rag.maintenance.recovery import Rebuilt, rebuild
from rag.maintenance.sizes import storage
from rag.reader.extractive import Extract, extract
from rag.reports import Activity, Added, Job, Progress, Removed, Stats, Storage, Usage, Verified
from rag.settings import ROOT, Settings
from rag.storage.committed import Generation
from rag.storage.originals import Label
from rag.types import Answer, AskOptions, Chunk, DocumentInfo, Message, Retrieved

SAMPLES = ROOT / "data" / "samples"
SAMPLE_COLLECTION = "samples"
_INDEXED_AT_ONCE = 500


def _ignore(progress: Progress) -> None:
    del progress


def _chosen(store: Path | str | None, settings: Settings | None) -> Settings:
    settings = settings or Settings.load()
    return settings if store is None else settings.model_copy(update={"store": Path(store)})


class KnowledgeBase:
    """A library of documents that answers questions; safe from any thread, and from several processes.

    Make one with `KnowledgeBase.open`; nothing of a model is loaded before it is needed.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts, self.settings = parts, parts.settings
        self.conversations, self.previews = parts.conversations, parts.asking.previews
        self.templates, self.examples = parts.asking.templates, parts.asking.examples
        self.curation, self.models = parts.curation, parts.asking.models
        self.chains, self.agent = parts.asking.chains, parts.asking.agent
        self.reindexing, self.languages, self.logs = parts.reindexing, parts.languages, parts.logs

    @classmethod
    def open(cls, store: Path | str | None = None, settings: Settings | None = None) -> Self:
        """Opens the store in this folder, or makes one; `store` goes before `settings.store`. Raises StoreError."""
        return cls(build(_chosen(store, settings)))

    @classmethod
    def rebuild(cls, store: Path | str | None = None, settings: Settings | None = None) -> Rebuilt:
        """Makes a lost or damaged catalog anew; `work_off`, or the app, then reads the originals again.

        Raises StoreError while a process has the store open.
        """
        return rebuild(_chosen(store, settings).store)

    @classmethod
    def restore(cls, source: Path, store: Path | str | None = None, force: bool = False) -> int:
        """Makes a store of a backup; gives how many original files came back. Raises StoreError."""
        return restore(source, _chosen(store, None).store, force)

    def close(self) -> None:
        """Ends background work after its present step and closes the files."""
        self._parts.worker.stop()
        self._parts.parser.close()
        self._parts.database.close()
        self._parts.logs.close()
        if self._parts.traces:
            self._parts.traces.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Reads the indexes and loads the embedding model, so that the first question need not wait for them."""
        self._parts.indexes.refresh()
        self._parts.embedder.embed_query("warm-up")

    # -- library -------------------------------------------------------------------------------------------

    def add(
        self,
        source: Path | str | bytes,
        name: str = "",
        collection: str = "",
        password: str | None = None,
        report: Callable[[Progress], None] = _ignore,
    ) -> Added:
        """Adds one file, and embeds it; a file that cannot be read gives `status` failed and raises nothing."""
        added = self.add_searchable(source, name, collection, password, report)
        self.embed_all(report)
        return added

    def add_searchable(
        self,
        source: Path | str | bytes,
        name: str = "",
        collection: str = "",
        password: str | None = None,
        report: Callable[[Progress], None] = _ignore,
    ) -> Added:
        """Adds one file, to be found by words at once; `embed_all` gives it its vectors.

        `source` may be a public address ("https://…"): a page, a file, or what a known service keeps there.
        """
        name = name or ("document" if isinstance(source, bytes) else Path(source).name)
        return add_one(self._parts.library, source, name, collection, password, report)

    def add_many(
        self, sources: Sequence[tuple[Path | str, str]], collection: str = "", password: str | None = None
    ) -> Iterator[tuple[Path | str, Added]]:
        """Adds files, given with their names: each is committed when it is read; `embed_all` does the rest."""
        return add_side_by_side(self._parts.library, self._parts.parser.workers, sources, collection, password)

    def add_documents(self, documents: Iterable[Document], report: Callable[[Progress], None] = _ignore) -> list[Added]:
        """Adds documents that are loaded already, one transaction each, then embeds them all."""
        added: list[Added] = []
        for document in documents:
            added.append(self._parts.library.add_document(document, "", _ignore))
            if len(added) % _INDEXED_AT_ONCE == 0:
                self._parts.indexes.refresh()
        self.embed_all(report)
        return added

    def embed_all(self, report: Callable[[Progress], None] = _ignore) -> None:
        """Embeds every chunk that waits for its vector; also what an earlier crash left waiting."""
        self._parts.library.embedding.embed_all(report)

    def embed_unless_at_work(self, report: Callable[[Progress], None] = _ignore) -> bool:
        """As `embed_all`, but leaves it to the app where that is running on this store; says whether it was done."""
        return self._parts.worker.embed_all(report)

    def documents(self, collection: str | None = None) -> list[DocumentInfo]:
        """All documents, oldest first, or those of one collection."""
        found = self._parts.catalog.documents().values()
        return [document for document in found if collection is None or document.collection == collection]

    def document(self, document_id: str) -> DocumentInfo:
        """The document with this id; raises DocumentNotFound."""
        return self._parts.catalog.document(document_id)

    def resolve(self, prefix: str) -> str:
        """The full id that begins so; raises DocumentNotFound."""
        return self._parts.catalog.resolve(prefix)

    def collections(self) -> list[str]:
        """The names of the collections, the unnamed one left out."""
        return sorted({document.collection for document in self.documents()} - {""})

    def blocks(self, document_id: str) -> list[Block]:
        """What was read of a document, in reading order."""
        return list(self._parts.catalog.blocks(document_id).values())

    def chunks(self, document_id: str) -> list[Chunk]:
        """The chunks of a document in reading order."""
        active = self._parts.catalog.generations.active()
        return self._parts.catalog.chunks_of(document_id, active.id) if active else []

    def original(self, document_id: str) -> bytes:
        """The file as it was added; raises DocumentNotFound, StoreError."""
        return self._parts.originals.get(self.document(document_id).sha256)

    def page_image(self, document_id: str, page: int, boxes: Sequence[Box] = (), scale: float = 1.5) -> bytes:
        """A page of a PDF or an image as PNG, `scale` pixels a point, with the boxes marked; else raises StoreError."""
        info = self.document(document_id)
        if not info.has_pictures:
            raise StoreError("Its pages cannot be shown as pictures.", "See its text instead.", info.name)
        return loaders.render_page(self.original(document_id), page, boxes, scale)

    def remove(self, document_id: str) -> Removed:
        """Deletes a document from the library, and counts the conversations that quote it; raises DocumentNotFound."""
        return self.conversations.counted(self._parts.library.remove(document_id))

    def reindex(self, report: Callable[[Progress], None] = _ignore) -> None:
        """Chunks and embeds everything anew with the present settings, while the old index keeps answering."""
        self._parts.builder.reindex(report)
        self._parts.catalog.generations.sweep()

    def roll_back(self, report: Callable[[Progress], None] = _ignore) -> None:
        """Goes back to the index from before the last reindex; raises StoreError where it is not kept."""
        self._parts.builder.roll_back(self._previous().id, report)
        self._parts.catalog.generations.sweep()

    def drop_previous(self) -> int:
        """Deletes the index from before the last reindex, if it is kept; gives how many chunks went with it."""
        with self._parts.library.reserve.lent():
            return self._parts.catalog.generations.drop("previous")

    def verify(self, repair: bool = False, report: Callable[[Progress], None] = _ignore) -> Verified:
        """Compares originals, chunks, vectors and both indexes; `repair` brings together what it can."""
        return self._parts.integrity.repair(report) if repair else self._parts.integrity.verify()

    def back_up(self, target: Path) -> BackedUp:
        """Writes the whole store into one file while it is in use; raises StoreError."""
        return back_up(self._parts.database, self._parts.originals, target)

    def stats(self) -> Stats:
        """The store in figures."""
        parts, documents = self._parts, self.documents()
        parts.indexes.refresh()
        room = self.storage()
        return Stats(
            documents=len(documents),
            chunks=sum(d.chunks for d in documents),
            embedded=sum(d.embedded for d in documents),
            characters=sum(d.characters for d in documents),
            original_bytes=parts.originals.size(),
            store_bytes=room.catalog + room.originals + room.indexes + room.backups + room.other,
            by_type=dict(Counter(d.media_type for d in documents)),
            by_language=dict(Counter(d.language for d in documents)),
            collections=dict(Counter(d.collection for d in documents)),
            embedding_model=parts.embedder.name,
            chat_model=model.name if (model := parts.asking.models.get()) else "extractive",
            index_chunks_words=len(parts.indexes.words) if parts.indexes.words else 0,
            index_chunks_vectors=len(parts.indexes.vectors),
            stale=self._stale(),
            previous=parts.builder.kept_index(),
        )

    def storage(self) -> Storage:
        """What each part of the store takes on the disk."""
        return storage(self.settings.store)

    def usage(self, days: int = 30) -> Usage:
        """What was asked in the last days, and how it went; of conversations that were saved and not deleted."""
        return usage(self._parts.database, days)

    # -- background work -----------------------------------------------------------------------------------

    def start_worker(self) -> None:
        """Starts the thread that works off submitted jobs, and goes on with what a crash cut off."""
        self._submit_samples()
        self._parts.worker.start()

    def work_off(self) -> None:
        """Works off every submitted job in the caller's thread."""
        self._submit_samples()
        self._parts.worker.work_off()

    def submit(self, data: bytes, name: str, collection: str = "") -> Job:
        """Queues a file; when this returns, nothing can lose it. Raises DocumentTooLarge, StoreError."""
        return self._parts.worker.submit(data, Label(name, collection, {}))

    def submit_address(self, url: str, collection: str = "") -> Job:
        """Queues what stands at a public address; it is fetched when its turn comes."""
        job = self._parts.queue.submit("ingest", url, collection, "")
        self._parts.worker.wake()
        return job

    def submit_reindex(self) -> Job:
        """Queues a reindex."""
        job = self._parts.queue.submit("reindex", "", "", "")
        self._parts.worker.wake()
        return job

    def submit_rollback(self) -> Job:
        """Queues going back to the index from before the last reindex; raises StoreError where it is not kept."""
        job = self._parts.queue.submit("rollback", str(self._previous().id), "", "")
        self._parts.worker.wake()
        return job

    def cancel(self, job_id: int) -> None:
        """Ends a job that is not finished: a new file goes again, a reindex leaves the old index as it was."""
        self._parts.worker.jobs.cancel(job_id)

    def pause(self) -> None:
        """Starts no more background work until `resume`, also after a restart; what is being read is finished."""
        self._parts.worker.pause()

    def resume(self) -> None:
        """Goes on with background work."""
        self._parts.worker.resume()

    def activity(self) -> Activity:
        """How far the background work is, all files together."""
        return self._parts.worker.activity()

    def retry(self, job_id: int, password: str | None = None) -> None:
        """Tries a failed job again, for an encrypted file with its password."""
        self._parts.worker.retry(job_id, password)

    def jobs(self, limit: int = 100) -> list[Job]:
        """The newest jobs first, with how far they are."""
        return [self._parts.worker.jobs.with_progress(job) for job in self._parts.queue.list(limit)]

    def file_jobs(self, limit: int) -> list[Job]:
        """Files submitted: those at work first, then what failed, what waits, and what is over."""
        return [self._parts.worker.jobs.with_progress(job) for job in self._parts.queue.list_files(limit)]

    def index_job(self) -> Job | None:
        """The newest reindex or rollback."""
        job = self._parts.queue.last_of_index()
        return self._parts.worker.jobs.with_progress(job) if job else None

    def find_jobs(self, ids: Collection[int]) -> list[Job]:
        """The jobs with these ids that are not cleared away, oldest first."""
        return [self._parts.worker.jobs.with_progress(job) for job in self._parts.queue.find(ids)]

    def forget_finished_jobs(self) -> None:
        """Clears finished, failed and cancelled jobs from the list, with the files that only they held."""
        with self._parts.library.reserve.lent():
            self._parts.library.release(self._parts.queue.forget_finished())

    # -- questions -----------------------------------------------------------------------------------------

    def search(self, query: str, options: AskOptions = AskOptions(), widen: bool = False) -> Retrieved:  # noqa: B008
        """The passages that fit a query best; widened first as a question is, if so wished (`query_expansion`)."""
        widened = self._parts.asking.assistant.widened(query, options) if widen else options
        return self._parts.retriever.search(query, widened)

    def stream(
        self,
        question: str,
        history: Sequence[Message] = (),
        options: AskOptions = AskOptions(),  # noqa: B008 - frozen
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Answers a question as events, AnswerReady last; setting `stop` ends the writing."""
        if options.agent:
            return self.agent.stream(question, history, options, stop)
        return self.chains.answer(question, history, options, stop or threading.Event())

    def ask(
        self,
        question: str,
        history: Sequence[Message] = (),
        options: AskOptions = AskOptions(),  # noqa: B008 - frozen
    ) -> Answer:
        """Answers a question."""
        for event in self.stream(question, history, options):
            if isinstance(event, AnswerReady):
                return event.answer
        raise AssertionError("a stream ends with AnswerReady")

    def astream(
        self,
        question: str,
        history: Sequence[Message] = (),
        options: AskOptions = AskOptions(),  # noqa: B008 - frozen
    ) -> AsyncGenerator[Event, None]:
        """The same as `stream` for an event loop; closing it, or cancelling the task, ends the writing."""
        return events_of(lambda stop: self.stream(question, history, options, stop))

    async def aask(
        self,
        question: str,
        history: Sequence[Message] = (),
        options: AskOptions = AskOptions(),  # noqa: B008 - frozen
    ) -> Answer:
        """The same as `ask` for an event loop."""
        async with aclosing(self.astream(question, history, options)) as events:
            async for event in events:
                if isinstance(event, AnswerReady):
                    return event.answer
        raise AssertionError("a stream ends with AnswerReady")

    def read(self, found: Retrieved) -> Extract:
        """The sentences of the passages found, the one that answers best first, and how likely they answer."""
        return extract(found.meant, found, self._parts.embedder)

    # ------------------------------------------------------------------------------------------------------

    def _submit_samples(self) -> None:
        """A store that was never used gets the sample library, so that there is something to ask about."""
        new = self._parts.catalog.generations.active() is None and not self.jobs(1)
        if self.settings.samples and new:
            for path in sorted(SAMPLES.glob("*")):
                if path.is_file() and path.suffix != ".py":
                    self.submit(path.read_bytes(), path.name, SAMPLE_COLLECTION)

    def _previous(self) -> Generation:
        previous = self._parts.catalog.generations.previous()
        if previous is None:
            hint = "Only a reindex with other settings keeps one, until it is dropped."
            raise StoreError("There is no earlier index to go back to.", hint)
        return previous

    def _stale(self) -> str:
        active, wanted = self._parts.catalog.generations.active(), shape_of(self.settings, self._parts.embedder)
        if active is None or read_shape(active.fingerprint).serves(wanted):
            return ""
        return "The settings for embedding or chunking, or how vectors are made, have changed since the index was made."
