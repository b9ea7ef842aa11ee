"""The numbers of a page's lines, in the forms that courts print them, are in nobody's mouth, and labels stand behind them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.transcript import parse
from rag.transcript.page_lines import without_line_numbers

LINES = [
    "Ann Reed: Did the ferry sail on Monday?",
    "Bo Lind: It did not sail. The ramp was",
    "iced over for a week.",
    "Ann Reed: Who decided that?",
    "Bo Lind: I decided it at noon, and wrote",
    "it down in the log.",
    "Ann Reed: Who saw it?",
    "Bo Lind: Nine men did.",
    "Ann Reed: Which men?",
    "Bo Lind: The crew.",
]


@pytest.mark.parametrize("form", ["{n} {line}", "  {n}   {line}", "{n:02d}: {line}", "[{n}] {line}", "{n}\t{line}"])
@pytest.mark.parametrize("count", [4, 10])
def test_numbers_that_count_the_lines_are_cut_out_of_what_is_said(form: str, count: int) -> None:
    text = "\n".join(form.format(n=n, line=line) for n, line in enumerate(LINES[:count], 1)) + "\n"
    document = parse(text, source="a.txt")
    said = " ".join(text[turn.start : turn.end] for turn in document.turns)
    assert said == " ".join(line.partition(": ")[2] or line for line in LINES[:count])
    assert {turn.speaker for turn in document.turns} == {"Ann Reed", "Bo Lind"}


def test_lines_are_counted_on_each_page_anew_and_the_number_of_the_page_is_cut_too() -> None:
    pages = [
        [f"{' ' * 40}{page}", *(f"{n:2}  {line}" for n, line in enumerate(LINES[start : start + 5], 1))]
        for page, start in ((14, 0), (15, 5))
    ]
    text = "\n".join(line for page in pages for line in page) + "\n"
    document = parse(text, source="a.txt")
    assert " ".join(text[turn.start : turn.end] for turn in document.turns) == " ".join(
        line.partition(": ")[2] or line for line in LINES
    )


def test_a_list_of_years_keeps_its_numbers() -> None:
    text = "Ann Reed: When?\n\nBo Lind: In many years:\n1931 was wet\n1932 was dry\n1950 was cold\n\nAnn Reed: So?\n\nBo Lind: Yes.\n"
    document = parse(text, source="a.txt")
    assert (
        text[document.turns[1].start : document.turns[1].end]
        == "In many years:\n1931 was wet\n1932 was dry\n1950 was cold"
    )


@given(st.text(alphabet="0123456789[]: \nab", max_size=200))
def test_a_text_without_its_line_numbers_is_as_long_and_loses_nothing_but_them(text: str) -> None:
    plain = without_line_numbers(text)
    assert len(plain) == len(text)
    assert all(a == b or (b == " " and a in "0123456789[]:") for a, b in zip(text, plain, strict=True))
