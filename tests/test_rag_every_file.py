"""Every real file at hand: read within limits or refused with a sentence, and nothing of it lost on the way."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from conftest import BUNDLED, ROOT
from outside import not_here, parsed

from rag import readers
from rag.archive import open_archive
from rag.errors import InputError
from rag.transcript.labels import find_labels
from rag.types import Document, Hints

DATA = ROOT.parent / "shared" / "data"
FOLDERS = {
    "bundled": BUNDLED,
    "interview": ROOT.parent / "shared" / "corpus",
    **{
        name: DATA / name
        for name in ("layouts", "press_conferences", "press_briefings", "committee_meetings/transcripts", "hostile")
    },
}


def files_of(name: str) -> list[Path]:
    found = sorted(path for path in FOLDERS[name].rglob("*.*") if path.is_file() and path.suffix != ".jsonl")
    if not found:
        not_here(str(FOLDERS[name].relative_to(ROOT.parent)))
    return found


def labels_of(text: str, body: int, hints: Hints) -> list[tuple[int, int]]:
    if hints.turns:  # the format names its speakers: what stands before a turn on its line
        return [(text.rfind("\n", 0, start) + 1, start) for _, start, _, _ in hints.turns]
    return [(mark.start, mark.end) for mark in find_labels(text, body).marks]


def unaccounted(document: Document, labels: list[tuple[int, int]]) -> list[str]:
    """The words that are in no turn, no label and nothing that was left out."""
    rest = list(document.text)
    pieces = [(piece.start, piece.end) for piece in (*document.turns, *document.left_out)]
    for start, end in [*pieces, *labels]:
        rest[start:end] = " " * (end - start)
    return [word for word in "".join(rest).split() if any(char.isalnum() for char in word)]


@pytest.mark.parametrize("name", FOLDERS)
def test_turns_are_ranges_that_do_not_overlap_and_with_what_was_left_out_they_cover_the_text(name: str) -> None:
    with readers.open_readers() as read:
        for file in files_of(name):
            try:
                text, hints = read(file)
            except InputError:
                continue
            document = parsed(text, file.name, hints)
            body = document.left_out[0].end if text.startswith("---\n") and document.left_out else 0
            turns = [(turn.start, turn.end) for turn in document.turns]
            assert all(text[start:end] == text[start:end].strip() != "" for start, end in turns), file
            assert all(end <= start for (_, end), (start, _) in pairwise(turns)), file
            assert unaccounted(document, labels_of(text, body, hints)) == [], file


def test_every_hostile_file_is_read_or_refused_within_its_limits() -> None:
    files = [file for file in files_of("hostile") if file.parent.name in ("pdf", "docx")]
    most_bytes, done = 0, threading.Event()
    servers = set(psutil.Process().children())  # of other tests
    # A child that does not run its own program yet has this process's memory, and its command line.
    this_program = psutil.Process().cmdline()

    def look() -> None:
        nonlocal most_bytes
        while not done.is_set():
            for child in set(psutil.Process().children()) - servers:
                try:
                    for process in (child, *child.children(recursive=True)):
                        if process.cmdline() != this_program:
                            most_bytes = max(most_bytes, process.memory_info().rss)
                except psutil.Error:
                    continue
            sleep(0.01)

    watcher = threading.Thread(target=look)
    watcher.start()
    took_s: dict[str, float] = {}
    refused: list[str] = []
    try:
        with readers.open_readers() as read:
            for file in files:
                started = monotonic()
                try:
                    read(file)
                except InputError as error:
                    refused.append(str(error))
                took_s[file.name] = monotonic() - started
    finally:
        done.set()
        watcher.join()
    assert max(took_s.values()) < 10, took_s
    assert 0 < most_bytes < 512_000_000
    assert all(len(sentence) > 20 and "\n" not in sentence for sentence in refused)
    assert len(refused) < len(files)


def test_one_bad_file_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04word/")
    (tmp_path / "c.json").write_text("[" * 100_000)
    (tmp_path / "d.srt").write_text("1\n00:00:xx --> nothing\n")
    (tmp_path / "e.html").write_bytes(b"<html>")
    (tmp_path / "f.txt").write_text("Question: Why?\n\nAnn Reed: It was late.\n")
    (tmp_path / "g.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    report = open_archive(tmp_path / "archive").ingest([tmp_path])
    assert [Path(path).name for path in report.added] == ["f.txt"]
    assert [Path(path).name for path, _ in report.failed] == ["a.pdf", "b.docx", "c.json", "d.srt", "e.html", "g.doc"]
    assert all(reason and "\n" not in reason for _, reason in report.failed)
