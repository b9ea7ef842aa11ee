"""Questions that a model wrote for passages: kept beside the archive's own data, searched, and never shown as said.

    enriched.sqlite     one table, by the digest of a passage's text and the name of the model that wrote

A passage is known by its text, so that what was written for it holds after its document is read again. The file is optional:
an archive without one is searched as ever, and deleting it undoes everything. Vectors are those of the archive's encoder; with
another one they are left aside until they are made again.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from embeddings.types import FloatMatrix, FloatVector, RowIds
from rag.errors import ArchiveError
from rag.storage.rows import digest_of

log = logging.getLogger(__name__)

ENRICHED = "enriched.sqlite"
BUSY_TIMEOUT_S = 30
_SCHEMA = """
CREATE TABLE IF NOT EXISTS questions (
    passage BLOB NOT NULL, model TEXT NOT NULL, encoder TEXT NOT NULL, texts TEXT NOT NULL, vectors BLOB NOT NULL,
    PRIMARY KEY (passage, model)
) WITHOUT ROWID
"""


def key_of(text: str) -> bytes:
    """What a passage is known by: a digest of its text."""
    return digest_of(text.encode("utf-8", "surrogatepass"))


class EnrichedQuestions:
    """The file of one archive. Raises ArchiveError if it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / ENRICHED

    @property
    def state(self) -> tuple[int, int] | None:
        """What changes whenever the file does; None if there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def written(self, model: str, encoder: str) -> set[bytes]:
        """The passages for which this model has written, with vectors of this encoder."""
        if self.state is None:
            return set()
        with self._open() as db:
            rows = db.execute("SELECT passage FROM questions WHERE model = ? AND encoder = ?", (model, encoder))
            return {row[0] for row in rows}

    def texts(self, passage: bytes, model: str) -> list[str] | None:
        """What a model wrote for a passage; None if it has not yet."""
        if self.state is None:
            return None
        with self._open() as db:
            found = db.execute(
                "SELECT texts FROM questions WHERE passage = ? AND model = ?", (passage, model)
            ).fetchone()
        return list(json.loads(found[0])) if found else None

    def keep(self, passage: bytes, model: str, encoder: str, texts: Sequence[str], vectors: FloatMatrix) -> None:
        """Keep what a model wrote for a passage, at once: whoever stops now has lost nothing."""
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?)",
                (passage, model, encoder, json.dumps(list(texts)), np.asarray(vectors, "<f2").tobytes()),
            )

    def counts(self) -> tuple[int, int]:
        """The number of passages that something was written for, and of questions."""
        if self.state is None:
            return 0, 0
        with self._open() as db:
            rows = db.execute("SELECT passage, texts FROM questions").fetchall()
        return len({passage for passage, _ in rows}), sum(len(json.loads(texts)) for _, texts in rows)

    def vectors(self, encoder: str, dim: int) -> Iterator[tuple[bytes, FloatMatrix]]:
        """For each passage, (questions, dim) vectors by this encoder; one of several models at a time."""
        with self._open() as db:
            for passage, data in db.execute("SELECT passage, vectors FROM questions WHERE encoder = ?", (encoder,)):
                yield passage, np.frombuffer(data, "<f2").astype(np.float32).reshape(-1, dim)

    def remove(self) -> tuple[int, int]:
        """Delete everything that was written; how much it was, as `counts` says it."""
        found = self.counts()
        for ending in ("", "-journal"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        return found

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S)) as db, db:
                db.execute(_SCHEMA)
                yield db
        except (sqlite3.Error, ValueError) as error:
            raise ArchiveError(f"{self.path}: {error}; delete this file, and run: onrecord enrich") from error


@dataclass(frozen=True)
class EnrichedIndex:
    """Vectors of questions that were written for passages, by the passages' rows."""

    rows: RowIds  # (questions,), ascending
    vectors: FloatMatrix  # (questions, dim) float32, unit rows

    def nearest(self, vector: FloatVector, *, k: int, allowed: RowIds | None = None) -> list[tuple[int, float]]:
        """(row, cosine of its nearest question) of the k passages whose questions are nearest to a unit vector."""
        scores = self.vectors @ vector
        if allowed is not None:
            scores = np.where(np.isin(self.rows, allowed), scores, -np.inf)
        best: dict[int, float] = {}
        for place in np.argsort(-scores, kind="stable"):
            if len(best) == k or scores[place] == -np.inf:
                break
            best.setdefault(int(self.rows[place]), float(scores[place]))
        return list(best.items())

    def of(self, row: int) -> FloatMatrix:
        """The vectors of a passage's questions, (questions, dim)."""
        start, end = self._places.get(row, (0, 0))
        return self.vectors[start:end]

    @cached_property
    def _places(self) -> Mapping[int, tuple[int, int]]:
        rows, starts, counts = np.unique(self.rows, return_index=True, return_counts=True)
        return {int(r): (int(s), int(s + n)) for r, s, n in zip(rows, starts, counts, strict=True)}


def index_questions(
    questions: EnrichedQuestions, passages: Iterable[tuple[int, str]], *, encoder: str, dim: int
) -> EnrichedIndex:
    """The questions written for these passages, (row, text) each; others are left aside."""
    written: dict[bytes, list[FloatMatrix]] = {}
    for passage, vectors in questions.vectors(encoder, dim):
        written.setdefault(passage, []).append(vectors)
    rows: list[int] = []
    found: list[FloatMatrix] = []
    for row, text in passages:
        for vectors in written.get(key_of(text), ()):
            rows += [row] * len(vectors)
            found.append(vectors)
    matrix = np.concatenate(found) if found else np.zeros((0, dim), np.float32)
    return EnrichedIndex(np.asarray(rows, np.int64), matrix)


class EnrichedCache:
    """The index of the questions in one file, made anew when the archive or the file changes."""

    def __init__(self, questions: EnrichedQuestions) -> None:
        self._questions = questions
        self._made: tuple[object, EnrichedIndex] | None = None  # and of which state

    def index(
        self, passages: Callable[[], Iterable[tuple[int, str]]], *, generation: int, encoder: str, dim: int
    ) -> EnrichedIndex | None:
        """The questions written for these passages, those of a generation; None if there are none.

        A damaged file is left aside: it is no part of the record.
        """
        state = self._questions.state
        if state is None:
            return None
        if self._made is None or self._made[0] != (generation, state):
            try:
                found = index_questions(self._questions, passages(), encoder=encoder, dim=dim)
            except ArchiveError as error:
                log.warning("%s", error)
                return None
            self._made = (generation, state), found
        return self._made[1]
