"""Whether a database is what was written: each row against its digest, columns against bodies, tables against tallies.

A tally is the sum of the digests of a table's rows with their keys: it tells of a row that is gone, or that has another
number, and a commit changes it by its own rows alone. The tallies and what else `meta` holds are under a digest of their
own. Archives of earlier versions have neither before their next commit, and are checked without.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from rag.storage.rows import digest_of

TALLIES = {"passages": "row", "documents": "id"}  # a table and its key
SEAL = "seal"  # the digest of `meta`
# Columns of a table and the fields of its body that they repeat, so that SQLite can search for them.
REPEATED = {
    "documents": {"path": "path", "source": "source", "date": "date"},
    "passages": {"document": "document_id", "speaker": "speaker", "role": "role", "date": "date"},
}
DIGESTED = {"documents": "id, body", "passages": "document, speaker, body, vector, asked, sentences"}
_MODULUS = 1 << 128


def tally_of(rows: Iterable[tuple[object, bytes]]) -> int:
    """The sum of the digests of rows: (key, digest of the row), in any order.

    >>> tally_of([(1, b"a"), (2, b"b")]) == tally_of([(2, b"b"), (1, b"a")]) != tally_of([(2, b"a"), (1, b"b")])
    True
    """
    return sum(int.from_bytes(digest_of(str(key).encode(), digest), "little") for key, digest in rows) % _MODULUS


def tally_name(table: str) -> str:
    """Where `meta` keeps the tally of a table."""
    return f"tally of {table}"


def counted(db: sqlite3.Connection, table: str) -> int:
    """The tally of a table as it is."""
    return tally_of(db.execute(f"SELECT {TALLIES[table]}, digest FROM {table}"))


def seal(db: sqlite3.Connection, change: Mapping[str, int]) -> None:
    """End a change: put the tallies, of which it says by how much they changed, and the digest of `meta` in step with it."""
    write = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    for table in TALLIES:
        before = db.execute("SELECT value FROM meta WHERE key = ?", (tally_name(table),)).fetchone()
        now = (int(before[0], 16) + change[table]) % _MODULUS if before else counted(db, table)
        db.execute(write, (tally_name(table), f"{now:x}"))
    db.execute(write, (SEAL, seal_of(db)))


def seal_of(db: sqlite3.Connection) -> str:
    """The digest of everything in `meta` but the seal itself."""
    held = db.execute("SELECT key, value FROM meta WHERE key <> ? ORDER BY key", (SEAL,)).fetchall()
    return digest_of(*(part.encode() for pair in held for part in pair)).hex()


def faults_in(db: sqlite3.Connection) -> list[str]:
    """Every fault of a database, in words; empty if there is none."""
    faults = [line for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
    meta = dict(db.execute("SELECT key, value FROM meta"))
    is_sealed = SEAL in meta or any(tally_name(table) in meta for table in TALLIES)
    if is_sealed and seal_of(db) != meta.get(SEAL):
        faults.append("meta: the archive's own values are damaged")
    for table in TALLIES:
        damaged = damaged_rows(db, table)
        faults += [f"{table}: row {row} is damaged" for row, _ in damaged]
        tally = meta.get(tally_name(table))
        if tally and not damaged and tally != f"{counted(db, table):x}":
            faults.append(f"{table}: rows are missing, or have other numbers than they had")
    return faults


def reseal(db: sqlite3.Connection, tallies: Mapping[str, str]) -> None:
    """Put the tallies in step with the tables as they are, but for those given, and the digest of `meta` with them."""
    for table in TALLIES:
        db.execute("DELETE FROM meta WHERE key = ?", (tally_name(table),))
        if table in tallies:
            db.execute("INSERT INTO meta VALUES (?, ?)", (tally_name(table), tallies[table]))
    seal(db, dict.fromkeys(TALLIES, 0))


def damaged_rows(db: sqlite3.Connection, table: str) -> list[tuple[int, bool]]:
    """The damaged rows of a table, and whether the digest tells it: if not, a column is not what the body says."""
    damaged = []
    repeated = REPEATED[table]
    parts = DIGESTED[table].count(",") + 1
    for row, body, digest, *rest in db.execute(
        f"SELECT rowid, body, digest, {DIGESTED[table]}, {', '.join(repeated)} FROM {table}"
    ):
        own = [part.encode() if isinstance(part, str) else part for part in rest[:parts]]
        sound = all(isinstance(part, bytes) for part in own) and digest_of(*own) == digest
        if not sound or rest[parts:] != [json.loads(body).get(field) for field in repeated.values()]:
            damaged.append((row, not sound))
    return damaged
