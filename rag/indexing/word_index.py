"""The word index of one generation, kept in step with the catalog that it is derived from."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from filelock import Timeout

from rag.errors import StoreError
from rag.storage.catalog import Catalog
from rag.stores.fresh_words import Entry
from rag.stores.layered_words import Analysed, LayeredWordStore, analysed, entry_of
from rag.stores.tantivy_words import TantivyWordStore
from rag.text.languages import ANALYSIS_VERSION
from rag.text.readings import Reading
from rag.types import Chunk

_END = 2**62
_SPARE_BYTES = 10_000_000
_MANY_FRESH = 500
"""Chunks in memory that are worth a commit of the word index on the disk."""
MOST_FRESH = 2_000
"""Chunks that are kept in memory for the time being, at most."""
_FEW = 2_000
"""An index of so many chunks is made anew at once, in about two seconds."""
_PIECE = 2_000
"""Chunks between two commits of an index that is made anew: what an end loses of it is two seconds' work."""
_NOTE = "tenkyo.json"

Tell = Callable[[int], None]
"""Called with how many chunks more have been taken in; what it raises ends the work, which goes on there next time."""
Text = tuple[str, str, tuple[str, ...], str]
"""All that is analysed of a chunk: its document's title and language, its headings, its text."""
_log = logging.getLogger(__name__)


class _Note(NamedTuple):
    """What lies beside an index: the catalog's revision that it holds, and the analysis that made it.

    One that is being made has the chunks with ids of up to `through` only.
    """

    revision: int
    analysis: str
    through: int = _END

    @property
    def is_whole(self) -> bool:
        return self.through == _END


class WordIndex:
    """Words on the disk, in a folder named by generation and analysis; what came after its note's revision in memory.

    One that an earlier analysis has made answers, and follows the catalog, until `renew` has made another beside it.
    `follow` is called by one thread at a time, `renew` and `write` by one other; `store` can be searched by any.
    """

    def __init__(self, catalog: Catalog, folder: Path, generation: int, known: MutableMapping[Text, Analysed]) -> None:
        self._catalog = catalog
        self._folder = folder
        self._generation = generation
        self._known = known
        self._todays = folder / f"words-{generation}-{ANALYSIS_VERSION}"
        self._revision = -1
        self._tried_at = -1
        self._given_up_at = -1
        self._due = -1
        self._open()

    @staticmethod
    def folders(folder: Path) -> list[tuple[int, Path]]:
        """Every word index in this folder, with its generation."""
        found = [(path.name.split("-")[1], path) for path in folder.glob("words-*/")]
        return [(int(generation), path) for generation, path in found if generation.isdigit()]

    @property
    def is_outdated(self) -> bool:
        """Whether an earlier analysis made it: a question's words need not be those of the passages."""
        return self._held.analysis != ANALYSIS_VERSION

    @property
    def is_behind(self) -> bool:
        """Whether somebody is taking in a large document: until then, it is not found."""
        return self._due > self._held.revision

    def readings(self, ids: Sequence[int]) -> dict[int, Reading]:
        """How these chunks are analysed now; one that is not there is left out."""
        if not self.is_outdated:
            return self.store.readings(ids)
        held = self.store.fresh.find(ids)
        others = list(self._catalog.chunks([id_ for id_ in ids if id_ not in held]).values())
        titles = self._catalog.titles({chunk.document_id for chunk in others})
        readings = {id_: entry.reading for id_, entry in held.items()}
        for chunk in others:
            if chunk.document_id in titles:
                readings[chunk.id] = analysed(*titles[chunk.document_id], chunk).reading
        return readings

    # -- following the catalog -----------------------------------------------------------------------------

    def follow(self, revision: int, tell: Tell) -> None:
        """Takes in memory what came since; many chunks, and whatever was removed or moved, go to the disk.

        Where there is no index, it is made. Raises OSError, StoreError.
        """
        if _read_note(self._at) is None or (self.is_outdated and _is_whole(self._todays)):
            self._open()
        if not self._held.is_whole or (self.is_outdated and len(self.store) <= _FEW):
            self._make(tell)
        if revision == self._revision and not self.is_behind:
            return
        self._adopt_written(self.store)
        changes = self._catalog.changes_since(self._revision)
        added = [(change.first, change.last) for change in changes if change.kind == "chunks"]
        large = [span for span in added if _size(span) > MOST_FRESH]
        own = (large or self.is_behind) and not self._is_being_written()
        if large and not own:  # found when whoever has committed it is through, and says so
            added = [span for span in added if span not in large]
            self._due = changes[-1].revision
        count = len(self.store.fresh) + sum(map(_size, added))
        changed = own or any(change.kind == "removed" for change in changes)
        if count > MOST_FRESH or changed or any(self.store.holds(*span) for span in added):
            self._update(tell)  # what is here already has moved to another document
        else:
            self.store.add(self._entries(added))
            self._revision = max((revision, *(change.revision for change in changes)))

    @contextmanager
    def taking_in(self) -> Iterator[None]:
        """Around a commit of many chunks, which are then written to the disk; whoever asks meanwhile does without."""
        store, at = self.store, self._at
        with store.disk.updating():
            yield
            try:
                self._replay(store.disk, at, store, background=True)
            except (OSError, StoreError) as error:  # whoever asks next tries again
                _log.error("the word index is behind the catalog: %s", error)

    def _is_being_written(self) -> bool:
        """By another thread or process."""
        try:
            with self.store.disk.updating().acquire(timeout=0):
                return False
        except Timeout:
            return True

    def write(self, all_words: bool) -> bool:
        """Writes what is in memory to the disk where it is much, or all of it; holds up no search. Whether it did.

        What is on the disk then leaves the memory with `settle`.
        """
        store, at, revision = self.store, self._at, self._catalog.revision()
        if len(store.fresh) < (1 if all_words else _MANY_FRESH) or revision == self._tried_at:
            return False
        self._tried_at = revision  # what failed is not tried again at once
        try:
            with store.disk.updating():
                self._replay(store.disk, at, store, background=True)
        except (OSError, StoreError) as error:
            _log.error("the word index stays in memory: %s", error)
            return False
        return True

    def settle(self) -> None:
        """Forgets what `write` has brought to the disk."""
        self._adopt_written(self.store)

    def _open(self) -> None:
        """Takes today's index if it is whole, else the newest of another analysis, else what there is of today's."""
        notes = [(_read_note(path), path) for number, path in self.folders(self._folder) if number == self._generation]
        whole = [(note, path) for note, path in notes if note and note.is_whole]
        for _, path in sorted(whole, key=lambda one: (one[0].analysis != ANALYSIS_VERSION, -one[0].revision)):
            store = LayeredWordStore(path)
            if note := _read_note(path):  # what cannot be read was deleted when it was opened
                self._take(store, path, note)
                break
        else:
            store = LayeredWordStore(self._todays)
            self._take(store, self._todays, _read_note(self._todays) or _Note(-1, ANALYSIS_VERSION, 0))
        if self._held.is_whole and not self.is_outdated:
            for _, path in notes:
                if path != self._at:
                    with suppress(Timeout):  # another process is just writing it
                        TantivyWordStore.delete(path, timeout=0)

    def _take(self, store: LayeredWordStore, at: Path, note: _Note) -> None:
        self.store, self._at, self._held, self._revision = store, at, note, note.revision if note.is_whole else -1

    def _adopt_written(self, store: LayeredWordStore) -> None:
        """Where this process, or another one, has written to the disk: what came after that stays in memory."""
        note = _read_note(self._at)
        if note and note.revision != self._held.revision and store is self.store:
            later = [change for change in self._catalog.changes_since(note.revision) if change.kind == "chunks"]
            store.settle([(change.first, change.last) for change in later])
            self._held, self._revision = note, max(note.revision, self._revision)

    def _update(self, tell: Tell) -> None:
        """Writes to the disk while nobody else searches; an index that cannot be written to is made anew."""
        try:
            with self.store.disk.updating():
                self._replay(self.store.disk, self._at, self.store)
        except StoreError as error:
            if not self._has_room():
                raise
            _log.error("the word index is made anew: %s", error)
            TantivyWordStore.delete(self._at)
            self._open()
            self._make(tell)
        self.store.settle()
        self._held = _read_note(self._at) or self._held
        self._revision = self._held.revision

    def _has_room(self) -> bool:
        """Whether another word index as large as this one fits on the disk, with as much again for its making."""
        size = sum(path.stat().st_size for path in self._at.glob("*"))
        return shutil.disk_usage(self._folder).free > 2 * size + _SPARE_BYTES

    def _replay(
        self, words: TantivyWordStore, at: Path, known: LayeredWordStore | None = None, *, background: bool = False
    ) -> None:
        """Applies what a whole index's note says is missing. A crash before the new note repeats it to the same end."""
        note, revision = _read_note(at), self._catalog.revision()
        if note is None:
            raise StoreError("The word index is gone.", "It is made anew.", str(at))
        changes = [change for change in self._catalog.changes_since(note.revision) if change.kind != "vectors"]
        if changes:
            added = self._entries([(one.first, one.last) for one in changes if one.kind == "chunks"], known)
            # An added range is taken out first too: it is there already if a crash came before the note.
            removed = [(change.first, change.last) for change in changes]
            words.update(removed, added, background)
        if revision != note.revision:
            _write_note(at, note._replace(revision=revision))

    # -- making another ------------------------------------------------------------------------------------

    def renew(self, tell: Tell) -> bool:
        """Makes a piece of today's index beside an outdated one, which answers meanwhile; False where none is to be.

        The next `follow` takes it up when it is whole. Where it cannot be written, the outdated one stays.
        """
        revision = self._catalog.revision()
        if not self.is_outdated or _is_whole(self._todays) or revision == self._given_up_at:
            return False
        try:
            words = TantivyWordStore(self._todays)
            if self._make_piece(words, tell, background=True):
                with words.updating():
                    self._replay(words, self._todays, background=True)  # here, where nobody waits for it
        except (OSError, StoreError) as error:
            self._given_up_at = revision
            _log.error("the word index stays as an earlier version made it: %s", error)
            return False
        return True

    def prepare(self, tell: Tell) -> None:
        """Makes the index of a generation that is not searched yet, and brings it up to the catalog."""
        words = TantivyWordStore(self._todays)
        while not self._make_piece(words, tell, background=True):
            pass
        with words.updating():
            self._replay(words, self._todays, background=True)

    def _make(self, tell: Tell) -> None:
        """Makes today's index while a question waits for it."""
        words = self.store.disk if self._at == self._todays else TantivyWordStore(self._todays)
        while not self._make_piece(words, tell, background=False):
            pass
        self._open()

    def _make_piece(self, words: TantivyWordStore, tell: Tell, *, background: bool) -> bool:
        """Adds as many chunks as are committed at once, or what is left; whether that is all."""
        with words.updating():
            note = _read_note(self._todays) or _Note(self._catalog.revision(), ANALYSIS_VERSION, 0)
            if not note.is_whole:
                through = note.through

                def entries() -> Iterator[Entry]:
                    nonlocal through
                    count = 0
                    for page in self._catalog.chunk_pages(self._generation, note.through + 1, _END):
                        yield from self._entries_of(page)
                        tell(len(page))
                        through, count = page[-1].id, count + len(page)
                        if count >= _PIECE:
                            return
                    through = _END

                # What stands behind the note is there already if a crash came before it was written.
                words.update([(note.through + 1, _END)], entries(), background)
                note = note._replace(through=through)
                _write_note(self._todays, note)
            return note.is_whole

    # -- analysing -----------------------------------------------------------------------------------------

    def _entries(self, ranges: Sequence[tuple[int, int]], known: LayeredWordStore | None = None) -> Iterator[Entry]:
        for first, last in ranges:
            for page in self._catalog.chunk_pages(self._generation, first, last):
                yield from self._entries_of(page, known)

    def _entries_of(self, page: Sequence[Chunk], known: LayeredWordStore | None = None) -> Iterator[Entry]:
        """What is searched of these chunks; those in the memory of `known` are not analysed again."""
        titles = self._catalog.titles({chunk.document_id for chunk in page})
        held = known.fresh.find([chunk.id for chunk in page]) if known else {}
        for chunk in page:
            if chunk.document_id in titles:
                title, language = titles[chunk.document_id]
                known_already = self._known.pop((title, language, chunk.headings, chunk.text), None)
                yield held.get(chunk.id) or entry_of(chunk, title, language, known_already)


def _size(span: tuple[int, int]) -> int:
    return span[1] - span[0] + 1


def _read_note(at: Path) -> _Note | None:
    """None where it is not known what the index holds."""
    try:
        note = _Note(**json.loads((at / _NOTE).read_text()))
        return note if note.revision >= 0 else None
    except (OSError, ValueError, TypeError):
        return None


def _is_whole(at: Path) -> bool:
    note = _read_note(at)
    return note is not None and note.is_whole


def _write_note(at: Path, note: _Note) -> None:
    fresh = (at / _NOTE).with_suffix(".new")
    fresh.write_text(json.dumps(note._asdict()))
    fresh.replace(at / _NOTE)
