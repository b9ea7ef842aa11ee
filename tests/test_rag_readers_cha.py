"""CHAT files: utterances are turns of the people whom the head names; what is about them is left out and told."""

from __future__ import annotations

import pytest

from rag.errors import InputError
from rag.readers.chat_tiers import read
from rag.readers.detect import format_of
from rag.transcript import parse

FILE = (
    "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tINV Ines_Toll Investigator, PAR Participant, MOT Mother\n"
    "@ID:\teng|kiln|INV|||||Investigator|||\n@Date:\t03-MAY-2031\n"
    "*INV:\tin which year did the mill burn ? \x1510_2500\x15\n%mor:\tprep|in rel|which n|year\n"
    "*PAR:\tit burned &-uh in the year\n\tof the frost . \x152600_6000\x15\n%com:\tlaughs\n*MOT:\tit did !\n@End\n"
)


def test_utterances_are_said_by_those_whom_the_head_names_and_codes_are_shown_where_it_names_nobody() -> None:
    text, hints = read(FILE.encode(), "kiln.cha")
    document = parse(text, source="kiln.cha", hints=hints)
    assert [(turn.speaker, text[turn.start : turn.end], turn.seconds) for turn in document.turns] == [
        ("Ines Toll", "in which year did the mill burn?", 0.01),
        ("PAR", "it burned &-uh in the year of the frost.", 2.6),
        ("MOT", "it did!", None),
    ]
    assert document.date == "2031-05-03"
    assert document.notes[0] == "left out: 2 lines about what is said, such as %mor and %com"


def test_a_chat_file_is_known_by_its_first_lines_whatever_its_name() -> None:
    assert format_of(FILE.encode(), ".txt") == "cha"
    assert format_of(b"@Beginning of the talk\n", ".txt") == "text"


def test_a_file_in_which_nobody_speaks_is_refused() -> None:
    with pytest.raises(InputError, match="nobody says anything in this CHAT file"):
        read(b"@Begin\n@End\n", "a.cha")
