"""Strangers' files are read and parsed in a process with limits: whatever goes wrong there is one file's failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from rag.archive import open_archive
from rag.errors import InputError
from rag.readers import open_parser, open_readers
from rag.readers.child import MAX_TEXT, answer_to
from rag.readers.isolated import Child, limits_processor_time
from rag.readers.wire import pack, unpack
from rag.transcript import parse as parse_text
from rag.types import Document, Hints

TALK = "Talk, Oslo, 3 May 2024\n\nQ: Why?\n\nAnn Reed: It was late.\n\nQ: And then?\n\nAnn Reed: We left 🚢.\n"
# Nine aliases of nine aliases, ten levels deep: some hundred bytes that would fill any memory.
ALIASES = "---\na0: &a0 [x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


def test_a_document_comes_back_from_the_child_as_it_was_parsed(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text(TALK)
    with open_parser() as parse:
        assert parse(file) == parse_text(TALK, source="talk.txt", path=file.as_posix())


def test_documents_and_hints_are_the_same_behind_the_wire() -> None:
    document = parse_text(TALK, source="talk.txt")
    hints = Hints(title="Talk", turns=(("Ann", 0, 4, None), ("", 5, 9, 1.5)), pages=((0, "1"),), notes=("one",))
    assert unpack(Document, pack(document)) == document
    assert unpack(Hints, pack(hints)) == hints


def test_what_nobody_foresaw_is_one_files_failure_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "aliases.md").write_text(f"{ALIASES}title: *a9\n---\n\n{TALK}")
    (tmp_path / "long.txt").write_text("Ann Reed: " + "yes " * (MAX_TEXT // 4))
    (tmp_path / "talk.txt").write_text(TALK)
    archive = open_archive(tmp_path / "archive")
    report = archive.ingest([tmp_path])
    assert [Path(path).name for path in report.added] == ["aliases.md", "talk.txt"]
    # Front matter of some hundred bytes that would fill any memory is no metadata.
    assert [document.title for document in archive.documents()] == ["Talk, Oslo, 3 May 2024"] * 2
    assert [Path(path).name for path, _ in report.failed] == ["long.txt"]
    assert report.failed[0][1].startswith("it holds 5,000,010 characters, more than the 5,000,000 of the longest")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("read", "this file is damaged (KeyError: 'auguſt'); save its text as a text file"),
        ("parse", "its speakers cannot be made out (KeyError: 'auguſt'); report it, with the file if you can"),
    ],
)
def test_an_exception_is_a_sentence_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wish: str, told: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("auguſt")

    (tmp_path / "talk.txt").write_text(TALK)
    monkeypatch.setattr("rag.readers.text.read" if wish == "read" else "rag.transcript.parse", fail)
    request = {"wish": wish, "path": str(tmp_path / "talk.txt"), "source": "talk.txt"}
    assert answer_to(request, lambda: None) == ({"refused": told}, b"")


def test_a_file_that_takes_too_long_is_stopped_and_the_next_one_is_read(tmp_path: Path) -> None:

    (tmp_path / "talk.txt").write_text(TALK)
    with Child(timeout_s=0.0) as child, pytest.raises(InputError, match="reading took more than 0 s and was stopped"):
        child.parse(tmp_path / "talk.txt")
    with open_readers() as read:
        assert read(tmp_path / "talk.txt") == (TALK, Hints())


@pytest.mark.skipif(not limits_processor_time(), reason="this system cannot limit processor time")
def test_time_that_others_take_is_not_counted_and_work_of_its_own_is(tmp_path: Path) -> None:
    sleeps, computes = tmp_path / "sleeps.py", tmp_path / "computes.py"
    clock = "from rag.readers.child import _Clock; import time; _Clock(0.2, 0)\n"
    sleeps.write_text(clock + "time.sleep(0.6)\n", encoding="utf-8")
    computes.write_text(clock + "while True: pass\n", encoding="utf-8")
    ends = [
        subprocess.run([sys.executable, str(file)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode
        for file in (sleeps, computes)
    ]
    assert ends == [0, -signal.SIGPROF]
