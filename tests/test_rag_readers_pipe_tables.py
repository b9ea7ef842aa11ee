"""Markdown tables in which people speak: the cells are turns, and the text stays as it is."""

from __future__ import annotations

import pytest

from rag.readers.text import read
from rag.transcript import parse
from rag.types import Document

ROWS = [
    ("0:00", "Ann Reed", "Why so late?"),
    ("0:04", "Bo Lind", "It rained \\| it poured."),
    ("1:02", "Ann Reed", "All day?"),
]


def read_document(text: str) -> Document:
    text, hints = read(text.encode(), "talk.md")
    return parse(text, source="talk.md", hints=hints)


def turns(document: Document) -> list[tuple[str, str, float | None]]:
    return [(turn.speaker, document.text[turn.start : turn.end], turn.seconds) for turn in document.turns]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("| Time | Speaker | Text |\n| --- | --- | --- |\n", "| {0} | {1} | {2} |\n"),
        ("Time | Speaker | Text\n--- | :---: | ---\n", "{0} | {1} | {2}\n"),
        ("| Text | Speaker | Time |\n|---|---|---|\n", "| {2} | **{1}** | {0} |\n"),
        ("| Zeit | Sprecherin | Text |\n|:--|:--|:--|\n", "| {0} | {1} | {2} |\n"),
    ],
)
def test_a_row_is_a_turn_of_the_person_in_its_column(head: str, row: str) -> None:
    document = read_document("# A talk, 3 May 2031\n\n" + head + "".join(row.format(*each) for each in ROWS))
    assert turns(document) == [
        ("Ann Reed", "Why so late?", 0.0),
        ("Bo Lind", "It rained \\| it poured.", 4.0),
        ("Ann Reed", "All day?", 62.0),
    ]
    assert (document.title, document.date) == ("A talk, 3 May 2031", "2031-05-03")


def test_other_columns_and_what_stands_below_are_told() -> None:
    table = "| Speaker | Mood | Text |\n|---|---|---|\n| Ann | calm | Why? |\n| Bo | cross | It rained all day. |\n| Ann | calm | Oh. |\n"
    document = read_document(table + "\nRead by Jo.\n")
    assert document.notes[:2] == ("columns of tables left out: Mood", "left out below the table: 11 characters")
    assert [document.text[out.start : out.end] for out in document.left_out] == ["Read by Jo."]


def test_a_table_within_a_conversation_makes_no_turns() -> None:
    text = "Ann Reed: Why?\n\nBo Lind: See for yourself what each of the boats brought in.\n\n| Boat | Load |\n|---|---|\n| Ida | 3 t |\n\nAnn Reed: So?\n\nBo Lind: Yes.\n"
    assert [turn[0] for turn in turns(read_document(text))][:2] == ["Ann Reed", "Bo Lind"]
