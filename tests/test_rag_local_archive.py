"""The archive in a folder: adding, replacing, removing, crashing, being damaged."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import transcript

from rag.archive import Archive, open_archive
from rag.errors import ArchiveError, InputError, ModelMismatch, OnrecordError
from rag.types import Filters, Scope, SearchExtent


def write(folder: Path, name: str, fact: str, speaker: str = "Ann Reed", head: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    said = (
        ("Question", "What happened?"),
        (speaker, f"We saw {fact} in the harbour."),
        ("Question", "And then?"),
        (speaker, "We went home."),
    )
    path.write_text(transcript(*said, head=head), encoding="utf-8")
    return path


def contents(archive: Archive) -> dict[str, str]:
    """Source → what was seen in the harbour."""
    return {d.source: d.text.partition("saw ")[2].partition(" in the")[0] for d in archive.documents()}


def best(archive: Archive, query: str) -> list[tuple[str, str]]:
    return [(hit.passage.source, hit.passage.text) for hit in archive.search(query, k=1)]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive")


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


def test_every_passage_is_a_range_of_its_document(bundled: Archive) -> None:
    for document in bundled.documents():
        for passage in bundled.passages(document.id):
            assert document.text[passage.start : passage.end] == passage.text
            assert bundled.encoder.count_tokens(passage.text) <= bundled.encoder.max_tokens


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


def test_another_model_than_the_archives_is_told_with_what_to_type(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale")
    archive.ingest([files])
    with pytest.raises(
        ModelMismatch, match=r"all-MiniLM-L6-v2.*384 dims.*not 'other/model'.*--rebuild --encoder other/model"
    ):
        open_archive(archive.folder, encoder="other/model")


def test_a_rebuild_reads_and_encodes_everything_again(archive: Archive, files: Path) -> None:
    write(files, "a.txt", "a whale")
    write(files, "b.txt", "two boats")
    archive.ingest([files])
    (files / "b.txt").unlink()  # its text is in the archive still
    rebuilt = open_archive(archive.folder, rebuild=True)
    rebuilt.ingest([files])
    assert contents(rebuilt) == {"a.txt": "a whale", "b.txt": "two boats"}
    assert best(rebuilt, "boats") == [("b.txt", "We saw two boats in the harbour.")]
    assert rebuilt.verify() == []


def test_a_reader_sees_what_another_process_wrote(archive: Archive, files: Path) -> None:
    archive.ingest([write(files, "a.txt", "a whale")])
    assert best(archive, "comet")[0][0] == "a.txt"
    open_archive(archive.folder).ingest([write(files, "b.txt", "a comet")])
    assert best(archive, "comet") == [("b.txt", "We saw a comet in the harbour.")]


def test_an_index_that_cannot_be_written_leaves_the_archive_as_it_was(archive: Archive, files: Path) -> None:
    archive.ingest([write(files, "a.txt", "a whale")])
    # A file stands where the next generation's folder is made.
    obstacle = archive.folder / "index" / "00000002.tmp"
    obstacle.write_text("in the way", encoding="utf-8")
    write(files, "b.txt", "a comet")
    second = open_archive(archive.folder)
    second._drop_generations = lambda current: None  # type: ignore[method-assign]  # or the obstacle is cleared away
    with pytest.raises(OSError, match="00000002"):
        second.ingest([files])
    assert contents(open_archive(archive.folder)) == {"a.txt": "a whale"}
    assert open_archive(archive.folder).verify() == []
    obstacle.unlink()
    archive.ingest([files])
    assert contents(archive) == {"a.txt": "a whale", "b.txt": "a comet"}


_WRITER = """
import sys
from pathlib import Path
from rag.archive import Archive, open_archive
from rag.types import SearchExtent, Filters, Scope
archive = open_archive(Path(sys.argv[1]))
for path in sorted(Path(sys.argv[2]).glob("*.txt")):
    archive.ingest([path])
    print(path.name, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_writer_killed_at_any_moment_leaves_a_whole_archive(tmp_path: Path, files: Path) -> None:
    chance = random.Random(7)
    for number in range(40):
        write(files, f"{number:02d}.txt", f"thing number {number}")
    folder = tmp_path / "archive"
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder), str(files)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        assert writer.stdout is not None
        line = writer.stdout.readline()  # it has begun to write
        time.sleep(chance.uniform(0.0, 0.25))
        writer.kill()
        told = [line, *writer.stdout.read().splitlines()]
        writer.wait()
        archive = open_archive(folder)
        assert archive.verify() == []
        kept = contents(archive)
        assert {name.strip() for name in told if name.strip()} <= set(kept)
        assert all(fact == f"thing number {int(name[:2])}" for name, fact in kept.items())
        assert {hit.passage.source for hit in archive.search("thing in the harbour", k=200)} == set(kept)


def test_a_flipped_bit_anywhere_never_changes_an_answer(bundled_folder: Path, tmp_path: Path) -> None:
    chance = random.Random(11)
    queries = ["When will the gates move?", "eelgrass", "Who pays?"]
    whole = open_archive(bundled_folder)
    expected = [[(hit.passage, hit.score) for hit in whole.search(query, k=5)] for query in queries]
    names = [
        path.relative_to(bundled_folder)
        for path in sorted(bundled_folder.rglob("*"))
        if path.is_file() and path.stat().st_size
    ]
    told = repaired = 0
    for number in range(60):
        copy = tmp_path / str(number)
        shutil.copytree(bundled_folder, copy)
        damaged = copy / names[number % len(names)]
        data = bytearray(damaged.read_bytes())
        position = chance.randrange(len(data))
        data[position] ^= 1 << chance.randrange(8)
        damaged.write_bytes(bytes(data))
        archive = None
        try:
            archive = open_archive(copy)
            found = [[(hit.passage, hit.score) for hit in archive.search(query, k=5)] for query in queries]
            assert [[p for p, _ in hits] for hits in found] == [[p for p, _ in hits] for hits in expected]
            assert [s for hits in found for _, s in hits] == pytest.approx([s for hits in expected for _, s in hits])
            repaired += 1
        except OnrecordError as error:
            assert str(copy) in str(error)
            told += 1
        finally:
            if archive:
                archive.close()
            shutil.rmtree(copy)
    assert told + repaired == 60


def test_a_damaged_index_is_named_by_verify_and_made_again_by_repair(bundled_copy: Path) -> None:
    vectors = next(bundled_copy.glob("index/*/vectors.faiss"))
    vectors.write_bytes(vectors.read_bytes()[:-1] + bytes([vectors.read_bytes()[-1] ^ 1]))
    archive = open_archive(bundled_copy)
    assert archive.verify() == [f"{vectors} is damaged"]
    archive.verify(repair=True)
    assert archive.verify() == []
    assert len(archive.search("eelgrass", k=3)) == 3


def test_an_archive_without_its_indexes_makes_them_again(bundled_copy: Path) -> None:
    shutil.rmtree(bundled_copy / "index")
    found = open_archive(bundled_copy).search("How many hectares of eelgrass will be lost for good?", k=1)
    assert "We expect to lose nineteen of those for good" in found[0].passage.text


def test_two_archives_share_nothing(tmp_path: Path, files: Path) -> None:
    one, two = open_archive(tmp_path / "one"), open_archive(tmp_path / "two")
    one.ingest([write(files, "a.txt", "a whale")])
    two.ingest([write(files, "b.txt", "a comet")])
    assert (contents(one), contents(two)) == ({"a.txt": "a whale"}, {"b.txt": "a comet"})


def test_a_second_writer_waits_and_then_says_so(archive: Archive, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    archive.ingest([write(files, "a.txt", "a whale")])
    monkeypatch.setattr("rag.storage.folder.LOCK_TIMEOUT_S", 0.2)
    with FileLock(archive.folder / "write.lock"), pytest.raises(ArchiveError, match="another process is writing"):
        open_archive(archive.folder).ingest([write(files, "b.txt", "a comet")])


def test_a_folder_that_cannot_be_an_archive_is_refused(tmp_path: Path, files: Path) -> None:
    path = write(files, "a.txt", "a whale")
    with pytest.raises(ArchiveError, match="is a file"):
        open_archive(path)
    with pytest.raises(ArchiveError, match="cannot be written"):
        open_archive(path / "archive").ingest([path])
    with pytest.raises(ArchiveError, match="onrecord ingest"):
        open_archive(tmp_path / "nowhere", create=False)


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
        (files / name).write_text("Question: Why?\n\nQuestion: And?\n", encoding="utf-8")
    report = archive.ingest([files])
    assert [Path(name).name for name, _ in report.failed] == ["0.txt", path.name]
    assert contents(archive) == {"b.txt": "a whale"}


def test_a_first_ingest_without_an_answer_leaves_no_archive(archive: Archive, files: Path) -> None:
    files.mkdir()
    (files / "a.txt").write_text("Question: Why?\n\nQuestion: And?\n", encoding="utf-8")
    assert len(archive.ingest([files]).failed) == 1
    assert not archive.folder.exists()


@pytest.mark.parametrize("k", [0, -1])
def test_a_search_for_no_passage_is_refused(bundled: Archive, k: int) -> None:
    with pytest.raises(InputError, match="at least 1"):
        bundled.search("gates", k=k)


def test_a_search_gives_as_many_passages_as_asked_for(bundled: Archive) -> None:
    assert len(bundled.search("When will the gates move?", k=120)) == 120


def test_bytes_that_are_no_text_name_no_document(bundled: Archive) -> None:
    with pytest.raises(InputError, match="there is no document"):
        bundled.document("\udcff")


def test_a_damaged_truth_is_told_in_a_sentence(bundled_copy: Path) -> None:
    chance = random.Random(5)
    database = bundled_copy / "archive.sqlite"
    whole = database.read_bytes()
    for _ in range(40):
        data = bytearray(whole)
        for position in chance.sample(range(len(data)), 30):
            data[position] ^= 1 << chance.randrange(8)
        database.write_bytes(bytes(data))
        try:
            archive = open_archive(bundled_copy)
            faults = archive.verify()
            archive.search("eelgrass", k=3)
            list(archive.documents())
        except OnrecordError as error:
            assert str(bundled_copy) in str(error)
        else:
            assert isinstance(faults, list)


def test_a_role_is_a_filter_of_its_own(tmp_path: Path) -> None:
    said = (
        ("Operator", "The harbour call begins now."),
        ("Question", "Who owns the harbour?"),
        ("Ann Reed", "The harbour is the town's."),
    )
    (tmp_path / "call.txt").write_text(transcript(*said, *said), encoding="utf-8")
    archive = open_archive(tmp_path / "archive")
    archive.ingest([tmp_path / "call.txt"])

    def found(**filters: Any) -> set[tuple[str, str]]:
        return {(hit.passage.role, hit.passage.speaker) for hit in archive.search("harbour", **filters)}

    assert found() == {("other", "Operator"), ("respondent", "Ann Reed")}
    assert found(role="other") == {("other", "Operator")}
    assert found(role=["respondent"]) == {("respondent", "Ann Reed")}
    with pytest.raises(InputError, match="there is no role 'interviewer'; known: respondent, other"):
        archive.search("harbour", role="interviewer")


def test_a_cover_counts_what_a_scope_holds(bundled: Archive) -> None:
    counts = bundled.answer_counts()
    podcast = bundled.document("podcast.md")
    passages = bundled.passages(podcast.id)
    assert counts[podcast.id] == len(passages)
    with bundled.snapshot() as snapshot:
        cover = snapshot.extent(snapshot.resolve(Filters(document=("podcast.md",))))
        everything = snapshot.extent(Scope())
    assert cover == SearchExtent(1, len({p.speaker for p in passages}), len(passages), "2026-10-09", "2026-10-09")
    assert everything.passages == sum(counts.values()) == bundled.counts()[1]
