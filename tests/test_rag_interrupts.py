"""An ingest that is interrupted at any moment: the archive opens, with the old or the new state, and nothing done is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from conftest import ROOT
from made_storages import ENCODER, staged, talk
from made_talks import ENCODER as WIDE
from made_talks import contents, write

from rag.archive import open_archive
from rag.storage.local import LocalStorage

EVERY_PLACE = bool(os.environ.get("ONRECORD_TEST_EVERYTHING"))  # some 300 in each test, rather than 60
STORAGE = str(ROOT / "rag" / "storage")

Place = tuple[str, int, int]  # a file of the storage, a line of it, and the line of the storage that called it


def place_of(frame: FrameType) -> Place:
    caller = frame.f_back
    is_ours = caller is not None and caller.f_code.co_filename.startswith(STORAGE)
    return frame.f_code.co_filename, frame.f_lineno, caller.f_lineno if caller and is_ours else 0


def lines_of(action: Callable[[], object]) -> list[Place]:
    """The lines of the storage that an action runs through, in the order of their first time."""
    found: dict[Place, None] = {}

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(STORAGE):
            return None
        if event == "line":
            found[place_of(frame)] = None
        return trace

    traced(trace, action)
    return list(found)


def interrupted_at(place: Place, action: Callable[[], object]) -> None:
    """Run an action, and interrupt it the first time that it comes to a line."""
    done = False

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal done
        if not frame.f_code.co_filename.startswith(STORAGE):
            return None
        if event == "line" and not done and place_of(frame) == place:
            done = True
            raise KeyboardInterrupt
        return trace

    with pytest.raises(KeyboardInterrupt):
        traced(trace, action)


def traced(trace: Any, action: Callable[[], object]) -> None:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "later"])
def test_an_interrupt_at_any_line_of_a_commit_leaves_the_old_or_the_new_state(tmp_path: Path, is_first: bool) -> None:
    old = [] if is_first else [staged(talk("a.txt", ("Ann Reed", "A whale.")))]
    new = [staged(talk("b.txt", ("Bo Stone", "A comet.")))]
    empty = LocalStorage(tmp_path / "old", encoder=ENCODER)
    if old:
        empty.commit(old, encoder=ENCODER)
        empty.close()

    def fresh(name: str) -> LocalStorage:
        if old:
            shutil.copytree(tmp_path / "old", tmp_path / name)
        return LocalStorage(tmp_path / name, encoder=ENCODER)

    places = lines_of(lambda: fresh("traced").commit(new, encoder=ENCODER))
    assert len(places) > 100
    before, after = ({item.document.source for item in items} for items in (old, [*old, *new]))
    chosen = places if EVERY_PLACE else [*random.Random(5).sample(places[:-40], 20), *places[-40:]]
    for number, place in enumerate(chosen):
        interrupted_at(place, lambda number=number: fresh(str(number)).commit(new, encoder=ENCODER))
        opened = LocalStorage(tmp_path / str(number), encoder=ENCODER)
        found = {document.source for document in opened.documents()}
        assert (place, found) in [(place, before), (place, after)]
        assert (place, opened.exists and opened.verify()) in [(place, []), (place, False)]
        opened.commit(new, encoder=ENCODER)
        assert {document.source for document in opened.documents()} == after
        opened.close()


_INGEST = """
import sys
import time
from pathlib import Path
from rag.archive import open_archive
from rag.cli import main
from rag.testing import FakeEncoder
import rag.archive
made = open_archive

class Slow(FakeEncoder):
    def encode_passages(self, texts, **how):
        Path("begun").touch()
        time.sleep(0.05)
        return super().encode_passages(texts, **how)

rag.archive.open_archive = lambda url, **_: made(url, encoder=Slow(64))
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=lambda ending: str(ending.name))
def test_a_command_that_is_interrupted_says_how_many_files_are_in(tmp_path: Path, ending: signal.Signals) -> None:
    count = 60
    for number in range(count):
        write(tmp_path / "files", f"{number:02d}.txt", f"thing number {number}")
    chance = random.Random(3)
    told, begun = "", tmp_path / "begun"
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", _INGEST, "ingest", "files", "--archive", "archive"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "ONRECORD_READER": "heuristic"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while not begun.exists() and process.poll() is None:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 1.5))
        if process.poll() is None:
            os.killpg(process.pid, ending)
        _, errors = process.communicate(timeout=60)
        begun.unlink(missing_ok=True)
        archive = open_archive(tmp_path / "archive", encoder=WIDE)
        kept = contents(archive)
        assert all(fact == f"thing number {int(name[:2])}" for name, fact in kept.items())
        assert not archive.exists or archive.verify() == []
        if process.returncode == 130 and "of 60" in errors:
            are = "is" if len(kept) == 1 else "are"
            told = f"onrecord: stopped: {len(kept)} of 60 files {are} in; run it again to go on\n"
            assert errors == told
    assert told
