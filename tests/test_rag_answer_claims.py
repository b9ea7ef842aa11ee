"""The sentences of an answer, each with the markers that belong to it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.claims import claims_of
from rag.answer.quotations import find_quotations

PIECES = st.sampled_from(
    [
        "It rained. ",
        "“No. Never.”",
        " [1]",
        "[2]",
        "\n",
        "\n\n",
        "1. ",
        "12. März 2025 ",
        "He said: ",
        '"',
        "…",
        " ",
        "a",
    ]
)


def test_a_quotation_that_ends_in_a_quotation_keeps_its_marker() -> None:
    text = 'Ann Reed: “It fell. He wrote, "No."” [1] “He was wrong.” [2]'
    markers = [(text.index("[1]"), text.index("[1]") + 3, 1), (text.index("[2]"), text.index("[2]") + 3, 2)]
    spans = claims_of(text, find_quotations(text, []), markers)
    assert [text[start:end] for start, end in spans] == [
        'Ann Reed: “It fell. He wrote, "No."” [1]',
        "“He was wrong.” [2]",
    ]


@given(st.lists(PIECES, max_size=12))
def test_every_word_is_in_one_claim_and_claims_follow_one_another(pieces: list[str]) -> None:
    text = "".join(pieces)
    markers = [(m.start(), m.end(), int(m[1])) for m in re.finditer(r"\[(\d)\]", text)]
    spans = claims_of(text, find_quotations(text, []), markers)
    places = [place for start, end in spans for place in range(start, end)]
    assert places == sorted(set(places))
    marked = {place for start, end, _ in markers for place in range(start, end)}
    words = [place for place, char in enumerate(text) if char.isalnum() and place not in marked]
    alone = {place for place in words if re.fullmatch(r"\d+\. *", text.splitlines()[text[:place].count("\n")])}
    assert set(words) - alone <= set(places)
