"""An archive in a folder: adding, replacing, removing, searching, without a model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import transcript
from made_talks import ENCODER, best, contents, write

from rag.archive import Archive, open_archive
from rag.errors import ArchiveError, InputError
from rag.types import Filters, Scope, SearchExtent

pytestmark = pytest.mark.unit


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive", encoder=ENCODER)


def test_files_are_added_left_alone_replaced_and_removed(archive: Archive, files: Path) -> None:
    a, b = write(files, "a.txt", "a whale"), write(files, "b.txt", "two boats")
    report = archive.ingest([files])
    assert (report.added, report.replaced, report.unchanged, report.failed) == ([str(a), str(b)], [], [], [])
    write(files, "b.txt", "a comet")
    report = archive.ingest([files])
    assert (report.added, report.replaced, report.unchanged) == ([], [str(b)], [str(a)])
    assert contents(archive) == {"a.txt": "a whale", "b.txt": "a comet"}
    assert best(archive, "comet") == [("b.txt", "We saw a comet in the harbour.")]
    archive.remove(next(document.id for document in archive.documents() if document.source == "a.txt"))
    assert contents(archive) == {"b.txt": "a comet"}
    assert "a whale" not in str(best(archive, "whale"))
    assert archive.verify() == []


def test_the_same_text_in_two_files_is_kept_once(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale")
    write(files, "b.txt", "a whale")
    report = archive.ingest([files])
    assert (len(report.added), len(report.unchanged), contents(archive)) == (1, 1, {"a.txt": "a whale"})
    assert report.notes == [(str(files / "b.txt"), "the same text as another file of this run: kept once")]


def test_files_that_change_places_are_both_kept(archive: Archive, files: Path) -> None:
    a, b = write(files, "a.txt", "a whale"), write(files, "b.txt", "two boats")
    archive.ingest([files])
    a.rename(files / "c.txt")
    b.rename(a)
    (files / "c.txt").rename(b)
    archive.ingest([files])
    assert contents(archive) == {"a.txt": "two boats", "b.txt": "a whale"}


def test_a_file_that_was_renamed_is_cited_under_its_new_name(archive: Archive, files: Path) -> None:
    path = write(files, "a.txt", "a whale")
    archive.ingest([files])
    path.rename(files / "z.txt")
    archive.ingest([files])
    assert contents(archive) == {"z.txt": "a whale"}
    assert best(archive, "whale") == [("z.txt", "We saw a whale in the harbour.")]


def test_a_text_that_moves_into_a_changed_neighbour_is_not_lost(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale")
    b = write(files, "b.txt", "two boats")
    archive.ingest([files])
    b.rename(files / "c.txt")
    write(files, "a.txt", "a comet")
    shutil.copy(files / "c.txt", b)
    write(files, "b.txt", "a storm")
    archive.ingest([files])
    assert contents(archive) == {"a.txt": "a comet", "b.txt": "a storm", "c.txt": "two boats"}


def test_one_bad_file_stops_no_other(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale")
    (files / "b.txt").write_bytes(b"\xff\xfe\xfa")
    (files / "c.txt").write_bytes(b"")
    report = archive.ingest([files, files / "nowhere"])
    assert report.added == [str(files / "a.txt")]
    assert [Path(path).name for path, _ in report.failed] == ["nowhere", "b.txt", "c.txt"]


def test_where_nothing_can_be_read_nothing_is_created(archive: Archive, files: Path) -> None:
    files.mkdir()
    (files / "c.txt").write_bytes(b"")
    archive.ingest([files])
    assert not archive.folder.exists()


def test_filters_by_speaker_document_and_date_restrict_the_search(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale", "Ann Reed", head="Talk, Oslo, 3 May 2024")
    write(files, "b.txt", "a whale, too,", "Jo Field", head="Talk, Oslo, 4 June 2025")
    write(files, "c.txt", "a whale once", "Jo Field")
    archive.ingest([files])

    def sources(**filters: str) -> set[str]:
        return {hit.passage.source for hit in archive.search("whale", **filters)}  # type: ignore[arg-type]

    assert sources(speaker="ann reed") == {"a.txt"}
    assert sources(speaker="Field") == {"b.txt", "c.txt"}
    assert sources(document="b.txt") == {"b.txt"}
    assert sources(after="2025") == sources(after="2025-06-04") == {"b.txt"}
    assert sources(before="2024-05") == sources(before="2024-05-03") == {"a.txt"}
    assert sources(after="2024-05-04", before="2025-06-03") == set()
    with pytest.raises(InputError, match="Ann Reed, Jo Field"):
        sources(speaker="Bo Stone")


def test_a_rebuild_reads_and_encodes_everything_again(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale")
    write(files, "b.txt", "two boats")
    archive.ingest([files])
    (files / "b.txt").unlink()  # its text is in the archive still
    rebuilt = open_archive(archive.folder, rebuild=True, encoder=ENCODER)
    rebuilt.ingest([files])
    assert contents(rebuilt) == {"a.txt": "a whale", "b.txt": "two boats"}
    assert best(rebuilt, "boats") == [("b.txt", "We saw two boats in the harbour.")]
    assert rebuilt.verify() == []


def test_a_reader_sees_what_another_process_wrote(archive: Archive, files: Path) -> None:
    archive.ingest([write(files, "a.txt", "a whale")])
    assert best(archive, "comet")[0][0] == "a.txt"
    open_archive(archive.folder, encoder=ENCODER).ingest([write(files, "b.txt", "a comet")])
    assert best(archive, "comet") == [("b.txt", "We saw a comet in the harbour.")]


def test_two_archives_share_nothing(tmp_path: Path, files: Path) -> None:
    one, two = open_archive(tmp_path / "one", encoder=ENCODER), open_archive(tmp_path / "two", encoder=ENCODER)
    one.ingest([write(files, "a.txt", "a whale")])
    two.ingest([write(files, "b.txt", "a comet")])
    assert (contents(one), contents(two)) == ({"a.txt": "a whale"}, {"b.txt": "a comet"})


def test_a_second_writer_waits_and_then_says_so(archive: Archive, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    archive.ingest([write(files, "a.txt", "a whale")])
    monkeypatch.setattr("rag.storage.folder.LOCK_TIMEOUT_S", 0.2)
    with FileLock(archive.folder / "write.lock"), pytest.raises(ArchiveError, match="another process is writing"):
        open_archive(archive.folder, encoder=ENCODER).ingest([write(files, "b.txt", "a comet")])


def test_a_folder_that_cannot_be_an_archive_is_refused(tmp_path: Path, files: Path) -> None:
    path = write(files, "a.txt", "a whale")
    with pytest.raises(ArchiveError, match="is a file"):
        open_archive(path)
    with pytest.raises(ArchiveError, match="cannot be written"):
        open_archive(path / "archive", encoder=ENCODER).ingest([path])
    with pytest.raises(ArchiveError, match="onrecord ingest"):
        open_archive(tmp_path / "nowhere", create=False, encoder=ENCODER)


def test_a_speaker_is_found_with_and_without_the_title(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale", "Mayor Anna Reed")
    write(files, "b.txt", "two whales", "Anna Reed")
    archive.ingest([files])
    assert {hit.passage.source for hit in archive.search("whale", speaker="Anna Reed")} == {"a.txt", "b.txt"}


def test_a_file_that_lost_its_answers_keeps_the_old_text_whatever_stands_beside_it(
    archive: Archive, files: Path
) -> None:
    path = write(files, "b.txt", "a whale")
    archive.ingest([files])
    for name in ("0.txt", "b.txt"):
        (files / name).write_text("Question: (Inaudible.)\n\nQuestion: (Crosstalk.)\n", encoding="utf-8")
    report = archive.ingest([files])
    assert [Path(name).name for name, _ in report.failed] == ["0.txt", path.name]
    assert contents(archive) == {"b.txt": "a whale"}


def test_a_first_ingest_without_an_answer_leaves_no_archive(archive: Archive, files: Path) -> None:
    files.mkdir()
    (files / "a.txt").write_text("Question: (Inaudible.)\n\nQuestion: (Crosstalk.)\n", encoding="utf-8")
    assert len(archive.ingest([files]).failed) == 1
    assert not archive.folder.exists()


@pytest.mark.parametrize("k", [0, -1])
def test_a_search_for_no_passage_is_refused(fake_bundled: Archive, k: int) -> None:
    with pytest.raises(InputError, match="at least 1"):
        fake_bundled.search("gates", k=k)


def test_a_search_gives_as_many_passages_as_asked_for(fake_bundled: Archive) -> None:
    assert len(fake_bundled.search("When will the gates move?", k=120)) == 120


def test_bytes_that_are_no_text_name_no_document(fake_bundled: Archive) -> None:
    with pytest.raises(InputError, match="there is no document"):
        fake_bundled.document("\udcff")


def test_a_role_is_a_filter_of_its_own(tmp_path: Path) -> None:
    said = (
        ("Operator", "The harbour call begins now."),
        ("Question", "Who owns the harbour?"),
        ("Ann Reed", "The harbour is the town's."),
    )
    (tmp_path / "call.txt").write_text(transcript(*said, *said), encoding="utf-8")
    archive = open_archive(tmp_path / "archive", encoder=ENCODER)
    archive.ingest([tmp_path / "call.txt"])

    def found(**filters: Any) -> set[tuple[str, str]]:
        return {(hit.passage.role, hit.passage.speaker) for hit in archive.search("harbour", **filters)}

    assert found() == {("other", "Operator"), ("respondent", "Ann Reed")}
    assert found(role="other") == {("other", "Operator")}
    assert found(role=["respondent"]) == {("respondent", "Ann Reed")}
    with pytest.raises(InputError, match="there is no role 'interviewer'; known: respondent, other"):
        archive.search("harbour", role="interviewer")


def test_an_extent_counts_what_a_scope_holds(fake_bundled: Archive) -> None:
    counts = fake_bundled.answer_counts()
    podcast = fake_bundled.document("podcast.md")
    passages = fake_bundled.passages(podcast.id)
    assert counts[podcast.id] == len(passages)
    with fake_bundled.snapshot() as snapshot:
        extent = snapshot.extent(snapshot.resolve(Filters(document=("podcast.md",))))
        everything = snapshot.extent(Scope())
    assert extent == SearchExtent(1, len({p.speaker for p in passages}), len(passages), "2026-10-09", "2026-10-09")
    assert everything.passages == sum(counts.values()) == fake_bundled.counts()[1]
