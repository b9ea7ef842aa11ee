"""An archive that follows a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest
from conftest import FAKE_ENCODER, ROOT

from rag.archive import Archive, open_archive
from rag.errors import ArchiveError, InputError
from rag.types import IngestReport
from rag.watch import Look, Watch, watch

TALK = "Question: What did you see?\n\nAnn Reed: We saw a grey {} in the harbour.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "talks"
    made.mkdir()
    write(made / "a.txt", "seal")
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive", encoder=FAKE_ENCODER)


def write(path: Path, animal: str) -> None:
    path.write_text(TALK.format(animal), encoding="utf-8")


def sources(archive: Archive) -> list[str]:
    return sorted(document.source for document in archive.documents())


def names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]


def settled(watched: Watch) -> Look:
    """The second of two looks: a file is read when it has stayed as it is from one to the next."""
    watched.look()
    return watched.look()


def test_a_new_a_changed_and_a_deleted_file_are_followed(folder: Path, archive: Archive) -> None:
    watched = Watch(archive, [folder])
    assert names(watched.look().report.added) == ["a.txt"]
    assert watched.look().is_quiet
    write(folder / "b.txt", "whale")
    assert names(settled(watched).report.added) == ["b.txt"]
    write(folder / "a.txt", "porpoise")
    assert names(settled(watched).report.replaced) == ["a.txt"]
    assert sources(archive) == ["a.txt", "b.txt"]
    (folder / "b.txt").unlink()
    assert watched.look().removed == ["b.txt"]
    assert sources(archive) == ["a.txt"]


def test_a_file_that_is_still_being_written_is_not_read(folder: Path, archive: Archive) -> None:
    watched = Watch(archive, [folder])
    watched.look()
    half = TALK.format("whale")[:50]
    (folder / "b.txt").write_text(half, encoding="utf-8")
    assert watched.look().is_quiet
    write(folder / "b.txt", "whale")
    assert watched.look().is_quiet
    assert names(watched.look().report.added) == ["b.txt"]
    assert archive.document("b.txt").text == TALK.format("whale")


def test_what_went_while_nobody_looked_is_taken_out_and_what_lies_elsewhere_stays(
    folder: Path, archive: Archive, tmp_path: Path
) -> None:
    write(folder / "b.txt", "whale")
    write(tmp_path / "c.txt", "gull")
    archive.ingest([folder, tmp_path / "c.txt"])
    (folder / "b.txt").unlink()
    look = Watch(archive, [folder]).look()
    assert (look.removed, names(look.report.unchanged)) == (["b.txt"], ["a.txt"])
    assert sources(archive) == ["a.txt", "c.txt"]


def test_a_folder_that_cannot_be_seen_is_told_once_and_takes_nothing_out(folder: Path, archive: Archive) -> None:
    watched = Watch(archive, [folder])
    watched.look()
    folder.rename(folder.with_name("elsewhere"))
    look = watched.look()
    assert look.removed == []
    assert look.report.notes == [(str(folder), "cannot be seen; what came from it stays")]
    assert watched.look().is_quiet
    folder.with_name("elsewhere").rename(folder)
    assert watched.look().is_quiet
    assert sources(archive) == ["a.txt"]


def write_many(folder: Path, count: int) -> None:
    for number in range(count):
        write(folder / f"{number}.txt", f"fish number {number}")


def test_a_folder_that_is_empty_all_at_once_takes_nothing_out_and_is_followed_again(
    folder: Path, archive: Archive
) -> None:
    write(folder / "b.txt", "whale")
    watched = Watch(archive, [folder])
    watched.look()
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()  # where a share is not mounted, its folder is empty
    look = watched.look()
    note = "is empty; if that is meant, watch with --allow-empty; what came from it stays"
    assert (look.removed, look.report.notes) == ([], [(str(folder), note)])
    assert watched.look().is_quiet
    assert Watch(archive, [folder]).look().report.notes == [(str(folder), note)]  # nor when nobody looked meanwhile
    folder.rmdir()
    folder.with_name("elsewhere").rename(folder)
    assert watched.look().is_quiet
    assert sources(archive) == ["a.txt", "b.txt"]
    (folder / "b.txt").unlink()
    assert watched.look().removed == ["b.txt"]


def test_an_empty_folder_below_the_watched_one_takes_nothing_out(folder: Path, archive: Archive) -> None:
    (folder / "share").mkdir()
    write(folder / "share" / "b.txt", "whale")
    watched = Watch(archive, [folder])
    watched.look()
    (folder / "share" / "b.txt").unlink()
    look = watched.look()
    assert (look.removed, [path for path, _ in look.report.notes]) == ([], [str(folder / "share")])
    (folder / "share").rmdir()
    assert watched.look().removed == ["b.txt"]


def test_more_than_half_of_many_files_stay_until_that_is_allowed(folder: Path, archive: Archive) -> None:
    write_many(folder, 7)
    watched = Watch(archive, [folder])
    watched.look()
    for number in range(4):
        (folder / f"{number}.txt").unlink()
    assert watched.look().removed == ["0.txt", "1.txt", "2.txt", "3.txt"]  # half of them
    write_many(folder, 4)
    settled(watched)
    for number in range(5):
        (folder / f"{number}.txt").unlink()
    look = watched.look()
    note = "5 of 8 files are gone at once; if that is meant, watch with --allow-empty; what came from it stays"
    assert (look.removed, look.report.notes) == ([], [(str(folder), note)])
    assert watched.look().is_quiet
    write(folder / "c.txt", "gull")
    assert names(settled(watched).report.added) == ["c.txt"]
    allowed = Watch(archive, [folder], allow_empty=True).look()
    assert allowed.removed == ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]


def test_a_folder_that_was_emptied_on_purpose_empties_the_archive(folder: Path, archive: Archive) -> None:
    watched = Watch(archive, [folder], allow_empty=True)
    watched.look()
    (folder / "a.txt").unlink()
    assert watched.look().removed == ["a.txt"]
    folder.rmdir()
    assert watched.look().report.notes == [(str(folder), "cannot be seen; what came from it stays")]


def test_a_folder_that_cannot_be_read_takes_nothing_out(
    folder: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watch(archive, [folder])
    watched.look()

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr("os.scandir", refused)
        look = watched.look()
        assert watched.look().is_quiet
    assert (look.removed, look.report.notes) == ([], [(str(folder), "cannot be seen; what came from it stays")])
    assert watched.look().is_quiet
    assert sources(archive) == ["a.txt"]


def test_what_went_away_while_it_was_read_is_read_when_it_is_there_again(folder: Path, archive: Archive) -> None:
    elsewhere = folder.with_name("elsewhere")

    def ingest(files: list[Path]) -> IngestReport:
        if not elsewhere.exists():
            folder.rename(elsewhere)
        return archive.ingest(files)

    watched = Watch(archive, [folder], ingest)
    assert names([path for path, _ in watched.look().report.failed]) == ["a.txt"]
    elsewhere.rename(folder)
    elsewhere.mkdir()
    assert names(watched.look().report.added) == ["a.txt"]


def test_a_bad_file_is_told_once_and_read_when_it_is_mended(folder: Path, archive: Archive) -> None:
    (folder / "bad.txt").write_bytes(b"")
    watched = Watch(archive, [folder])
    look = watched.look()
    assert [(Path(path).name, reason) for path, reason in look.report.failed] == [("bad.txt", "the file is empty")]
    assert watched.look().is_quiet
    write(folder / "bad.txt", "whale")
    assert names(settled(watched).report.added) == ["bad.txt"]


def test_of_two_files_with_one_text_the_other_is_read_when_the_first_goes(folder: Path, archive: Archive) -> None:
    write(folder / "b.txt", "seal")
    watched = Watch(archive, [folder])
    assert names(watched.look().report.added) == ["a.txt"]
    (folder / "a.txt").unlink()
    assert watched.look().removed == ["a.txt"]
    assert names(watched.look().report.added) == ["b.txt"]
    assert sources(archive) == ["b.txt"]


def test_uploads_in_an_archive_below_the_folder_stay(folder: Path) -> None:
    archive = open_archive(folder / "archive", encoder=FAKE_ENCODER)
    archive.ingest([folder])
    (folder / "archive" / "uploads").mkdir()
    write(folder / "archive" / "uploads" / "b.txt", "whale")
    archive.ingest([folder / "archive" / "uploads" / "b.txt"])
    watched = Watch(archive, [folder])
    assert watched.look().removed == []
    (folder / "a.txt").unlink()
    assert watched.look().removed == ["a.txt"]
    assert sources(archive) == ["b.txt"]


def test_a_file_is_no_folder_to_watch(folder: Path, archive: Archive) -> None:
    with pytest.raises(InputError, match=r"a\.txt is no folder; give one to watch"):
        Watch(archive, [folder / "a.txt"])


def test_an_archive_that_is_busy_is_told_of_once_and_tried_again(folder: Path, archive: Archive) -> None:
    told: list[Look] = []
    stop = Event()
    times = iter(range(100))

    def ingest(files: list[Path]) -> IngestReport:
        if 0 < next(times) < 4:
            raise ArchiveError("somebody else writes")
        if any(file.name == "b.txt" for file in files):
            stop.set()
        return archive.ingest(files)

    watch(
        archive,
        [folder],
        on_look=told.append,
        ready=lambda: write(folder / "b.txt", "whale"),
        interval_s=0.01,
        stop=stop,
        ingest=ingest,
    )
    assert [names(look.report.added) for look in told] == [["a.txt"], [], ["b.txt"]]
    assert told[1].report.failed == [(archive.url, "somebody else writes")]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_the_command_follows_a_folder_and_ends_well_at_ctrl_c(folder: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "rag", "ingest", "--watch", "talks", "--archive", "archive"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        words,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Who runs the tests in the background of a shell hands down that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            write(folder / "b.txt", "whale")
            lines.append(process.stdout.readline())
            (folder / "a.txt").unlink()
            lines.append(process.stdout.readline())
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert lines == [
        f"    added  {folder / 'a.txt'}\n",
        "archive: 1 document, 1 answer passage\n",
        "watching talks; Ctrl+C ends it\n",
        f"    added  {folder / 'b.txt'}\n",
        "  removed  a.txt\n",
    ]
    assert (rest, errors, process.returncode) == ("archive: 1 document, 1 answer passage\n", "", 0)
