"""Documents that are uploaded, and documents as the page shows them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_answers import JUNE, MAY, sent

from rag.answer.asked import question_before
from rag.archive import Archive, open_archive
from rag.errors import InputError
from rag.types import Document, Role, Turn
from ui.documents import MAX_UPLOAD_BYTES, UPLOADS, Library, _people, add_file, safe_name, source_view


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive")


def uploads(archive: Archive) -> dict[str, str]:
    folder = Path(archive.url) / UPLOADS
    return {path.name: path.read_text() for path in sorted(folder.iterdir())} if folder.is_dir() else {}


def listed(archive: Archive) -> list[str]:
    return sorted(document.source for document in archive.documents())


def test_an_uploaded_file_is_kept_and_searchable_at_once(archive: Archive) -> None:
    assert add_file(archive, "harbour.txt", sent(MAY)) == {
        "source": "harbour.txt",
        "answers": 1,
        "notes": [],
        "unchanged": False,
    }
    assert uploads(archive) == {"harbour.txt": MAY}
    (hit,) = archive.search("When do the gates move?")
    assert (hit.passage.source, hit.passage.speaker) == ("harbour.txt", "Ann Reed")
    assert (
        hit.passage.text == "The gates will move on the third of May, after the inspectors have been down to see them."
    )


def test_another_text_under_the_same_name_replaces_nothing(archive: Archive) -> None:
    add_file(archive, "harbour.txt", sent(MAY))
    assert add_file(archive, "harbour.txt", sent(JUNE))["source"] == "harbour (2).txt"
    assert add_file(archive, "harbour.txt", sent(JUNE.replace("ninth", "tenth")))["source"] == "harbour (3).txt"
    assert listed(archive) == ["harbour (2).txt", "harbour (3).txt", "harbour.txt"]
    assert uploads(archive)["harbour.txt"] == MAY
    assert uploads(archive)["harbour (2).txt"] == JUNE


@pytest.mark.parametrize("name", ["harbour.txt", "other.txt"])
def test_the_same_text_again_changes_nothing(archive: Archive, name: str) -> None:
    add_file(archive, "harbour.txt", sent(MAY))
    again = add_file(archive, name, sent(MAY))
    assert (again["source"], again["unchanged"]) == (name, True)
    assert uploads(archive) == {"harbour.txt": MAY}
    assert listed(archive) == ["harbour.txt"]


def test_a_document_that_was_removed_can_be_uploaded_again_under_its_name(archive: Archive) -> None:
    add_file(archive, "harbour.txt", sent(MAY))
    archive.remove("harbour.txt")
    assert listed(archive) == []
    again = add_file(archive, "harbour.txt", sent(MAY))
    assert (again["source"], again["answers"], again["unchanged"]) == ("harbour.txt", 1, False)
    assert uploads(archive) == {"harbour.txt": MAY}
    assert listed(archive) == ["harbour.txt"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", "AAA", "did not arrive whole; try again"),
        ("a.txt", "!!!!", "did not arrive whole; try again"),
        ("a.txt", "QUJD\nQUJD", "did not arrive whole; try again"),
        ("a.txt", "ÄÄÄÄ", "did not arrive whole; try again"),
        ("a.txt", "A" * ((MAX_UPLOAD_BYTES + 2) // 3 * 4 + 4), "has more than 25 MB; split it"),
        ("a.txt", sent(b"\x89PNG\0\0\0"), "this is a binary file, not text; save the transcript as UTF-8 text or Markdown"),
        ("a.txt", sent(""), "the file is empty"),
        ("a.txt", sent(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "this is an old Word file (.doc); save it as Word (.docx), PDF or text, and add that"),
        ("a.txt", None, "the upload is not in the form that this page sends"),
        ("a.txt", ["QUJD"], "the upload is not in the form that this page sends"),
        (None, "QUJD", "the upload is not in the form that this page sends"),
        ({"a": 1}, "QUJD", "the upload is not in the form that this page sends"),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_a_file_that_cannot_be_read_has_its_reason_and_leaves_nothing(
    archive: Archive, name: Any, data: Any, reason: str
) -> None:
    add_file(archive, "a.txt", sent(MAY))
    with pytest.raises(InputError) as caught:
        add_file(archive, name, data)
    assert str(caught.value) == reason
    assert uploads(archive) == {"a.txt": MAY}
    assert listed(archive) == ["a.txt"]


def test_a_file_that_cannot_be_read_leaves_an_empty_archive_empty(archive: Archive) -> None:
    with pytest.raises(InputError, match="the file is empty"):
        add_file(archive, "a.txt", sent(""))
    assert not archive.exists
    assert uploads(archive) == {}


def test_a_disk_that_takes_no_more_leaves_no_half_file(archive: Archive) -> None:
    resource = pytest.importorskip("resource", reason="this system limits no file's size")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            add_file(archive, "harbour.txt", sent(MAY))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert uploads(archive) == {}
    assert add_file(archive, "harbour.txt", sent(MAY))["source"] == "harbour.txt"


def test_a_file_goes_nowhere_but_into_the_folder_of_uploads(archive: Archive, tmp_path: Path) -> None:
    names = ["../../up.txt", "/tmp/rooted.txt", "..\\..\\down.txt", "C:\\drive.txt", ".hidden.txt", "a\0b.txt"]
    for number, name in enumerate(names):
        add_file(archive, name, sent(MAY.replace("third", f"{number}th")))
    assert sorted(uploads(archive)) == ["a_b.txt", "down.txt", "drive.txt", "hidden.txt", "rooted.txt", "up.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


# Folders, devices and marks of direction are what names attack with.
_PARTS = st.lists(
    st.sampled_from(
        ["/", "\\", ".", "..", " ", "con", "NUL", "COM1", ".txt", "a", "é", "😀", "\0", "\n", ":", "?", "\u202e"]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.text(alphabet=st.characters(), max_size=300), _PARTS, st.text(min_size=80).map(lambda text: text * 10))
)
def test_a_name_is_one_that_every_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert safe == Path(safe).name == safe_name(safe)
    assert not set(safe) & {*'<>:"/\\|?*\u202e', *map(chr, range(32))}
    assert safe.strip(" .") == safe
    assert 0 < len(safe.encode("utf-8")) <= 200  # of 255, which leaves room for a number
    assert safe.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


def test_an_ordinary_name_is_kept() -> None:
    for name in ("Ann Reed, 28 March 2024.txt", "Émile – entrevue (1).md", "интервью.txt", "notes"):
        assert safe_name(name) == name


def test_half_a_character_in_a_name_is_replaced() -> None:
    assert safe_name("a\ud800b.txt") == "a_b.txt"


def test_a_shown_transcript_has_every_turn_word_for_word(bundled: Archive) -> None:
    for document in bundled.documents():
        view = json.loads(json.dumps(source_view(document)))
        assert [(turn[0], turn[1], turn[2], turn[3], turn[4]) for turn in view.pop("turns")] == [
            (turn.speaker, turn.role, turn.start, turn.seconds, document.text[turn.start : turn.end])
            for turn in document.turns
        ]
        spoken = view.pop("spoken")
        assert (spoken[-4:] if spoken else None) == (document.date[:4] if document.date else None)
        asked = view.pop("asked")
        for number, turn in enumerate(document.turns):
            if turn.role != "interviewer":
                given = next(question for first, question in reversed(asked) if first <= number)
                assert given == question_before(document, number)
        assert view == {
            "url": "",
            "id": document.id,
            "title": document.title,
            "date": document.date,
            "place": document.place,
            "source": document.source,
            "sha256": sha256(document.text.encode()).hexdigest(),
            "leftOut": [[piece.start, document.text[piece.start : piece.end].strip()] for piece in document.left_out],
            "pages": [],
            "times": [],
            "grammar": {"podcast.md": "stamp and name on every line"}.get(document.source, "label with colon"),
            "confidence": document.confidence,
            "notes": list(document.notes),
        }


def test_the_library_lists_every_document_with_who_answers(bundled: Archive) -> None:
    rows = {row["id"]: row for row in Library.of(bundled).listing()}
    documents = list(bundled.documents())
    assert list(rows) == [document.id for document in documents]
    for document in documents:
        row = rows[document.id]
        asking = {turn.speaker for turn in document.turns if turn.role == "interviewer"}
        assert row["answers"] == len(bundled.passages(document.id))
        assert set(row["speakers"]) >= {passage.speaker for passage in bundled.passages(document.id)}
        assert set(row["speakers"]) & asking <= {t.speaker for t in document.turns if t.role != "interviewer"}
        assert (row["title"], row["date"], row["source"]) == (document.title, document.date, document.source)


def test_the_library_reads_the_archive_once_per_change(archive: Archive) -> None:
    library = Library.of(archive)
    assert library.listing() == []
    add_file(archive, "may.txt", sent(MAY))
    first = library.listing()
    assert [row["source"] for row in first] == ["may.txt"]
    assert library.listing() is first
    add_file(archive, "june.txt", sent(JUNE))
    assert sorted(row["source"] for row in library.listing()) == ["june.txt", "may.txt"]
    archive.remove("may.txt")
    assert [(row["source"], row["answers"], row["speakers"]) for row in library.listing()] == [
        ("june.txt", 1, ["Ann Reed"])
    ]


def test_people_are_counted_as_a_filter_for_their_name_takes_them() -> None:
    def turn(speaker: str, role: Role = "respondent") -> Turn:
        return Turn(speaker, role, 0, 1)

    talk = Document("a", "", None, None, "a.txt", "x", (turn("Mayor Ann Reed"), turn("ANN REED"), turn("Bo Lind")))
    other = Document("b", "", None, None, "b.txt", "x", (turn("Ann Reed"), turn("Jo Host", "interviewer"), turn("")))
    assert _people([talk, other]) == [{"name": "Ann Reed", "turns": 3}, {"name": "Bo Lind", "turns": 1}]
