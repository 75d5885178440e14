"""What is done to documents that are there, or should be: put into other collections, and read again."""

from __future__ import annotations

from collections.abc import Sequence

from rag.errors import MoveRefused
from rag.ingest.job_queue import JobQueue
from rag.ingest.knowledge import Library
from rag.ingest.moving import move
from rag.ingest.watch import CHANGED
from rag.ingest.worker import Worker
from rag.reports import Job
from rag.storage.database import Database
from rag.storage.originals import Label
from rag.types import DocumentInfo


class Curation:
    """Moves documents and has them read again. A document inside another goes where that one goes."""

    def __init__(self, database: Database, library: Library, queue: JobQueue, worker: Worker) -> None:
        self._database = database
        self._library = library
        self._queue = queue
        self._worker = worker

    def move(self, document_ids: Sequence[str], collection: str) -> int:
        """Moves documents to a collection ("": none), all or none; gives how many.

        It takes no time and costs no embedding; the collection comes to be by it. Raises DocumentNotFound, MoveRefused.
        """
        outer = [info for info in self._outermost(document_ids) if info.collection != collection]
        for info in outer:
            self._refuse_watched(info)
        try:
            self._move(outer, collection)
        finally:  # also where nothing was moved: labels are those of what there is
            places = [(info, place) for info in outer for place in (info.collection, collection)]
            self._library.release((info.sha256, info.name, place) for info, place in places)
        self._library.indexes.refresh()
        return len(outer)

    def rename(self, collection: str, name: str) -> int:
        """Moves all documents of a collection into one of this name; gives how many. Raises MoveRefused."""
        documents = self._library.catalog.documents().values()
        return self.move([info.id for info in documents if info.collection == collection], name)

    def read_again(self, document_ids: Sequence[str]) -> list[Job]:
        """Queues documents to be read anew from their originals, with the loaders of now. Raises DocumentNotFound.

        Until a document is through, and where it fails, the one that is there goes on answering.
        """
        outer = self._outermost(document_ids)
        # Without the file's sha256, by which a job that adds a file holds it: a document stays deletable.
        jobs = [self._queue.submit("reread", info.name, info.collection, "") for info in outer]
        self._worker.wake()
        return jobs

    def retry_all(self) -> None:
        """Tries every file again that could not be taken in, but those that want a password."""
        self._worker.retry_all()

    def cancel_unread(self) -> None:
        """Ends every file that was added and is not read yet; what is there under its name stays.

        Documents that are to be read again are no files on their way in: that goes on.
        """
        self._worker.jobs.cancel_unread()

    def _move(self, outer: Sequence[DocumentInfo], collection: str) -> None:
        catalog, originals = self._library.catalog, self._library.originals
        with originals.locked():
            for info in outer:
                if info.has_original:  # a crash from here on leaves a label too many, which `verify` finds
                    originals.label(info.sha256, Label(info.name, collection, info.metadata))
            move(self._database, [one for info in outer for one in catalog.family(info.id)], collection)

    def _outermost(self, document_ids: Sequence[str]) -> list[DocumentInfo]:
        """The documents that these are inside of, or themselves; each once."""
        found = dict[str, DocumentInfo]()
        for id_ in document_ids:
            info = self._library.catalog.document(id_)
            while info.parent is not None:
                info = self._library.catalog.document(info.parent)
            found[info.id] = info
        return list(found.values())

    def _refuse_watched(self, info: DocumentInfo) -> None:
        """What follows a folder would come back at once."""
        settings = self._library.settings
        watched = settings.watch and (settings.watch_collection or settings.watch.name)
        if watched and info.collection == watched and CHANGED in info.metadata:
            hint = "Move the file out of that folder, and add it to the other collection."
            raise MoveRefused(f"The collection {watched} follows a folder.", hint, info.name)
