"""A text as people read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.reading import as_read, on_one_line

PIECES = st.sampled_from(
    ["word", "\n", "\n\n", " \n", "  ", "\\", "\\[", "[", "]", "-", "• ", "言葉", ".", "\r\n", "é"]
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("It fell on the\nnorth side.", "It fell on the north side."),
        ("It fell. \n \nIt rose.", "It fell.\n\nIt rose."),
        ("a long-\nstanding case — a\n— dash -\nfree", "a long-standing case — a — dash - free"),
        ("港口的\n墙。\n\n好", "港口的墙。\n\n好"),
        ("It fell.\u00a0 It rose.\u00a0\u00a0It fell.", "It fell. It rose.\u00a0It fell."),
        ("Two things:\n• cost\n• time", "Two things:\n• cost\n• time"),
        (r"Francis Scott King \[Key\] Bridge\.", "Francis Scott King [Key] Bridge."),
        (r"C:\Users\ann, a \\[x]", r"C:\Users\ann, a \[x]"),
    ],
)
def test_lines_flow_paragraphs_stay_and_escapes_are_undone(text: str, read: str) -> None:
    assert as_read(text) == read


@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_word_is_lost_or_added(text: str) -> None:
    assert [char for char in as_read(text) if char.isalnum()] == [char for char in text if char.isalnum()]
    assert "\n" not in on_one_line(text)
