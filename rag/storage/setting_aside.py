"""Damaged rows taken out of a database, so that the others go on answering.

What a damaged document was is kept in a file, and named. Passages are derived from a document: where some are damaged or
missing, the caller makes them again, and until then the tally of the passages says that they are not whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ArchiveError
from rag.storage.folder import DATABASE, write_lock
from rag.storage.soundness import counted, damaged_rows, reseal, tally_name
from rag.text.files import write_whole

FOLDER = "set-aside"
NOT_WHOLE = "1"  # a tally that no table has


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was taken out, in sentences, and the documents whose passages are to be made again."""

    sentences: list[str]
    incomplete: list[str]


def set_aside_damaged(folder: Path) -> SetAside:
    """Take damaged rows out, in one transaction. Raises ArchiveError if the file is damaged otherwise than in its rows."""
    with _changing(folder) as db:
        names: list[str] = []
        for row, is_body in damaged_rows(db, "documents"):
            if is_body:
                names.append(_keep_document(db, folder, row))
        there = {key for (key,) in db.execute("SELECT id FROM documents")}
        columns = [row for row, _ in damaged_rows(db, "documents")]
        incomplete = {
            key for row in columns for (key,) in db.execute("SELECT id FROM documents WHERE rowid = ?", (row,))
        }
        damaged = [row for row, _ in damaged_rows(db, "passages")]
        tally = db.execute("SELECT value FROM meta WHERE key = ?", (tally_name("passages"),)).fetchone()
        is_short = not damaged and not names and tally and tally[0] != f"{counted(db, 'passages'):x}"
        for row in damaged:
            found = _documents_of(db, row) & there
            incomplete |= found or there  # nobody knows whose it was
            db.execute("DELETE FROM passages WHERE row = ?", (row,))
        incomplete |= there if is_short else set()
        db.execute("DELETE FROM passages WHERE document NOT IN (SELECT id FROM documents)")
        db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
        reseal(db, {"passages": NOT_WHOLE} if incomplete else {})
        return SetAside(names, sorted(incomplete))


def seal_again(folder: Path, *, dim: int, index: str) -> None:
    """Say that everything is whole again; `dim` is that of the model, `index` the kind of vector index."""
    with _changing(folder) as db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('dim', ?), ('index', ?)", (str(dim), index))
        reseal(db, {})


def _keep_document(db: sqlite3.Connection, folder: Path, row: int) -> str:
    """Move a damaged document into a file; a sentence that names it."""
    found = db.execute("SELECT id, source, path, body FROM documents WHERE rowid = ?", (row,)).fetchone()
    key, source, path, body = found
    (folder / FOLDER).mkdir(exist_ok=True)
    file = folder / FOLDER / f"{row}.json"
    write_whole(file, body if isinstance(body, bytes) else str(body).encode())
    db.execute("DELETE FROM passages WHERE document = ?", (key,))
    db.execute("DELETE FROM documents WHERE rowid = ?", (row,))
    return f"{source} is damaged and set aside in {file}; if its file is whole, run: onrecord ingest {path}"


def _documents_of(db: sqlite3.Connection, row: int) -> set[str]:
    """The documents that a damaged passage says it is from: its column and its body may differ."""
    document, body = db.execute("SELECT document, body FROM passages WHERE row = ?", (row,)).fetchone()
    try:
        named = json.loads(body)["document_id"]
    except (ValueError, TypeError, KeyError):
        named = ""
    return {str(document), str(named)}


@contextmanager
def _changing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A transaction of the only writer."""
    path = folder / DATABASE
    with write_lock(folder), closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
        try:
            db.execute("REINDEX")
            if faults := [line for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]:
                raise sqlite3.DatabaseError(faults[0])
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise ArchiveError(
                f"{path} is damaged ({error}); move {folder} away and ingest the transcripts again"
            ) from error
