"""Time stamps in the forms of other programs: they become seconds, and are in nobody's mouth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.transcript import parse
from rag.transcript.stamp_forms import in_usual_form
from rag.types import Document

SAID = [
    ("Ann Reed", "How long did the ferry take to the island in those days?"),
    ("Bo Lind", "It took an hour, and two in the winter. My father steered."),
    ("Ann Reed", "And when the sound froze, what did you do for bread?"),
    ("Bo Lind", "We walked. Nobody thought much of it."),
]
TIMES = [4, 62, 125, 3727]


def forms_of(seconds: int) -> dict[str, str]:
    h, m, s = seconds // 3600, seconds // 60 % 60, seconds % 60
    return {
        "clock": f"{h:02d}:{m:02d}:{s:02d}",
        "short": f"{h * 60 + m:02d}:{s:02d}",
        "h": f"{h}",
        "m": f"{m}",
        "s": f"{s}",
    }


def laid_out(form: str) -> Document:
    turns = [form.format(name=name, said=said, **forms_of(at)) for (name, said), at in zip(SAID, TIMES, strict=True)]
    return parse("\n\n".join(turns) + "\n", source="talk.txt")


@pytest.mark.parametrize(
    "form",
    [
        "#{clock}-3# {name}: {said}",
        "#{clock}.3# {name}: {said}",
        "{{{clock}}} {name}: {said}",
        "{{{clock}}} [{name}] {said}",
        "【{clock}】{name}: {said}",
        "**[{clock}]** {name}: {said}",
        "**{name}** *({clock})*: {said}",
        "**{name}** *[{clock}]*\n{said}",
        "[ {clock}.250 -->  {clock}.900]   {name}: {said}",
        "{name}\n[ {clock}.250 -->  {clock}.900]   >> {said}",
        "{name}\n{h} hour {m} minutes {s} seconds\n{said}",
        "{name}\n{h} hour {m} minutes {s} seconds\n{clock}\n{said}",
        "{name}   {h} hour {m} minutes {s} seconds\n{said}",
        "{name}\n{h} Stunden {m} Minuten {s} Sekunden\n{said}",
        "{name}\n{h} godzina {m} minuty {s} sekund\n{said}",
        "{h}h{m}m{s}s {name}: {said}",
        "{h}h {m}min {s}s\n{name}: {said}",
        "{clock}:12 {name}: {said}",
        "[{clock}:12]\n{name}: {said}",
        "[{clock};12] {name}: {said}",
    ],
)
def test_a_stamp_of_another_program_is_the_turns_time_and_no_speech(form: str) -> None:
    document = laid_out(form)
    assert [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns] == SAID
    assert [int(turn.seconds or 0) for turn in document.turns] == TIMES


def test_a_stamp_behind_a_paragraph_is_when_the_next_turn_begins() -> None:
    document = laid_out("{name}: {said} #{clock}-5#")
    assert [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns] == SAID
    assert [turn.seconds for turn in document.turns] == [None, 4.5, 62.5, 125.5]
    assert next(document.text[out.start : out.end] for out in document.left_out) == "#00:00:04-5#"


def test_stamps_between_sentences_divide_a_turn_and_those_within_one_stay() -> None:
    text = (
        "Ann Reed: Why?\n\nBo Lind: It rained. [00:00:15] The mill [00:00:20] stood still. [00:00:31] So did we.\n\n"
        "Ann Reed: How long?\n\nBo Lind: A week. [00:01:02]\n"
    )
    document = parse(text, source="a.txt")
    assert [(turn.seconds, text[turn.start : turn.end]) for turn in document.turns] == [
        (None, "Why?"),
        (None, "It rained."),
        (15.0, "The mill [00:00:20] stood still."),
        (31.0, "So did we."),
        (None, "How long?"),
        (None, "A week."),
    ]


def test_a_time_in_brackets_that_does_not_rise_is_speech() -> None:
    text = "Ann Reed: When?\n\nBo Lind: The noon boat (12:40) left.\n\nAnn Reed: And then?\n\nBo Lind: The late one came. (11:05)\n"
    document = parse(text, source="a.txt")
    assert text[document.turns[1].start : document.turns[1].end] == "The noon boat (12:40) left."
    assert text[document.turns[3].start : document.turns[3].end] == "The late one came. (11:05)"


@pytest.mark.parametrize(
    ("stamps", "seconds"),
    [
        (["-00:00:10:00", "00:00:00:02", "01:00:00:09", "01:02:00:00"], [-600.0, 2.0, 86_409.0, 93_600.0]),
        (["00:00:00:40", "00:00:01:05", "00:00:02:00", "00:01:00:00"], [40.0, 65.0, 120.0, 3600.0]),
        (["00:00:04:12", "00:30:09:03", "00:31:12:24", "00:59:01:00"], [4.0, 1809.0, 1872.0, 3541.0]),
        (["00:00:04:12", "00:00:09:03", "00:00:12:24", "00:00:15:01"], [4.0, 9.0, 12.0, 15.0]),
    ],
)
def test_four_parts_are_days_where_they_count_down_or_past_the_frames_and_frames_else(
    stamps: list[str], seconds: list[float]
) -> None:
    turns = [f"[{stamp}]\n{name}: {said}" for stamp, (name, said) in zip(stamps, SAID, strict=True)]
    document = parse("\n\n".join(turns), source="a.txt")
    assert [turn.seconds for turn in document.turns] == seconds


def test_settings_below_a_stamp_are_said_by_nobody() -> None:
    text = "[00:00:01]\n_page: 3\nAnn Reed: Why?\n\n[00:00:09]\n_page : 4\n_tape :\nBo Lind: So.\n\n[00:00:12]\nAnn Reed: Ah?\n\n[00:00:15]\nBo Lind: Yes.\n"
    document = parse(text, source="a.txt")
    assert [text[turn.start : turn.end] for turn in document.turns] == ["Why?", "So.", "Ah?", "Yes."]


def test_the_last_speaker_goes_on_behind_the_end_of_a_tape() -> None:
    text = (
        "Ann Reed: Where?\n\nBo Lind: At sea.\n\nAnn Reed: With whom?\n\nBo Lind: With my aunt.\n\n[END OF TAPE 1]\n\n"
        "[BEGINNING OF TAPE 2]\n\nShe came home in the spring with a parrot.\n\n[END OF INTERVIEW]\n"
    )
    document = parse(text, source="a.txt")
    assert [(turn.speaker, text[turn.start : turn.end]) for turn in document.turns][-2:] == [
        ("Bo Lind", "With my aunt."),
        ("Bo Lind", "She came home in the spring with a parrot."),
    ]


@given(st.text(alphabet="0123456789:;#{}[]()*_-<> \nhmsAb.→'", max_size=200))
def test_the_usual_form_is_as_long_as_the_text_and_ends_its_lines_where_the_text_does(text: str) -> None:
    usual = in_usual_form(text)
    assert [len(line) for line in usual.split("\n")] == [len(line) for line in text.split("\n")]


@given(st.text(alphabet="abc 12:\n.", max_size=200))
def test_a_text_without_such_stamps_stays_itself(text: str) -> None:
    assert in_usual_form(text) == text
