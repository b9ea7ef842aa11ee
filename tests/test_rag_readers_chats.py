"""Chats as programs export them: each message is its sender's, and the program's own lines are nobody's."""

from __future__ import annotations

import pytest

from rag.readers.text import read
from rag.transcript import parse
from rag.types import Document

SAID = [
    ("Ann Reed", "When does the kiln go on?"),
    ("oak_leaf", "At noon: we need wood.\nAnd clay."),
    ("+41 79 000 00 00", "I bring some"),
    ("Ann Reed", "Good"),
    ("oak_leaf", "https://example.org/kiln"),
]
MONTH_FIRST, DAY_FIRST = "5/2/31", "02/05/2031"


def laid_out(form: str, name: str = "chat.txt", system: str = "") -> Document:
    lines = [form.format(name=who, said=said, n=n) for n, (who, said) in enumerate(SAID)]
    text, hints = read((system + "\n".join(lines) + "\n").encode(), name)
    return parse(text, source=name, hints=hints)


def turns(document: Document) -> list[tuple[str, str]]:
    return [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns]


@pytest.mark.parametrize(
    "form",
    [
        "02/05/2031, 14:0{n} - {name}: {said}",
        "5/13/31, 9:0{n} PM - {name}: {said}",
        "5/13/31, 9:0{n}\u202fPM - {name}: {said}",
        "13.05.31, 21:0{n} - {name}: {said}",
        "[13.05.31, 21:04:0{n}] {name}: {said}",
        "\u200e[2031-05-13, 21:04:0{n}] {name}: \u200e{said}",
        "[5/13/31, 9:04:0{n} PM] ~ {name}: {said}",
        "00:05:4{n}\t{name}:\t{said}",
        "10:00:1{n} From {name} to Everyone:\n\t{said}",
        "10:00:1{n}\t From {name} : {said}",
        "10:00:1{n} Von {name} an Alle: {said}",
    ],
)
def test_every_message_of_a_chat_is_its_senders_whatever_the_name_looks_like(form: str) -> None:
    assert turns(laid_out(form)) == SAID


def test_a_handle_between_angle_brackets_opens_a_message_and_a_star_a_line_of_the_program() -> None:
    text = "[10:00] <oak> 1. Greetings\n[10:01] <@zed_> Hi\n[10:02] * oak waves\n[10:03] <oak> So: we begin\n[10:04] -!- fir left\n"
    read_text, hints = read(text.encode(), "log.txt")
    document = parse(read_text, source="log.txt", hints=hints)
    assert turns(document) == [("oak", "1. Greetings"), ("zed", "Hi"), ("oak", "So: we begin")]
    assert [text[out.start : out.end] for out in document.left_out] == ["[10:02] * oak waves", "[10:04] -!- fir left"]


def test_lines_without_a_name_are_the_programs_and_are_told() -> None:
    system = "02/05/2031, 14:00 - Messages and calls are encrypted.\n02/05/2031, 14:00 - Ann changed the subject to “Kiln: the day”\n"
    document = laid_out("02/05/2031, 14:0{n} - {name}: {said}", system=system)
    assert turns(document) == SAID
    assert document.notes[0] == (
        "left out: 2 lines that the chat program wrote, such as “02/05/2031, 14:00 - Messages and calls are encrypted.”"
    )
    assert document.title == "chat"


@pytest.mark.parametrize(
    ("stamp", "date"),
    [
        ("02/05/2031, 14:0{n}", "2031-05-02"),
        ("13/5/31, 2:0{n} pm", "2031-05-13"),
        ("5/13/31, 2:0{n} PM", "2031-05-13"),
        ("5/2/31, 2:0{n} PM", "2031-05-02"),
        ("02/05/31, 2:0{n} pm", None),
        ("02.05.31, 14:0{n}", "2031-05-02"),
        ("2031-05-02, 14:0{n}", "2031-05-02"),
    ],
)
def test_the_day_of_a_chat_is_known_only_where_the_order_of_its_parts_is(stamp: str, date: str | None) -> None:
    assert laid_out(stamp + " - {name}: {said}").date == date


def test_a_clock_counts_from_the_beginning_of_a_meeting_unless_it_shows_the_time_of_the_day() -> None:
    assert [turn.seconds for turn in laid_out("00:05:4{n}\t{name}:\t{said}").turns] == [
        340.0,
        341.0,
        342.0,
        343.0,
        344.0,
    ]
    assert {turn.seconds for turn in laid_out("10:05:4{n}\t{name}:\t{said}").turns} == {None}


@pytest.mark.parametrize(
    "text",
    [
        "Ann Reed: Why?\n\nBo Lind: So.\n",
        "[00:01:02] Ann Reed: Why?\n\n[00:01:09] Bo Lind: So.\n\n[00:01:12] Ann Reed: Ah?\n\n[00:01:15] Bo Lind: Yes.\n",
        "02/05/2031, 14:05 - Ann: one line only, and then a long talk\n\nAnn Reed: Why?\n\nBo Lind: So.\n",
    ],
)
def test_what_is_no_chat_is_left_to_the_grammars(text: str) -> None:
    assert read(text.encode(), "a.txt")[1].turns == ()
