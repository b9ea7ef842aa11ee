"""The truth of an archive: one SQLite file with documents, passages and their vectors.

Everything else in an archive is derived from it. Each row carries a digest of itself, checked whenever it is read, since
SQLite does not notice a flipped bit in a page.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.indexes import DEFAULT_INDEX
from embeddings.types import FloatMatrix, RowIds
from rag.errors import ArchiveError
from rag.storage.catalogue import catalogue_of
from rag.storage.conditions import scope_condition
from rag.storage.mentions import mentioned_in, searched_parts
from rag.storage.rows import (
    StoredPassage,
    digest_of,
    document_body,
    document_from,
    pack_sentences,
    passage_body,
    unpack_sentences,
)
from rag.storage.soundness import TALLIES, faults_in, seal, tally_of
from rag.storage.staged import StagedDocument
from rag.types import Catalogue, Document, Scope, SearchExtent

SCHEMA_VERSION = 2
BUSY_TIMEOUT_S = 30
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id TEXT PRIMARY KEY, path TEXT NOT NULL, source TEXT NOT NULL, date TEXT, body BLOB NOT NULL, digest BLOB NOT NULL
);
CREATE UNIQUE INDEX documents_path ON documents (path);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL REFERENCES documents (id), speaker TEXT NOT NULL,
    role TEXT NOT NULL, date TEXT, body BLOB NOT NULL, vector BLOB NOT NULL, asked BLOB NOT NULL, sentences BLOB NOT NULL,
    digest BLOB NOT NULL
);
CREATE INDEX passages_document ON passages (document);
CREATE INDEX passages_speaker ON passages (speaker);
"""


class _Result(list[Any]):
    """All rows of a statement, fetched inside the error handler."""

    def __init__(self, rows: list[Any], lastrowid: int) -> None:
        super().__init__(rows)
        self.lastrowid = lastrowid

    def fetchone(self) -> Any:
        return self[0] if self else None


class Store:
    """One SQLite file. Raises ArchiveError if it cannot be opened or a row is damaged."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self._path = path
        self._change = dict.fromkeys(TALLIES, 0)  # of the tallies, by what this store wrote and deleted
        if not create and not path.is_file():
            raise ArchiveError(
                f"there is no archive in {path.parent}; run: onrecord ingest FOLDER --archive {path.parent}"
            )
        try:
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA foreign_keys = ON")
            if create and not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise ArchiveError(f"{path} cannot be opened: {error}") from error
        if version != SCHEMA_VERSION:
            raise ArchiveError(
                f"{path} has format {version}, this onrecord reads format {SCHEMA_VERSION}; "
                f"move it away and run: onrecord ingest FOLDER --archive {path.parent}"
            )

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._query("BEGIN IMMEDIATE")
        try:
            yield
            self._query("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def begin_reading(self) -> None:
        """Pin the state that the next statement finds, for all statements until `end_reading`."""
        self.end_reading()
        self._query("BEGIN")

    def end_reading(self) -> None:
        """End the transaction that `begin_reading` began, if there is one."""
        if self._db.in_transaction:
            self._query("ROLLBACK")

    def checkpoint(self) -> None:
        """Move what was committed into the one file, so that a copy of it is a copy of the archive.

        A reader that is pinned to an older state puts this off until the next commit; nobody waits for it.
        """
        self._query("PRAGMA busy_timeout = 0")
        self._query("PRAGMA wal_checkpoint(TRUNCATE)")
        self._query(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")

    def meta(self, key: str, default: str = "") -> str:
        """A value of the archive's own, such as its model; `default` if it was never set."""
        found = self._query("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else default

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value of the archive's own, within the current transaction."""
        self._query(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )

    def seal(self) -> None:
        """End a change: put the tallies of the tables and the digest of `meta` in step with it."""
        with self._translated_errors():
            seal(self._db, self._change)

    @property
    def index_name(self) -> str:
        """The kind of vector index that the archive has, as `embeddings.indexes` knows it."""
        return self.meta("index", DEFAULT_INDEX)

    @property
    def generation(self) -> int:
        """The number of the state that was committed last, 0 before the first commit."""
        with self._translated_errors():
            return int(self.meta("generation", "0"))

    def add(self, item: StagedDocument) -> list[int]:
        """Insert a document with its passages; their rows."""
        document = item.document
        body = document_body(document)
        digest = digest_of(document.id.encode(), body)
        self._query(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)",
            (document.id, document.path, document.source, document.date, body, digest),
        )
        self._change["documents"] += tally_of([(document.id, digest)])
        rows: list[int] = []
        for passage, vector, asked, spans, sentence_vectors in zip(
            item.passages, item.vectors, item.asked_vectors, item.spans, item.sentence_vectors, strict=True
        ):
            text = passage_body(passage)
            packed = np.asarray(vector, "<f4").tobytes()
            half = np.asarray(asked, "<f2").tobytes()
            sentences = pack_sentences(spans, sentence_vectors)
            digest = digest_of(document.id.encode(), passage.speaker.encode(), text, packed, half, sentences)
            cursor = self._query(
                "INSERT INTO passages (document, speaker, role, date, body, vector, asked, sentences, digest) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    passage.speaker,
                    passage.role,
                    passage.date,
                    text,
                    packed,
                    half,
                    sentences,
                    digest,
                ),
            )
            rows.append(cursor.lastrowid)
            self._change["passages"] += tally_of([(cursor.lastrowid, digest)])
        return rows

    def remove(self, document_id: str) -> list[int]:
        """Delete a document and its passages; the rows they had."""
        gone = self._query("DELETE FROM passages WHERE document = ? RETURNING row, digest", (document_id,))
        self._change["passages"] -= tally_of(gone)
        self._change["documents"] -= tally_of(
            self._query("DELETE FROM documents WHERE id = ? RETURNING id, digest", (document_id,))
        )
        return [row for row, _ in gone]

    def id_at(self, path: str) -> str | None:
        """The id of the document that was read from a path."""
        found = self._query("SELECT id FROM documents WHERE path = ?", (path,)).fetchone()
        return str(found[0]) if found else None

    def path_of(self, document_id: str) -> str | None:
        """Where the document with this id was read from; None for an unknown id."""
        found = self._query("SELECT path FROM documents WHERE id = ?", (document_id,)).fetchone()
        return str(found[0]) if found else None

    def documents(self) -> Iterator[Document]:
        """Every document, by date. Raises ArchiveError for a damaged row."""
        for document_id, body, digest in self._query(
            "SELECT id, body, digest FROM documents ORDER BY date, source, id"
        ):
            yield self._document(document_id, body, digest)

    def documents_with(self, ids: Sequence[str]) -> list[Document]:
        """The documents with these ids, in any order; unknown ids are left out."""
        found = self._query(
            "SELECT id, body, digest FROM documents WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return [self._document(*row) for row in found]

    def document_heads(self) -> list[tuple[str, str, str | None]]:
        """(id, source, date) of every document, without reading texts."""
        return [tuple(row) for row in self._query("SELECT id, source, date FROM documents ORDER BY date, source, id")]

    def speakers(self) -> list[str]:
        """Everybody with a passage, sorted; empty for passages that nobody known said."""
        return [name for (name,) in self._query("SELECT DISTINCT speaker FROM passages ORDER BY speaker")]

    def catalogue(self) -> Catalogue:
        """The documents that have passages, by date, with who speaks in them; read from indexes and one passage of each."""
        first: dict[str, int] = {}
        document_of: dict[int, str] = {}
        for row, document in self._query("SELECT row, document FROM passages ORDER BY document, row"):
            document_of[row] = document
            first.setdefault(document, row)
        spoken = [
            (document_of[row], name) for row, name in self._query("SELECT row, speaker FROM passages ORDER BY speaker")
        ]
        titles = {stored.passage.document_id: stored.passage.title for stored in self.passages(list(first.values()))}
        return catalogue_of(self.document_heads(), titles, spoken)

    def counts(self) -> tuple[int, int]:
        """Number of documents and of passages."""
        documents = self._query("SELECT count(*) FROM documents").fetchone()[0]
        return int(documents), int(self._query("SELECT count(*) FROM passages").fetchone()[0])

    def passages(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows, in this order; rows that are gone are left out."""
        found: dict[int, StoredPassage] = {}
        for start in range(0, len(rows), 500):
            part = [int(row) for row in rows[start : start + 500]]
            marks = ",".join("?" * len(part))
            for record in self._query(f"{_SELECT} WHERE row IN ({marks})", part):
                found[record[0]] = self._passage(*record)
        return [found[int(row)] for row in rows if int(row) in found]

    def passages_of(self, document_id: str) -> list[StoredPassage]:
        """The passages of a document, in order."""
        return [
            self._passage(*record)
            for record in self._query(f"{_SELECT} WHERE document = ? ORDER BY row", (document_id,))
        ]

    def all_passages(self) -> Iterator[StoredPassage]:
        """Every passage by row, one at a time."""
        with self._translated_errors():  # one at a time: all of them may not fit into memory
            for record in self._db.execute(f"{_SELECT} ORDER BY row"):
                yield self._passage(*record)

    def all_vectors(self) -> tuple[RowIds, FloatMatrix]:
        """Every row with its vector: (n,) and (n, dim)."""
        with self._translated_errors():
            dim, count = int(self.meta("dim", "0")), self.counts()[1]
        rows, matrix = np.zeros(count, np.int64), np.zeros((count, dim), np.float32)
        for number, stored in enumerate(self.all_passages()):
            rows[number], matrix[number] = stored.row, stored.vector
        return rows, matrix

    def rows_in(self, scope: Scope) -> RowIds:
        """The rows of the passages that pass every filter."""
        condition, values = scope_condition(scope)
        found = self._query(f"SELECT row FROM passages WHERE {condition}", values)
        return np.fromiter((row for (row,) in found), np.int64)

    def extent(self, scope: Scope) -> SearchExtent:
        """How much there is in a scope."""
        condition, values = scope_condition(scope)
        counted = "count(DISTINCT document), count(DISTINCT nullif(speaker, '')), count(*), min(date), max(date)"
        return SearchExtent(*self._query(f"SELECT {counted} FROM passages WHERE {condition}", values).fetchone())

    def mentioned(self, texts: Sequence[str]) -> frozenset[str]:
        """Those of the texts whose folded letters occur in any document's text, title, date or speakers' names."""
        if not texts:
            return frozenset()
        return mentioned_in((part for document in self.documents() for part in searched_parts(document)), texts)

    def answer_counts(self) -> dict[str, int]:
        """Number of passages by document."""
        return dict(self._query("SELECT document, count(*) FROM passages GROUP BY document"))

    def integrity(self) -> list[str]:
        """Every fault found in the file; empty if there is none."""
        with self._translated_errors():
            return faults_in(self._db)

    def _query(self, sql: str, values: Sequence[Any] = ()) -> _Result:
        with self._translated_errors():
            cursor = self._db.execute(sql, values)
            return _Result(cursor.fetchall(), int(cursor.lastrowid or 0))

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Re-raise errors of sqlite3 as ArchiveError."""
        try:
            yield
        except (sqlite3.Error, ValueError) as error:  # its messages can quote damaged bytes
            raise ArchiveError(f"{self._path}: {error}; run: onrecord verify --archive {self._path.parent}") from error

    def _document(self, document_id: str, body: bytes, digest: bytes) -> Document:
        self._checked(digest, document_id.encode(), body)
        return document_from(document_id, body)

    def _passage(
        self,
        row: int,
        document: str,
        speaker: str,
        body: bytes,
        vector: bytes,
        asked: bytes,
        sentences: bytes,
        digest: bytes,
    ) -> StoredPassage:
        self._checked(digest, document.encode(), speaker.encode(), body, vector, asked, sentences)
        unit = np.frombuffer(vector, "<f4")
        spans, rest = unpack_sentences(sentences, len(unit))
        question = np.frombuffer(asked, "<f2").astype(np.float32)
        return StoredPassage(row, speaker, body, unit, question, spans, rest)

    def _checked(self, digest: bytes, *parts: bytes) -> None:
        if digest_of(*parts) != digest:
            raise ArchiveError(f"{self._path} is damaged; run: onrecord verify --repair --archive {self._path.parent}")


_SELECT = "SELECT row, document, speaker, body, vector, asked, sentences, digest FROM passages"
