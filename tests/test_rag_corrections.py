"""Corrections of what was read: renamed, merged, given a role, dropped, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FAKE_ENCODER, transcript
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.archive import open_archive
from rag.errors import InputError
from rag.transcript import parse
from rag.transcript.corrected import apply_correction
from rag.transcript.corrections import (
    Correction,
    format_corrections,
    load_corrections,
    merge_corrections,
    meta_correction,
)
from rag.types import Document, LeftOut, Turn

TEXT = transcript(
    ("Speaker 1", "Where did the water come from?"),
    ("Speaker 2", "It came from the north, over the old wall of the harbour."),
    ("Speaker 1", "And who was told?"),
    ("Speaker 3", "Everybody was told, and nobody came to the harbour."),
)  # fmt: skip


def talk() -> Document:
    return parse(TEXT, source="talk.txt")


def said(document: Document) -> list[tuple[str, str, str]]:
    return [(turn.speaker, turn.role, document.text[turn.start : turn.end].split()[0]) for turn in document.turns]


def test_a_renamed_speaker_keeps_words_and_role() -> None:
    found = apply_correction(talk(), Correction(rename={"Speaker 2": "Ann Reed"}))
    assert said(found) == [
        ("Speaker 1", "interviewer", "Where"),
        ("Ann Reed", "respondent", "It"),
        ("Speaker 1", "interviewer", "And"),
        ("Speaker 3", "respondent", "Everybody"),
    ]


def test_merged_speakers_are_the_first_one_named() -> None:
    found = apply_correction(talk(), Correction(merge=(("Speaker 2", "Speaker 3"),), rename={"Speaker 2": "Ann Reed"}))
    assert [turn.speaker for turn in found.turns] == ["Speaker 1", "Ann Reed", "Speaker 1", "Ann Reed"]


def test_two_who_change_their_names_change_them() -> None:
    found = apply_correction(talk(), Correction(rename={"Speaker 2": "Speaker 3", "Speaker 3": "Speaker 2"}))
    assert [turn.speaker for turn in found.turns] == ["Speaker 1", "Speaker 3", "Speaker 1", "Speaker 2"]


def test_a_role_can_be_given_under_the_old_name_and_under_the_new_one() -> None:
    for name in ("Speaker 3", "Jo Field"):
        found = apply_correction(talk(), Correction(rename={"Speaker 3": "Jo Field"}, role={name: "other"}))
        assert said(found)[3] == ("Jo Field", "other", "Everybody")


def test_dropped_turns_and_characters_are_left_out() -> None:
    document = talk()
    start = TEXT.index(", over the old wall of the harbour")
    found = apply_correction(document, Correction(drop=((2, 4),), drop_characters=((start, start + 34),)))
    assert [TEXT[turn.start : turn.end] for turn in found.turns] == [
        "Where did the water come from?",
        "It came from the north",
        ".",
    ]
    cuts = [(start, start + 34), *((turn.start, turn.end) for turn in document.turns[2:4])]
    assert set(found.left_out) == {LeftOut(*cut, "dropped by a correction") for cut in cuts}


@pytest.mark.parametrize(
    ("correction", "message"),
    [
        (Correction(rename={"Speaker 9": "Ann Reed"}), "nobody called 'Speaker 9' to rename; there are: 'Speaker 1'"),
        (Correction(merge=(("Speaker 1", "Jo"),)), "nobody called 'Jo' to merge"),
        (Correction(role={"Jo": "other"}), "nobody called 'Jo' to give a role to"),
        (Correction(rename={"Speaker 2": "Speaker 3"}), 'write merge = [["Speaker 3", "Speaker 2"]]'),
        (Correction(drop=((3, 9),)), "there is no turn 9 to drop; it has 4"),
        (Correction(drop_characters=((0, 9999),)), "there is no character 9999 to drop"),
    ],
)
def test_what_a_document_does_not_have_is_told(correction: Correction, message: str) -> None:
    with pytest.raises(InputError) as raised:
        apply_correction(talk(), correction)
    assert message in str(raised.value)
    assert apply_correction(talk(), correction, lenient=True).turns == talk().turns


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("a = [", "is no valid TOML"),
        ("rename = 3", "expected a section like"),
        ('["a.txt"]\nrenames = {}', "there is no key 'renames'; known: rename, merge"),
        ('["a.txt"]\nrename = ["A"]', "expected names, like"),
        ('["a.txt"]\nrole = { A = "guest" }', "'guest' for 'A' is none of interviewer, respondent, other"),
        ('["a.txt"]\nmerge = ["A", "B"]', "expected lists of names"),
        ('["a.txt"]\ndrop = ["9-7"]', "expected a number or a range"),
        ('["a.txt"]\ndrop = [0]', "expected a number or a range"),
        ('["a.txt"]\ndrop_characters = [5]', "expected a number or a range"),
        ('["a.txt"]\ndate = "3 May"', "is no date; write it as 2024-03-28"),
        ('["a.txt"]\ntitle = 3', "expected a text in quotes"),
    ],
)
def test_a_map_that_cannot_be_used_says_why(tmp_path: Path, toml: str, message: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_corrections(path)
    assert message in str(raised.value)


_NAMES = st.text(min_size=1, max_size=8).filter(str.strip)
_RANGES = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@settings(deadline=None)
@given(
    st.dictionaries(
        _NAMES,
        st.builds(
            Correction,
            rename=st.dictionaries(_NAMES, _NAMES, max_size=3),
            merge=st.lists(st.lists(_NAMES, min_size=2, max_size=3).map(tuple), max_size=2).map(tuple),
            role=st.dictionaries(_NAMES, st.sampled_from(["interviewer", "respondent", "other"]), max_size=3),
            drop=st.lists(_RANGES, max_size=3).map(tuple),
            drop_characters=st.lists(_RANGES, max_size=3).map(tuple),
            meta=st.dictionaries(st.sampled_from(["title", "place"]), _NAMES, max_size=2),
        ),
        max_size=3,
    )
)
def test_what_is_written_is_read_again(corrections: dict[str, Correction]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corrections.toml"
        path.write_bytes(format_corrections(corrections).encode())
        assert load_corrections(path) == corrections


def test_new_corrections_are_laid_over_old_ones() -> None:
    old = {"a.txt": Correction(rename={"A": "B", "C": "D"}), "b.txt": Correction(meta={"place": "Oslo"})}
    new = {"a.txt": Correction(rename={"A": "E"}, role={"C": "other"})}
    assert merge_corrections(old, new) == {
        "a.txt": Correction(rename={"A": "E", "C": "D"}, role={"C": "other"}),
        "b.txt": Correction(meta={"place": "Oslo"}),
    }


@pytest.mark.parametrize("pair", ["date", "colour=red", "date=", "date=soon"])
def test_metadata_that_says_nothing_is_an_error(pair: str) -> None:
    with pytest.raises(InputError):
        meta_correction([pair])


def test_an_archive_keeps_corrections_and_applies_them_when_the_file_has_changed(tmp_path: Path) -> None:
    file, folder = tmp_path / "talk.txt", tmp_path / "archive"
    file.write_text(TEXT, encoding="utf-8")
    open_archive(folder, encoder=FAKE_ENCODER).ingest([file])
    rename = {"talk.txt": Correction(rename={"Speaker 2": "Ann Reed"}, drop=((3, 4),))}
    report = open_archive(folder, encoder=FAKE_ENCODER).ingest(
        [file], corrections=rename, meta=Correction(meta={"date": "2024-05-03"})
    )
    assert (report.replaced, report.unchanged, report.failed) == ([str(file)], [], [])
    archive = open_archive(folder, encoder=FAKE_ENCODER)
    assert [(p.speaker, p.date) for p in archive.passages("talk.txt")] == [("Ann Reed", "2024-05-03")]
    assert open_archive(folder, encoder=FAKE_ENCODER).ingest([file]).unchanged == [str(file)]
    file.write_text(TEXT.replace("old wall", "new wall"), encoding="utf-8")
    assert open_archive(folder, encoder=FAKE_ENCODER).ingest([file]).replaced == [str(file)]
    passages = open_archive(folder, encoder=FAKE_ENCODER).passages("talk.txt")
    assert [(p.speaker, p.date, p.text) for p in passages] == [
        ("Ann Reed", "2024-05-03", "It came from the north, over the new wall of the harbour.")
    ]


def test_a_misspelt_name_keeps_the_file_out_and_is_told(tmp_path: Path) -> None:
    file, folder = tmp_path / "talk.txt", tmp_path / "archive"
    file.write_text(TEXT, encoding="utf-8")
    wrong = {"talk.txt": Correction(rename={"Speaker 7": "Ann"}), "other.txt": Correction(rename={"A": "B"})}
    report = open_archive(folder, encoder=FAKE_ENCODER).ingest([file], corrections=wrong)
    assert [path for path, _ in report.failed] == [str(file), "other.txt"]
    assert "nobody called 'Speaker 7'" in report.failed[0][1]
    assert "no file of this run is called so" in report.failed[1][1]
    assert not (folder / "corrections.toml").exists()


def test_a_printed_label_that_was_taken_for_somebody_elses_can_be_named() -> None:
    turns = tuple(Turn("The SPEAKER", "other", n, n + 1, None, label) for n, label in ((0, "The SPEAKER"), (2, "VICE")))
    document = Document("d", "", None, None, "a.txt", "a b", turns)
    found = apply_correction(document, Correction(rename={"VICE": "The Deputy"}, role={"VICE": "respondent"}))
    assert [(turn.speaker, turn.role) for turn in found.turns] == [
        ("The SPEAKER", "other"),
        ("The Deputy", "respondent"),
    ]


def test_metadata_given_by_hand_is_about_one_file_and_not_about_others_of_its_name(tmp_path: Path) -> None:
    texts = {year: f"Ann Reed: Why in {year}?\n\nJo Field: It was late in {year}.\n" for year in ("2024", "2025")}
    for year, text in texts.items():
        (tmp_path / year).mkdir()
        (tmp_path / year / "transcript.txt").write_text(text, encoding="utf-8")
    archive = open_archive(tmp_path / "archive", encoder=FAKE_ENCODER)
    archive.ingest([tmp_path / "2024"], meta=Correction(meta={"date": "2024-01-01"}))
    archive.ingest([tmp_path / "2024", tmp_path / "2025"])
    assert {Path(document.path).parent.name: document.date for document in archive.documents()} == {
        "2024": "2024-01-01",
        "2025": None,
    }
