"""One SQLite file: connections, transactions, and the numbered migrations of its schema."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue

from rag.errors import StoreError, refused_by_disk
from rag.storage import journal

MIGRATIONS = (
    """
    CREATE TABLE documents (
        id TEXT PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
        media_type TEXT NOT NULL, title TEXT NOT NULL, language TEXT NOT NULL, metadata TEXT NOT NULL,
        size INTEGER NOT NULL, pages INTEGER NOT NULL, characters INTEGER NOT NULL, added_at TEXT NOT NULL,
        UNIQUE (collection, name)
    );
    CREATE INDEX documents_sha256 ON documents (sha256);
    CREATE TABLE blocks (
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
        kind TEXT NOT NULL, text TEXT NOT NULL, level INTEGER NOT NULL, location TEXT NOT NULL,
        PRIMARY KEY (document_id, ordinal)
    ) WITHOUT ROWID;
    -- A generation is one way of chunking and embedding the library; exactly one is active.
    CREATE TABLE generations (
        id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('active', 'building'))
    );
    CREATE UNIQUE INDEX one_generation_per_state ON generations (state);
    CREATE TABLE chunks (
        id INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL REFERENCES generations (id),
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
        text TEXT NOT NULL, headings TEXT NOT NULL, location TEXT NOT NULL, spans TEXT NOT NULL,
        token_count INTEGER NOT NULL, embedding_key BLOB
    );
    CREATE INDEX chunks_of_document ON chunks (generation, document_id);
    CREATE INDEX chunks_document ON chunks (document_id);
    CREATE INDEX chunks_embedding ON chunks (embedding_key);
    -- Keyed by model and text, so that the same text is embedded once, whatever file or generation it is in.
    CREATE TABLE embeddings (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL);
    -- What the derived indexes replay: ranges of ids, of chunks (chunks, removed) or of embeddings (vectors).
    CREATE TABLE changes (
        revision INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('chunks', 'removed', 'vectors')),
        first INTEGER NOT NULL, last INTEGER NOT NULL
    );
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, collection TEXT NOT NULL,
        sha256 TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, result TEXT, error TEXT,
        created_at TEXT NOT NULL
    );
    """,
    """
    ALTER TABLE documents ADD COLUMN report TEXT NOT NULL DEFAULT '{}';
    -- The document that this one is a file inside of: a mail's attachment, an archive's member.
    ALTER TABLE documents ADD COLUMN parent TEXT REFERENCES documents (id);
    CREATE INDEX documents_parent ON documents (parent);
    """,
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, updated_at TEXT NOT NULL
    );
    CREATE INDEX conversations_owner ON conversations (owner, updated_at);
    CREATE TABLE turns (
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
        question TEXT NOT NULL, text TEXT NOT NULL, answer TEXT NOT NULL, feedback TEXT,
        PRIMARY KEY (conversation_id, ordinal)
    ) WITHOUT ROWID;
    """,
    """
    -- The generation before the active one is kept, so that a reindex can be taken back.
    DROP INDEX one_generation_per_state;
    ALTER TABLE generations RENAME COLUMN state TO was;
    ALTER TABLE generations ADD COLUMN state TEXT NOT NULL DEFAULT 'building'
        CHECK (state IN ('active', 'building', 'previous'));
    UPDATE generations SET state = was;
    ALTER TABLE generations DROP COLUMN was;
    CREATE UNIQUE INDEX one_generation_per_state ON generations (state);
    """,
    """
    ALTER TABLE turns ADD COLUMN asked_at TEXT NOT NULL DEFAULT '';
    CREATE INDEX turns_asked_at ON turns (asked_at);
    """,
    """
    -- What chains have made of documents; it goes when one of them does.
    CREATE TABLE chain_results (key TEXT PRIMARY KEY, value TEXT NOT NULL, made_at TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE chain_sources (
        key TEXT NOT NULL REFERENCES chain_results (key) ON DELETE CASCADE,
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        PRIMARY KEY (key, document_id)
    ) WITHOUT ROWID;
    CREATE INDEX chain_sources_document ON chain_sources (document_id);
    CREATE TRIGGER forget_chain_results BEFORE DELETE ON documents BEGIN
        DELETE FROM chain_results WHERE key IN (SELECT key FROM chain_sources WHERE document_id = OLD.id);
    END;
    """,
    """
    -- What a chat model is told of a conversation's first turns, once it has grown long.
    CREATE TABLE summaries (
        conversation_id TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE, summary TEXT NOT NULL,
        turns INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    -- What embedding models have found when they were tried on this library's passages, by language.
    CREATE TABLE language_checks (
        model TEXT NOT NULL, language TEXT NOT NULL, passages INTEGER NOT NULL, by_vectors REAL NOT NULL,
        by_words REAL NOT NULL, chunks INTEGER NOT NULL, PRIMARY KEY (model, language)
    ) WITHOUT ROWID;
    """,
    """
    -- Why an answer failed, or the chat model that was to write it: {code, message, hint}.
    ALTER TABLE turns ADD COLUMN error TEXT;
    """,
    """
    -- Which languages there are is asked after every change; the rows of documents are long.
    CREATE INDEX documents_language ON documents (language);
    """,
    """
    -- The programming language of code, where the file names it.
    ALTER TABLE blocks ADD COLUMN language TEXT NOT NULL DEFAULT '';
    """,
    """
    -- What waits and what runs is asked for with each file, beside as many that are over.
    CREATE INDEX jobs_state ON jobs (state);
    """,
    """
    -- By which `verify` knows the document's blocks again; NULL where an earlier version has written them.
    ALTER TABLE documents ADD COLUMN blocks_crc INTEGER;
    """,
    """
    -- Passages are counted by document, and by whether they have a vector, without reading their texts.
    CREATE INDEX chunks_counted ON chunks (generation, document_id, embedding_key);
    DROP INDEX chunks_of_document;
    """,
    """
    -- By which `verify` knows a passage and a vector again; NULL where an earlier version has written them.
    ALTER TABLE chunks ADD COLUMN crc INTEGER;
    ALTER TABLE embeddings ADD COLUMN crc INTEGER;
    """,
    """
    -- The files of watched folders as they were last seen.
    CREATE TABLE watched (
        collection TEXT NOT NULL, name TEXT NOT NULL, mark TEXT NOT NULL, elsewhere INTEGER NOT NULL,
        PRIMARY KEY (collection, name)
    ) WITHOUT ROWID;
    """,
    """
    -- The rows of a generation that was dropped go step by step; several may be on their way out.
    DROP INDEX one_generation_per_state;
    ALTER TABLE generations RENAME COLUMN state TO was;
    ALTER TABLE generations ADD COLUMN state TEXT NOT NULL DEFAULT 'building'
        CHECK (state IN ('active', 'building', 'previous', 'dropped'));
    UPDATE generations SET state = was;
    ALTER TABLE generations DROP COLUMN was;
    CREATE UNIQUE INDEX one_generation_per_state ON generations (state) WHERE state != 'dropped';
    """,
    """
    -- By which it is known that a job's file is read as what it was added as; NULL where an earlier version wrote it.
    ALTER TABLE jobs ADD COLUMN crc INTEGER;
    """,
    """
    -- Whether a job needs a file is asked for each that is released, and those may be as many as the jobs.
    CREATE INDEX jobs_sha256 ON jobs (sha256);
    """,
)


REBUILD_HINT = (
    "Restore a backup (`python -m rag restore`), or make the catalog anew from the files kept in 'originals' "
    "(`python -m rag rebuild`)."
)
_PATIENCE_S = 60  # for another writer
_PRIMARY = 0xFF  # of SQLite's extended error codes
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """A pool of connections to one SQLite file in WAL mode; safe from any thread and from several processes.

    Raises StoreError where the file cannot be opened, read or written, with what to do about it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._watching = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            if journal.is_damaged(path):  # opened, it would look like an older one, and its newer files like nobody's
                raise StoreError("The catalog is damaged: commits in its journal are lost.", REBUILD_HINT, str(path))
            self._migrate()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one consistent state throughout."""
        with self._translated(), self._connection() as connection, self.understood():
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def understood(self) -> Iterator[None]:
        """Raises StoreError where of what was read nothing can be made: nobody has written it."""
        try:
            yield
        except (ValueError, TypeError, KeyError, IndexError) as error:
            if isinstance(error, UnicodeEncodeError):  # it was to be looked for, and not read
                raise
            told = repr(error).splitlines()[0]
            raise StoreError(f"The catalog is damaged ({told}).", REBUILD_HINT, str(self.path)) from error

    def version(self) -> int:
        """Another number after each commit, of whichever process: much cheaper to ask for than what was committed."""
        with self._translated(), self._watching:
            if self._watch is None:
                self._watch = self._connect()  # one that never writes: its own commits would not count
            return self._watch.execute("PRAGMA data_version").fetchone()[0]

    @contextmanager
    def write(self, erasing: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction, the only writer while it lasts: committed at the end, or nothing of it happened.

        `erasing`: what is deleted is overwritten with zeros, which takes as much room in the journal.
        """
        with self._translated(), self._connection() as connection:
            connection.execute(f"PRAGMA secure_delete = {erasing}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                _roll_back(connection)
                raise
            connection.execute("COMMIT")

    def snapshot(self, target: Path) -> None:
        """Copies the file as of its last commit, while others read and write it; the copy is one file, without WAL."""
        with self._translated(), self._connection() as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")

    def settle(self) -> None:
        """Moves the journal into the file as far as nobody reads it, and gives its room on the disk back."""
        with suppress(StoreError), self._translated(), self._connection() as connection:
            connection.execute("PRAGMA busy_timeout = 100")  # whoever reads for longer has it done the next time
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_S * 1000}")

    def close(self) -> None:
        """Closes the idle connections; those in use close with their threads."""
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._connect()
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.close()  # only after a failed COMMIT or ROLLBACK: its state is not to be trusted
            else:
                self._idle.put(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a commit is a promise that outlives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _migrate(self) -> None:
        with self.write() as connection:
            done = connection.execute("PRAGMA user_version").fetchone()[0]
            if done > len(MIGRATIONS):
                raise StoreError(
                    f"The store was written by a newer Tenkyo (schema {done}, this one knows {len(MIGRATIONS)}).",
                    "Update Tenkyo, or choose another folder with TENKYO_STORE.",
                    str(self.path),
                )
            for number, script in enumerate(MIGRATIONS[done:], done + 1):
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _DAMAGED or is_undecodable(error):
                raise StoreError(f"The catalog is damaged ({error}).", REBUILD_HINT, str(self.path)) from error
            kept = "The files you added are kept beside it in 'originals'."
            raise refused_by_disk("The store could not be read or written", error, self.path, kept) from error


def is_undecodable(error: Exception) -> bool:
    """Whether a text in the database is none, or JSON that is none; these errors have no code of their own."""
    told = str(error)
    return isinstance(error, sqlite3.OperationalError) and ("decode to UTF-8" in told or "malformed JSON" in told)


def _roll_back(connection: sqlite3.Connection) -> None:
    """SQLite has done so itself after some errors (a full disk, a damaged page); a second time would be one more."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def files_of(path: Path) -> list[Path]:
    """The database file and those that SQLite keeps beside it while it is open; some may not be there."""
    return [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]


def is_open_elsewhere(path: Path) -> bool:
    """Whether a process, this one included, has this database open; one that cannot be read counts as not open."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            return getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_BUSY
    return False


def _statements(script: str) -> Iterator[str]:
    """`executescript` would commit by itself, so the statements of a migration run one by one."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
