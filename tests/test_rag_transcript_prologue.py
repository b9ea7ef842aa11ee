"""What stands in front of a conversation in the form of labels: data sheets, lists of those present, legends, headings."""

from __future__ import annotations

import pytest
from conftest import transcript
from made_conversations import turns_of

from rag.transcript import parse
from rag.types import Document

SAID = [
    ("Jo Field", "Who keeps the harbour?"),
    ("Ann Reed", "I keep it."),
    ("Jo Field", "Since when?"),
    ("Ann Reed", "Since May."),
]


def spoken(document: Document) -> list[tuple[str, str]]:
    return [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns]


def test_a_data_sheet_behind_an_introduction_declares_and_says_nothing() -> None:
    sheet = "JO FIELD TALKS: A harbour and its keeper, 3 May 2024\n\nINTERVIEWEE: Ann Reed\nINTERVIEWER: Jo Field\nPLACE: Oslo, Norway"
    document = parse(f"{sheet}\n\n{transcript(*SAID)}", source="a.txt")
    assert spoken(document) == SAID
    assert (document.date, document.place, set(document.participants)) == (
        "2024-05-03",
        "Oslo, Norway",
        {"Ann Reed", "Jo Field"},
    )


def test_names_alone_on_lines_with_nothing_said_between_are_a_list() -> None:
    head = "HARBOUR BOARD\n\nPresent:\n\nJo Field\n\nAnn Reed\n\nBo Lind\n\n"
    text = head + "".join(f"{name}:\n\n{said}\n\n" for name, said in SAID)
    assert spoken(parse(text, source="a.txt")) == SAID


def test_a_label_with_nothing_under_it_is_a_heading() -> None:
    text = "".join(f"{name}: {said}\n\n" for name, said in SAID[:2]) + "Norwegian:\n\n"
    text += "".join(f"{name}: {said}\n\n" for name, said in SAID[2:]) + "Norwegian:\n\nJo Field: Thank you.\n"
    document = parse(text, source="a.txt")
    assert "Norwegian" not in document.speakers
    assert spoken(document)[-1] == ("Jo Field", "Thank you.")


def test_who_presents_is_declared_below_a_heading_and_says_nothing() -> None:
    text = "".join(f"## Item {n}\n\nPresenter: Ann Reed (AR)\n\n" + transcript(*SAID) for n in range(2))
    document = parse(text, source="a.md")
    assert set(document.speakers) == {"Jo Field", "Ann Reed"}


@pytest.mark.parametrize(
    "legend",
    [
        "Jo Field (JF) talks to Ann Reed (AR)",
        "| Name | Short |\n| --- | --- |\n| Jo Field | JF |\n| Ann Reed | AR |",
        "JF = Jo Field, AR = Ann Reed",
        "Present: Jo Field, Ann Reed",
    ],
)
def test_initials_that_a_legend_explains_are_those_people(legend: str) -> None:
    short = {"Jo Field": "JF", "Ann Reed": "AR"}
    text = f"Harbour talk\n\n{legend}\n\n" + transcript(*((short[name], said) for name, said in SAID))
    assert spoken(parse(text, source="a.txt")) == SAID


def test_a_line_that_explains_labels_is_no_turn() -> None:
    text = "問：記者　　　李：工程師李海波\n\n" + "問：何時重開？\n\n李：五月重開。\n\n" * 3
    assert {speaker for speaker, _, _ in turns_of(text)} == {"問", "李海波"}
    assert len(turns_of(text)) == 6


def test_a_greeting_without_a_full_stop_is_no_data_sheet() -> None:
    said = [("Jo Field", "Good morning"), ("Ann Reed", "Morning"), ("Jo Field", "Sit down"), ("Ann Reed", "Thanks")]
    assert spoken(parse(transcript(*said), source="a.txt")) == said
