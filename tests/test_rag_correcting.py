"""Corrections of a document that is in the archive: changes, undoing, printed labels, suggestions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FAKE_ENCODER, transcript

from rag.archive import Archive, open_archive
from rag.errors import InputError
from rag.testing import FakeEncoder
from rag.transcript import parse
from rag.transcript.alike import full_name, look_alike
from rag.transcript.changes import Change, suggestions, with_change
from rag.transcript.corrected import apply_correction, printed_labels, restored
from rag.transcript.corrections import Correction, format_corrections, parse_corrections

TALK = transcript(
    ("Mara Quist", "Who closed the mill?"),
    ("Ann Reed", "The council closed the mill in spring."),
    ("Mara Quist", "And who paid?"),
    ("REED", "Nobody has paid so far."),
    ("Mara Quist", "Why not?"),
    ("Ann Reed", "The council has no money."),
)


def said_by(archive: Archive) -> list[tuple[str, str]]:
    (document,) = archive.documents()
    return [(passage.speaker, passage.text) for passage in archive.passages(document.id)]


def changed(archive: Archive, *change: str) -> Correction:
    (document,) = archive.documents()
    correction = with_change(document, archive.correction(document.id), Change(*change))  # type: ignore[arg-type]
    archive.correct(document.id, correction)
    return correction


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    made = open_archive(tmp_path / "archive", encoder=FAKE_ENCODER)
    made.ingest([tmp_path / "talk.txt"])
    return made


def test_a_printed_label_that_was_merged_becomes_a_person_of_its_own() -> None:
    document = parse(TALK, source="talk.txt")
    assert document.speakers == ("Mara Quist", "Ann Reed")
    assert printed_labels(document) == ("Mara Quist", "Ann Reed", "REED")
    split = apply_correction(document, Correction(split=("REED",)))
    assert [turn.speaker for turn in split.turns][1::2] == ["Ann Reed", "REED", "Ann Reed"]
    renamed = apply_correction(document, Correction(rename={"reed": "Tom Reed"}))
    assert [turn.speaker for turn in renamed.turns][1::2] == ["Ann Reed", "Tom Reed", "Ann Reed"]


def test_what_is_nobodys_keeps_its_words_and_loses_its_name() -> None:
    document = parse(TALK, source="talk.txt")
    nobody = apply_correction(document, Correction(nobody=("REED",)))
    assert [(turn.speaker, turn.role) for turn in nobody.turns][2:4] == [("Mara Quist", "interviewer"), ("", "other")]


@pytest.mark.parametrize("key", ["split", "nobody", "merge"])
def test_an_unknown_label_is_an_error_that_lists_what_is_printed(key: str) -> None:
    wrong = {
        "split": Correction(split=("Read",)),
        "nobody": Correction(nobody=("Read",)),
        "merge": Correction(merge=(("Read", "REED"),)),
    }[key]
    with pytest.raises(InputError, match=r"'Read'.*there are: 'Mara Quist', 'Ann Reed', 'REED'"):
        apply_correction(parse(TALK, source="talk.txt"), wrong)


def test_a_document_without_its_corrections_is_what_was_read() -> None:
    document = parse(TALK, source="talk.txt")
    first = apply_correction(document, Correction(rename={"Ann Reed": "Anna Reed"}, drop=((0, 1),)))
    second = apply_correction(first, Correction(meta={"title": "The mill"}))
    assert restored(first) == restored(second) == document
    assert apply_correction(document, Correction()) == document


def test_new_keys_are_written_and_read_again() -> None:
    correction = Correction(split=("The DEPUTY SPEAKER", 'Jo "Bo" Field'), nobody=("Presenter",))
    assert parse_corrections(format_corrections({"x": correction}), where="x") == {"x": correction}


def test_a_change_in_the_archive_is_kept_when_the_file_is_read_again_and_can_be_undone(
    archive: Archive, tmp_path: Path
) -> None:
    before = said_by(archive)
    changed(archive, "rename", "Ann Reed", "Anna Reed")
    renamed = [("Anna Reed", text) for _, text in before]
    assert said_by(archive) == renamed
    assert archive.ingest([tmp_path / "talk.txt"]).unchanged == [str((tmp_path / "talk.txt").resolve())]
    (tmp_path / "talk.txt").write_text(TALK + "\nMara Quist: Since when?\n\nAnn Reed: Since May.\n", encoding="utf-8")
    assert len(archive.ingest([tmp_path / "talk.txt"]).replaced) == 1
    assert said_by(archive) == [*renamed, ("Anna Reed", "Since May.")]
    (document,) = archive.documents()
    archive.correct(document.id, Correction())
    assert said_by(archive) == [*before, ("Ann Reed", "Since May.")]
    assert archive.correction(document.id) == Correction()


def test_changes_follow_one_another_under_the_names_that_are_shown(archive: Archive) -> None:
    changed(archive, "split", "REED")
    changed(archive, "rename", "REED", "Tom Reed")
    changed(archive, "rename", "Tom Reed", "Thomas Reed")
    assert [speaker for speaker, _ in said_by(archive)] == ["Ann Reed", "Thomas Reed", "Ann Reed"]
    correction = changed(archive, "merge", "Ann Reed", "Thomas Reed")
    assert {speaker for speaker, _ in said_by(archive)} == {"Thomas Reed"}
    assert correction.merge == (("REED", "Ann Reed"),)
    changed(archive, "split", "REED")
    assert [speaker for speaker, _ in said_by(archive)] == ["Ann Reed", "REED", "Ann Reed"]
    changed(archive, "merge", "Ann Reed", "REED")
    changed(archive, "rename", "REED", "Thomas Reed")
    changed(archive, "role", "Mara Quist", "respondent")
    changed(archive, "nobody", "Thomas Reed")
    assert [speaker for speaker, _ in said_by(archive)] == ["Mara Quist", "", "Mara Quist", "", "Mara Quist", ""]


def test_a_change_that_leaves_nothing_to_quote_changes_nothing(archive: Archive) -> None:
    before = said_by(archive)
    with pytest.raises(InputError, match="nobody would be left to quote"):
        changed(archive, "role", "Ann Reed", "interviewer")
    assert said_by(archive) == before
    (document,) = archive.documents()
    assert archive.correction(document.id) == Correction()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("rename", "Nobody", "X"), "nobody called 'Nobody' speaks there"),
        (("rename", "Ann Reed", " "), "the new name is empty"),
        (("role", "Ann Reed", "king"), "'king' is no role"),
        (("meta", "colour", "red"), "there is no 'colour' to set"),
        (("meta", "date", "May"), "'May' is no date"),
        (("paint", "Ann Reed", "red"), "there is no change 'paint'"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(archive: Archive, change: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        changed(archive, *change)


def test_two_files_of_one_name_have_metadata_of_their_own(tmp_path: Path) -> None:
    for year in ("2024", "2025"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "talk.txt").write_text(f"{TALK}\nMara Quist: In {year}?\n", encoding="utf-8")
    archive = open_archive(tmp_path / "archive", encoder=FAKE_ENCODER)
    archive.ingest([tmp_path / "2024" / "talk.txt"], meta=Correction(meta={"date": "2024-01-01"}))
    archive.ingest([tmp_path / "2025" / "talk.txt"])
    assert sorted((Path(d.path).parent.name, d.date) for d in archive.documents()) == [
        ("2024", "2024-01-01"),
        ("2025", None),
    ]


def test_a_correction_that_another_overtakes_loses_neither(tmp_path: Path) -> None:
    class Slow(FakeEncoder):
        meanwhile: Callable[[], object] | None = None

        def count_tokens(self, text: str) -> int:  # a correction splits the document, and encodes only what is new
            act, self.meanwhile = self.meanwhile, None
            if act:
                act()
            return super().count_tokens(text)

    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"{TALK}\nMara Quist: Is this {name}?\n", encoding="utf-8")
    encoder = Slow()
    archive = open_archive(tmp_path / "archive", encoder=encoder)
    archive.ingest([tmp_path / "one.txt", tmp_path / "two.txt"])
    one, two = sorted(archive.documents(), key=lambda document: document.source)
    named = {document.id: Correction(rename={"Ann Reed": f"Ann {document.source}"}) for document in (one, two)}
    encoder.meanwhile = lambda: archive.correct(two.id, named[two.id])
    archive.correct(one.id, named[one.id])
    assert {document.id: archive.correction(document.id) for document in (one, two)} == named


def test_a_slip_and_a_full_name_are_suggested() -> None:
    talk = transcript(
        *[("MR. HAMILL", "Why?"), ("MS. STONE-REED", "So.")] * 3,
        ("MR. HAMMILL", "Where?"),
        ("MS. STONE-REED", "There."),
    )
    document = parse(f"Briefing by Press Secretary Carla Stone-Reed\n\n{talk}", source="talk.txt")
    assert set(suggestions(document)) == {
        Change("merge", "MR. HAMMILL", "MR. HAMILL"),
        Change("rename", "MS. STONE-REED", "Carla Stone-Reed"),
    }
    assert not look_alike("Speaker 1", "Speaker 2")
    assert full_name("MR. REED", "Mr. Reed of Reed Brothers") == ""
