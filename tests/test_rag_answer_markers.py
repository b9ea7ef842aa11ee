"""Numbers in brackets in a model's text become the markers of an answer."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st
from made_models import numbered

from rag.answer.markers import MarkerStream, number_markers
from rag.types import Sentence

PASSAGES = [list(numbered("Ann paid.", "Twice.").sentences), list(numbered("Jo came.", document="e").sentences)]


@given(
    st.lists(st.text(alphabet="[]1239. ,\nab", max_size=6) | st.sampled_from(["[1.1]", "[2]", " [9.9]"]), max_size=30)
)
@example(["[1\n", "]"])
def test_markers_come_in_pieces_as_in_the_whole(pieces: list[str]) -> None:
    stream = MarkerStream(PASSAGES, choose=lambda sentences, _: sentences[0])
    shown = "".join(map(stream.add, pieces)) + stream.end()
    whole = number_markers("".join(pieces), PASSAGES, choose=lambda sentences, _: sentences[0]).text
    assert shown.split() == whole.split()


def slow(text: str) -> tuple[str, list[Sentence], int]:
    """The same as `number_markers` for single numbers `[p.s]`: one after the other, by looking them up in a table."""
    offered = {f"{p}.{s}": own for p, passage in enumerate(PASSAGES, 1) for s, own in enumerate(passage, 1)}
    cited: list[Sentence] = []
    words, unknown = [], 0
    for piece in re.split(r"(\[\d\.\d\])", text):
        if not re.fullmatch(r"\[\d\.\d\]", piece):
            words.append(piece)
        elif sentence := offered.get(piece[1:-1]):
            cited += [] if sentence in cited else [sentence]
            words.append(f"[{cited.index(sentence) + 1}]")
        else:
            unknown += 1
    return "".join(words), cited, unknown


@given(
    st.lists(
        st.sampled_from(["Ann paid", " ", ", ", ".", "[1.1]", "[1.2]", "[2.1]", "[2.2]", "[9.1]", "[1.0]"]), max_size=14
    )
)
def test_single_numbers_become_markers_as_one_would_do_it_by_hand(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = number_markers(text, PASSAGES, choose=lambda sentences, _: None)
    words, cited, unknown = slow(text)
    assert (list(found.cited), found.dangling) == (cited, unknown)
    assert re.sub(r"\s", "", found.text) == re.sub(r"\s", "", words)  # white space around markers may differ
