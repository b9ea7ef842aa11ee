"""Files into a storage: steps, decisions, and two ingests at once, over every storage and without a model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import transcript
from made_storages import ENCODER, EVERYTHING, IMPLEMENTATIONS

from rag.archive import open_archive
from rag.errors import ModelMismatch
from rag.ingest import Failed, Noted, Progress, Read, Stopped, correct, ingest, read_transcripts
from rag.readers import open_parser
from rag.storage.local import LocalStorage
from rag.storage.protocol import Storage
from rag.testing import FakeEncoder
from rag.transcript.corrections import Correction
from rag.types import IngestReport, Scope


@pytest.fixture(params=IMPLEMENTATIONS)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    made = IMPLEMENTATIONS[request.param](tmp_path / "archive")
    yield made
    made.close()


def write(folder: Path, name: str, fact: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    said = (("Question", "What happened?"), ("Ann Reed", f"We saw {fact} in the harbour."))
    path = folder / name
    path.write_text(transcript(*said, ("Question", "And then?"), ("Ann Reed", "We went home.")), encoding="utf-8")
    return path


def seen(storage: Storage) -> dict[str, str]:
    """Source → what was seen in the harbour."""
    return {d.source: d.text.partition("saw ")[2].partition(" in the")[0] for d in storage.documents()}


def in_another_thread(storage: Storage, *paths: Path) -> IngestReport:
    """The report of an ingest in a thread of its own, which has to come to an end."""
    reports: list[IngestReport] = []
    other = threading.Thread(target=lambda: reports.append(ingest(storage, list(paths))))
    other.start()
    other.join(timeout=30)
    assert not other.is_alive()
    return reports[0]


def test_reading_yields_each_note_before_its_document_and_a_reason_for_what_is_none(tmp_path: Path) -> None:
    good = write(tmp_path, "a.txt", "a whale")
    (tmp_path / "b.txt").write_bytes(b"")
    calls: list[tuple[int, int, str]] = []
    with open_parser() as parse:
        steps = list(read_transcripts([good, tmp_path / "b.txt"], parse, lambda *call: calls.append(call)))
    documents = [step.document for step in steps if isinstance(step, Read)]
    notes = [Noted(str(good), note) for note in documents[0].notes]
    assert steps == [*notes, Read(str(good), documents[0]), Failed(str(tmp_path / "b.txt"), "the file is empty")]
    assert [(d.source, d.path) for d in documents] == [("a.txt", good.as_posix())]
    assert calls == [(0, 2, "a.txt"), (1, 2, "b.txt"), (2, 2, "writing")]


def test_corrections_change_the_document_of_their_file_and_report_a_file_that_did_not_come(tmp_path: Path) -> None:
    with open_parser() as parse:
        steps = list(read_transcripts([write(tmp_path, "a.txt", "a whale")], parse, lambda *_: None))
    rename = {"a.txt": Correction(rename={"Ann Reed": "Bo Stone"}), "z.txt": Correction(rename={"A": "B"})}
    *others, read, missing = correct(steps, rename, rename)
    assert others == steps[:-1]
    assert isinstance(read, Read)
    assert [turn.speaker for turn in read.document.turns if turn.role == "respondent"] == ["Bo Stone", "Bo Stone"]
    assert missing == Failed(
        "z.txt", "corrections are given for it, and no file of this run is called so; there are: a.txt"
    )


def test_a_report_says_what_became_of_each_file(storage: Storage, tmp_path: Path) -> None:
    a, b, c = (write(tmp_path / "talks", f"{name}.txt", f"thing {name}") for name in "abc")
    report = ingest(storage, [a, b])
    assert (report.added, report.passages) == ([str(a), str(b)], 4)
    write(tmp_path / "talks", "b.txt", "a comet")
    (tmp_path / "talks" / "bad.txt").write_bytes(b"")
    copy = write(tmp_path / "talks", "d.txt", "thing a")
    report = ingest(storage, [tmp_path / "talks", tmp_path / "nowhere"])
    assert (report.added, report.replaced, report.unchanged) == ([str(c)], [str(b)], [str(a), str(copy)])
    assert [Path(path).name for path, _ in report.failed] == ["nowhere", "bad.txt"]
    assert (str(copy), "the same text as another file of this run: kept once") in report.notes
    assert seen(storage) == {"a.txt": "thing a", "b.txt": "a comet", "c.txt": "thing c"}


def test_nothing_is_created_before_there_is_something_to_write(storage: Storage, tmp_path: Path) -> None:
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"")
    assert len(ingest(storage, [folder]).failed) == 1
    (folder / "a.txt").write_text("Question: (Inaudible.)\n\nQuestion: (Crosstalk.)\n", encoding="utf-8")
    assert len(ingest(storage, [folder]).failed) == 1
    assert (storage.exists, storage.folder.exists()) == (False, False)


def test_one_ingest_commits_while_another_is_still_reading(storage: Storage, tmp_path: Path) -> None:
    files = [write(tmp_path, f"{name}.txt", f"thing {name}") for name in "abc"]
    others: list[IngestReport] = []

    def progress(done: int, total: int, name: str) -> None:
        if name == "b.txt":
            others.append(in_another_thread(storage, files[2]))
            assert seen(storage) == {"c.txt": "thing c"}

    report = ingest(storage, files[:2], progress=progress)
    assert (others[0].added, report.added) == ([str(files[2])], [str(files[0]), str(files[1])])
    assert seen(storage) == {"a.txt": "thing a", "b.txt": "thing b", "c.txt": "thing c"}


def test_the_last_of_two_ingests_of_a_changing_file_wins(storage: Storage, tmp_path: Path) -> None:
    a, b = write(tmp_path, "a.txt", "a whale"), write(tmp_path, "b.txt", "two boats")
    ingest(storage, [a])

    def progress(done: int, total: int, name: str) -> None:
        if name == "b.txt":  # the whale is read again, and a comet is written meanwhile
            write(tmp_path, "a.txt", "a comet")
            assert in_another_thread(storage, a).replaced == [str(a)]

    write(tmp_path, "a.txt", "another whale")
    ingest(storage, [a, b], progress=progress)
    assert seen(storage) == {"a.txt": "another whale", "b.txt": "two boats"}
    assert storage.counts() == (2, 4)


def test_a_text_that_two_ingests_bring_at_once_is_kept_once(storage: Storage, tmp_path: Path) -> None:
    a, b = write(tmp_path, "a.txt", "a whale"), write(tmp_path / "copies", "z.txt", "a whale")

    def progress(done: int, total: int, name: str) -> None:
        if name == "writing":
            in_another_thread(storage, b)

    ingest(storage, [a], progress=progress)
    assert seen(storage) == {"a.txt": "a whale"}
    assert storage.counts() == (1, 2)


def test_many_ingests_at_once_all_succeed(storage: Storage, tmp_path: Path) -> None:
    files = [write(tmp_path, f"{number}.txt", f"thing {number}") for number in range(6)]
    reports: list[IngestReport] = []
    threads = [threading.Thread(target=lambda f=file: reports.append(ingest(storage, [f]))) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.added[0] for report in reports) == [str(file) for file in files]
    assert seen(storage) == {f"{number}.txt": f"thing {number}" for number in range(6)}
    with storage.snapshot() as snapshot:
        assert snapshot.extent(EVERYTHING).passages == 12
    assert storage.verify() == []


def test_of_two_first_ingests_with_different_models_the_second_is_refused(tmp_path: Path) -> None:
    one, two = (LocalStorage(tmp_path / "archive", encoder=encoder) for encoder in (ENCODER, FakeEncoder(16, seed=1)))
    a, b = write(tmp_path, "a.txt", "a whale"), write(tmp_path, "b.txt", "two boats")

    def progress(done: int, total: int, name: str) -> None:
        if name == "writing":
            in_another_thread(two, b)

    with pytest.raises(ModelMismatch, match="was built with other weights"):
        ingest(one, [a], progress=progress)
    assert seen(two) == {"b.txt": "two boats"}


def test_a_rebuild_that_was_asked_for_is_done_though_another_writer_was_first(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Q: Where?\n\nAnn Reed: In the harbour.\n\nQ: When?\n\nAnn Reed: At dawn.\n")
    (tmp_path / "b.txt").write_text("Q: Who?\n\nJo Field: The pilot.\n\nQ: Why?\n\nJo Field: For the ice.\n")
    old, new = FakeEncoder(8), FakeEncoder(16, seed=1, name="other")
    open_archive(tmp_path / "archive", encoder=old).ingest([tmp_path / "a.txt"])
    rebuilding = open_archive(tmp_path / "archive", encoder=new, rebuild=True)
    open_archive(tmp_path / "archive", encoder=old).ingest([tmp_path / "b.txt"])
    rebuilding.ingest([tmp_path / "a.txt"])
    with open_archive(tmp_path / "archive", encoder=new).snapshot() as snapshot:
        rows = [row for row, _ in snapshot.nearest(new.encode_query("ice"), k=9, scope=Scope())]
        assert {stored.passage.speaker for stored in snapshot.load(rows)} == {"Ann Reed", "Jo Field"}
        assert {stored.vector.shape for stored in snapshot.load(rows)} == {(16,)}


def interrupt_at(number: int) -> Progress:
    def progress(done: int, total: int, what: str) -> None:
        if done == number:
            raise KeyboardInterrupt

    return progress


def test_an_interrupt_keeps_the_files_that_are_done_and_the_next_ingest_goes_on(
    storage: Storage, tmp_path: Path
) -> None:
    paths = [write(tmp_path / "files", f"{number}.txt", f"whale {number}") for number in range(5)]
    with pytest.raises(Stopped, match=r"^3 of 5 files are in; run it again to go on$") as stopped:
        ingest(storage, paths, progress=interrupt_at(3), meta=Correction(meta={"date": "2024-05-03"}))
    assert stopped.value.report.added == [str(path) for path in paths[:3]]
    assert seen(storage) == {f"{number}.txt": f"whale {number}" for number in range(3)}
    assert storage.verify() == []
    report = ingest(storage, paths)
    assert (len(report.unchanged), len(report.added), report.passages) == (3, 2, 4)
    # What was given by hand is kept with the files that are in.
    assert {document.source: document.date for document in storage.documents()} == {
        f"{number}.txt": "2024-05-03" if number < 5 else None for number in range(5)
    }


def test_an_interrupt_before_the_first_file_is_done_leaves_nothing(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "archive", encoder=ENCODER)
    path = write(tmp_path / "files", "a.txt", "a whale")
    with pytest.raises(Stopped, match=r"^0 of 1 file are in"):
        ingest(storage, [path], progress=interrupt_at(0))
    assert not storage.folder.exists()


def test_a_rebuild_that_is_interrupted_changes_nothing(tmp_path: Path) -> None:
    paths = [write(tmp_path / "files", f"{number}.txt", f"whale {number}") for number in range(3)]
    ingest(LocalStorage(tmp_path / "archive", encoder=ENCODER), paths)
    other = LocalStorage(tmp_path / "archive", encoder=FakeEncoder(16, seed=1), rebuild=True)
    with pytest.raises(Stopped, match=r"^a rebuild is one change, and was not made; run it again$") as stopped:
        ingest(other, paths, progress=interrupt_at(2))
    assert stopped.value.report.added == stopped.value.report.replaced == []
    assert LocalStorage(tmp_path / "archive", encoder=ENCODER).model == (ENCODER.name, ENCODER.fingerprint)


def test_an_ingest_of_nothing_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "missing"):
        open_archive(tmp_path / name).ingest([tmp_path / "nothing.txt"])
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
