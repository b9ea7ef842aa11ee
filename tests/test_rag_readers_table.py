"""Tables: which column holds what."""

from __future__ import annotations

import pytest

from rag.errors import InputError
from rag.readers.table import of_rows, read

SAID = ["Who paid?", "The town did.", "All of it?", "Half of it."]
WHO = ["Ira Quist", "Tove Malm", "Ira Quist", "Tove Malm"]
TURNS = "Ira Quist: Who paid?\n\nTove Malm: The town did.\n\nIra Quist: All of it?\n\nTove Malm: Half of it.\n"


@pytest.mark.parametrize(
    ("names", "first"),
    [
        ("Line,Speaker,Text", ["1", "2", "3", "4"]),
        ("Label,Speaker,Text", ["A", "B", "C", "D"]),
        ("Role,Name,Utterance", ["guest", "guest", "guest", "guest"]),
        ("message,speakerName,Spoken Text", ["ok", "ok", "ok", "ok"]),
        ("Content,Speaker ID,transcript", ["speech", "speech", "speech", "speech"]),
    ],
)
def test_the_most_telling_name_wins_and_then_the_content(names: str, first: list[str]) -> None:
    rows = [",".join(row) for row in zip(first, WHO, SAID, strict=True)]
    assert read("\n".join([names, *rows]).encode(), "a.csv")[0] == TURNS


@pytest.mark.parametrize("title", ["Rubric", "Redner/in"])
def test_a_column_that_recurs_is_who_speaks_under_any_name_and_a_note_says_so(title: str) -> None:
    text, hints = of_rows([[title, "text"], ["Present", "Eight members."], *map(list, zip(WHO, SAID, strict=True))])
    assert text == "Eight members.\n\n" + TURNS
    assert hints.notes == (f"column “{title}” is taken for who speaks; if it is something else, take the column out",)


@pytest.mark.parametrize("column", [["happy", "sad", "happy", "sad"], ["Ports", "Roads", "Rails", "Fares"]])
def test_a_column_that_may_be_anything_names_nobody_and_is_named_in_a_note(column: list[str]) -> None:
    text, hints = of_rows([["Mood", "text"], *map(list, zip(column, SAID, strict=True))])
    assert (text, hints.turns) == ("Who paid? The town did. All of it? Half of it.\n", ())
    assert hints.notes == ("columns left out: Mood",)


@pytest.mark.parametrize(
    ("cell", "told"), [("Oak&#8212;or ash &amp; elm?", "Oak—or ash & elm?"), ("R&D, &c. AT&T", "R&D, &c. AT&T")]
)
def test_entities_in_cells_are_their_characters_and_other_signs_stay(cell: str, told: str) -> None:
    assert of_rows([["speaker", "text"], ["Ira", cell]])[0] == f"Ira: {told}\n"


@pytest.mark.parametrize("above", [["sep=;"], ["Pier board;;", "Exported in May;;"]])
def test_lines_above_the_columns_names_are_not_the_names(above: list[str]) -> None:
    rows = ["Time;Speaker;Text", *(f"0:0{n};{who};{said}" for n, (who, said) in enumerate(zip(WHO, SAID, strict=True)))]
    text, hints = read("\n".join([*above, *rows]).encode(), "a.csv")
    assert (text, [at for *_, at in hints.turns]) == (TURNS, [0.0, 1.0, 2.0, 3.0])


def test_a_table_without_names_is_read_if_its_speakers_recur_and_refused_if_not() -> None:
    rows = [["0:01", who, said] for who, said in zip(WHO, SAID, strict=True)]
    text, hints = of_rows(rows)
    assert (text, hints.turns[0][3]) == (TURNS, 1.0)
    assert hints.notes == ("the columns have no names: column 2 is taken for who speaks, column 3 for what is said",)
    with pytest.raises(InputError, match="no column is called text or transcript; found: 0:01, Ira Quist"):
        of_rows(rows[:2])


@pytest.mark.parametrize(
    ("written", "seconds"), [("[00:03:43] the tape begins", 223.0), ("01:00:04:05", 3604.0), ("12.5s", 12.5)]
)
def test_times_are_read_with_words_behind_them_with_frames_and_with_their_unit(written: str, seconds: float) -> None:
    assert of_rows([["time", "who", "text"], [written, "Ira", "Yes."]])[1].turns[0][3] == seconds
