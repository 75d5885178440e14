"""Conversations that were saved: each person's own, to be listed, searched, read again and exported."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import TypeAdapter

from rag.conversations.export import exported
from rag.errors import ConversationNotFound
from rag.reports import Removed
from rag.storage.database import Database
from rag.storage.reading import loaded, sound
from rag.types import Answer, Conversation, ConversationInfo, ExportForm, Feedback, SavedTurn

_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
_TITLE_CHARACTERS = 60


class Conversations:
    """Kept by owner: nobody sees another's. An owner is any secret string that a face knows a person by."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, owner: str, query: str = "") -> list[ConversationInfo]:
        """Newest first; with a query those in whose title, questions or answers it stands, in any case."""
        found = """SELECT id, title, updated_at FROM conversations c WHERE owner = :owner AND (
                   title LIKE :pattern ESCAPE '\\' OR EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id
                   AND (t.question LIKE :pattern ESCAPE '\\' OR t.text LIKE :pattern ESCAPE '\\')))
                   ORDER BY updated_at DESC, rowid DESC"""
        for special in "\\%_":
            query = query.replace(special, "\\" + special)
        with self._database.read() as db:
            rows = db.execute(found, {"owner": owner, "pattern": f"%{query}%"})
            return [read_conversation(row) for row in rows]

    def load(self, owner: str, id_: str) -> Conversation:
        """The whole conversation; raises ConversationNotFound."""
        with self._database.read() as db:
            row = _row(db, owner, id_)
            turns = db.execute("SELECT * FROM turns WHERE conversation_id = ? ORDER BY ordinal", (id_,))
            known = db.execute("SELECT summary, turns FROM summaries WHERE conversation_id = ?", (id_,)).fetchone()
            summary, summarised = (known["summary"], known["turns"]) if known else ("", 0)
            return sound(Conversation(id_, row["title"], tuple(map(read_turn, turns)), summary, summarised))

    def export(self, owner: str, id_: str, form: ExportForm) -> bytes:
        """The whole conversation as a file, with what each sentence rests on; raises ConversationNotFound."""
        return exported(self.load(owner, id_), form)

    def start(self, owner: str, question: str) -> str:
        """Begins a conversation named after its first question; gives its id."""
        id_, now = uuid.uuid4().hex, _now()
        line = " ".join(question.split())
        title = line if len(line) <= _TITLE_CHARACTERS else line[: _TITLE_CHARACTERS - 1] + "…"
        with self._database.write() as db:
            db.execute("INSERT INTO conversations VALUES (?, ?, ?, ?)", (id_, owner, title, now))
        return id_

    def put_turn(
        self,
        owner: str,
        id_: str,
        ordinal: int,
        question: str,
        answer: Answer,
        error: Mapping[str, str] | None = None,
    ) -> None:
        """Saves a turn under its number, with what failed in it; one that stood there goes."""
        with self._database.write() as db:
            _row(db, owner, id_)
            failed = json.dumps(dict(error)) if error else None
            values = (id_, ordinal, question, answer.text, _ANSWER.dump_json(answer).decode(), None, _now(), failed)
            db.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            db.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (_now(), id_))

    def summarise(self, owner: str, id_: str, summary: str, turns: int) -> None:
        """Keeps a summary that stands for the first turns; "" forgets it. Raises ConversationNotFound."""
        with self._database.write() as db:
            _row(db, owner, id_)
            db.execute("DELETE FROM summaries WHERE conversation_id = ?", (id_,))
            if summary:
                db.execute("INSERT INTO summaries VALUES (?, ?, ?)", (id_, summary, turns))

    def cut(self, owner: str, id_: str, ordinal: int) -> None:
        """Deletes the turns from this number on."""
        with self._database.write(erasing=True) as db:
            _row(db, owner, id_)
            db.execute("DELETE FROM turns WHERE conversation_id = ? AND ordinal >= ?", (id_, ordinal))

    def rate(self, owner: str, id_: str, ordinal: int, feedback: Feedback | None) -> None:
        """Keeps what the person thinks of an answer, or takes it back."""
        text = json.dumps([feedback.good, feedback.reason]) if feedback else None
        with self._database.write() as db:
            _row(db, owner, id_)
            db.execute("UPDATE turns SET feedback = ? WHERE conversation_id = ? AND ordinal = ?", (text, id_, ordinal))

    def rated(self) -> list[SavedTurn]:
        """Every answer that anybody has rated, newest first: what an admin measures and mends by."""
        query = """SELECT t.* FROM turns t JOIN conversations c ON c.id = t.conversation_id
                   WHERE t.feedback IS NOT NULL ORDER BY c.updated_at DESC, t.ordinal DESC"""
        with self._database.read() as db:
            return [read_turn(row) for row in db.execute(query)]

    def rename(self, owner: str, id_: str, title: str) -> None:
        """Gives the conversation another title; raises ConversationNotFound."""
        with self._database.write() as db:
            _row(db, owner, id_)
            db.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, id_))

    def delete(self, owner: str, id_: str) -> None:
        """Deletes the conversation, whole, and overwrites it in the catalog; raises ConversationNotFound."""
        with self._database.write(erasing=True) as db:
            _row(db, owner, id_)
            db.execute("DELETE FROM conversations WHERE id = ?", (id_,))
        self._database.settle()

    def count_quoting(self, documents: Sequence[str], owner: str | None = None) -> int:
        """How many conversations, of one owner or of all, hold answers from these documents, deleted ones too."""
        with self._database.read() as db:
            return len(_quoting(db, documents, owner))

    def counted(self, removed: Removed) -> Removed:
        """The receipt with that count."""
        return replace(removed, conversations=self.count_quoting(removed.document_ids))

    def delete_quoting(self, documents: Sequence[str], owner: str | None = None) -> int:
        """Deletes those, whole, and overwrites them in the catalog; gives how many."""
        with self._database.write(erasing=True) as db:
            found = _quoting(db, documents, owner)
            db.executemany("DELETE FROM conversations WHERE id = ?", [(id_,) for id_ in found])
        self._database.settle()
        return len(found)


def _quoting(db: sqlite3.Connection, documents: Sequence[str], owner: str | None) -> set[str]:
    query = """SELECT DISTINCT t.conversation_id FROM turns t JOIN conversations c ON c.id = t.conversation_id
               WHERE instr(t.answer, :document) AND (:owner IS NULL OR c.owner = :owner)"""  # answers have ids in them
    asked = ({"document": id_, "owner": owner} for id_ in documents)
    return {row["conversation_id"] for one in asked for row in db.execute(query, one)}


def _row(db: sqlite3.Connection, owner: str, id_: str) -> sqlite3.Row:
    row = db.execute("SELECT * FROM conversations WHERE id = ? AND owner = ?", (id_, owner)).fetchone()
    if row is None:
        raise ConversationNotFound("This conversation is not there any more.", "Start a new one.")
    return row


def read_conversation(row: sqlite3.Row) -> ConversationInfo:
    """A row of `conversations`."""
    return sound(ConversationInfo(row["id"], row["title"], datetime.fromisoformat(row["updated_at"])))


def read_turn(row: sqlite3.Row) -> SavedTurn:
    """A row of `turns`."""
    feedback = sound(Feedback(*loaded(row["feedback"], list))) if row["feedback"] else None
    answer = _ANSWER.validate_json(row["answer"])
    error = loaded(row["error"], dict) if row["error"] else None
    return sound(SavedTurn(row["ordinal"], row["question"], answer, feedback, error))


def _now() -> str:
    return datetime.now(UTC).isoformat()
