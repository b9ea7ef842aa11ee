"""A copy of an archive while it is written: one whole state."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from made_storages import ENCODER, committed, staged, talk
from typer.testing import CliRunner

from rag.archive import open_archive
from rag.cli import app
from rag.errors import InputError
from rag.storage.backup import copy_archive
from rag.storage.folder import DATABASE
from rag.storage.local import LocalStorage

COPIES = 6


def test_copies_made_while_another_writes_are_whole_states(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    committed(storage)
    (storage.folder / "calibration.json").write_text("{}", encoding="utf-8")
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            names = [f"{letter}{number}.txt" for letter in "ab"]
            storage.commit([staged(talk(name, ("Bo Stone", f"A zebra in {name}."))) for name in names], encoder=ENCODER)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(COPIES):
            copy_archive(storage.folder, tmp_path / f"copy{number}")
    finally:
        stop.set()
        writer.join()
    for number in range(COPIES):
        copied = open_archive(tmp_path / f"copy{number}", encoder=ENCODER)
        copied.verify(repair=True)
        assert copied.verify() == []
        written = {document.source for document in copied.documents()} - {f"{each:02d}.txt" for each in range(12)}
        assert {f"b{name[1:]}" for name in written if name[0] == "a"} == {name for name in written if name[0] == "b"}
        assert (copied.folder / "calibration.json").read_text(encoding="utf-8") == "{}"


def test_the_command_makes_a_copy_and_says_what_it_holds(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    storage.commit([staged(talk("a.txt", ("Ann Reed", "A whale.")))], encoder=ENCODER)
    words = ["backup", str(tmp_path / "copy"), "--archive", str(storage.folder)]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.output) == (0, f"{tmp_path / 'copy'}: sound; 1 document, 1 answer passage\n")
    assert sorted(path.name for path in (tmp_path / "copy").iterdir())[:1] == ["archive.sqlite"]
    with pytest.raises(InputError, match="is there already"):
        copy_archive(storage.folder, tmp_path / "copy")
    with pytest.raises(InputError, match="is inside the archive"):
        copy_archive(storage.folder, storage.folder / "copy")


def test_a_copy_of_a_damaged_archive_says_so(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    storage.commit([staged(talk("a.txt", ("Ann Reed", "A whale.")))], encoder=ENCODER)
    storage.close()
    with closing(sqlite3.connect(storage.folder / DATABASE)) as database:
        database.execute("UPDATE passages SET role = 'other'")
        database.commit()
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "copy"), "--archive", str(storage.folder)])
    assert done.exit_code == 1
    assert "passages: row 1 is damaged, in " in done.output
