"""A bit that flips in any column of an archive's database: `verify` finds it, or nothing that is read changes."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from made_storages import ALL, ENCODER, EVERYTHING, committed, contents

from rag.errors import OnrecordError
from rag.storage.folder import DATABASE
from rag.storage.local import LocalStorage
from rag.storage.soundness import SEAL
from rag.types import Filters, Scope

TABLES = ("documents", "passages", "meta", "sqlite_sequence")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of twelve talks, written in three steps."""
    folder = tmp_path_factory.mktemp("sound") / "archive"
    storage = LocalStorage(folder, encoder=ENCODER)
    committed(storage)
    storage.close()
    return folder


def read(folder: Path) -> tuple[Any, ...]:
    """All that a question can read of an archive."""
    storage = LocalStorage(folder, encoder=ENCODER)
    try:
        with storage.snapshot() as snapshot:
            scopes = [Scope(roles=("respondent",)), Scope(after="2025-01-01"), Scope(before="2024-12-31")]
            found = [
                (snapshot.extent(scope), len(snapshot.nearest(ENCODER.encode_query("whale"), k=ALL, scope=scope)))
                for scope in (*scopes, snapshot.resolve(Filters(speaker=("Ann Reed",))), EVERYTHING)
            ]
            return contents(snapshot), snapshot.catalogue.documents, found, storage.heads(), list(storage.documents())
    finally:
        storage.close()


def flipped(value: Any, chance: random.Random) -> Any:
    """A value with one bit of it turned; text stays text."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(6))
    if value is None:
        return "2"
    data = bytearray(value if isinstance(value, bytes) else value.encode())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
    return bytes(data) if isinstance(value, bytes) else data.decode("utf-8", "replace")


def test_a_bit_that_flips_in_any_column_is_found_or_changes_nothing(sound: Path, tmp_path: Path) -> None:
    chance = random.Random(19)
    expected = read(sound)
    told = {"found": 0, "refused": 0, "harmless": 0}
    with closing(sqlite3.connect(sound / DATABASE)) as database:
        columns = [
            (table, name)
            for table in TABLES
            for _, name, *_ in database.execute(f"PRAGMA table_info({table})").fetchall()
        ]
        rows = {table: [row for (row,) in database.execute(f"SELECT rowid FROM {table}")] for table in TABLES}
    assert len(columns) == 20
    for number, (table, column) in enumerate(columns):
        # Of `meta`, which is one value a row, every row; of the others some.
        for row in rows[table] if table == "meta" else chance.sample(rows[table], min(3, len(rows[table]))):
            folder = tmp_path / f"{number}-{row}"
            shutil.copytree(sound, folder)
            with closing(sqlite3.connect(folder / DATABASE)) as database:
                (value,) = database.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()
                try:
                    other = flipped(value, chance)
                    database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (other, row))
                except sqlite3.IntegrityError:  # another row has this key
                    continue
                database.commit()
            outcome = outcome_of(folder, expected)
            assert (table, column, row, value, outcome) != (table, column, row, value, "")
            told[outcome] += 1
            shutil.rmtree(folder)
    assert told["found"] > 40


def outcome_of(folder: Path, expected: tuple[Any, ...]) -> str:
    """What comes of a damaged archive; empty if it answers otherwise, and nobody is told."""
    try:
        storage = LocalStorage(folder, encoder=ENCODER)
        if storage.verify():
            storage.close()
            return "found"
        return "harmless" if read(folder) == expected else ""
    except OnrecordError:
        return "refused"


def test_rows_that_are_gone_are_found(sound: Path, tmp_path: Path) -> None:
    shutil.copytree(sound, tmp_path / "archive")
    with closing(sqlite3.connect(tmp_path / "archive" / DATABASE)) as database:
        database.execute("DELETE FROM passages WHERE row = 3")
        database.commit()
    faults = LocalStorage(tmp_path / "archive", encoder=ENCODER).verify()
    assert faults == ["passages: rows are missing, or have other numbers than they had"]


def test_an_archive_of_an_earlier_version_is_sealed_by_its_next_commit(sound: Path, tmp_path: Path) -> None:
    shutil.copytree(sound, tmp_path / "archive")
    with closing(sqlite3.connect(tmp_path / "archive" / DATABASE)) as database:
        before = dict(database.execute("SELECT key, value FROM meta"))
        database.execute("DELETE FROM meta WHERE key = ? OR key LIKE 'tally%'", (SEAL,))
        database.commit()
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    assert storage.verify() == []
    storage.commit([])
    storage.close()
    with closing(sqlite3.connect(tmp_path / "archive" / DATABASE)) as database:
        after = dict(database.execute("SELECT key, value FROM meta"))
    assert {key for key in before if before[key] != after[key]} == {"generation", SEAL}
    assert storage.verify() == []
