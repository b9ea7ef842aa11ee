"""Document → passages."""

from __future__ import annotations

import itertools
import re

import pytest
from conftest import transcript
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.passages import passages_of, split_sentences
from rag.transcript import parse
from rag.types import Document


def count_words(text: str) -> int:
    return len(text.split())


def test_each_answer_paragraph_of_the_real_interview_is_a_passage_or_cut_into_them(interview: Document) -> None:
    passages = passages_of(interview, count_tokens=count_words, max_tokens=180)
    ranges = [(passage.start, passage.end) for passage in passages]
    paragraphs = [
        (turn.start + found.start(), turn.start + found.end())
        for turn in interview.turns
        if turn.role == "respondent"
        for found in re.finditer(r"\S.*\S|\S", interview.text[turn.start : turn.end])
    ]
    assert len(paragraphs) == 106
    for start, end in paragraphs:
        parts = [(a, z) for a, z in ranges if a < end and start < z]
        assert parts[0][0] == start
        assert parts[-1][1] == end
        assert "".join(interview.text[a:z] for a, z in parts).split() != []
        assert all(not interview.text[z:a].strip() for (_, z), (a, _) in itertools.pairwise(parts))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text(alphabet="abc DEF.?! é’\n", min_size=1, max_size=300).map(str.strip).filter(bool),
        min_size=1,
        max_size=4,
    ),
    st.integers(min_value=3, max_value=40),
)
def test_no_character_of_an_answer_is_lost_or_moved_and_no_passage_exceeds_the_limit(
    answers: list[str], limit: int
) -> None:
    turns = [turn for answer in answers for turn in (("Question", "Why?"), ("Ann Reed", answer))]
    document = parse(transcript(*turns), source="a.txt")
    passages = passages_of(document, count_tokens=count_words, max_tokens=limit)
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert count_words(passage.text) <= limit
    spoken = "".join(document.text[t.start : t.end] for t in document.turns if t.role != "interviewer")
    assert "".join("".join(passage.text for passage in passages).split()) == "".join(spoken.split())


def test_a_long_paragraph_is_cut_between_sentences_into_parts_of_about_equal_length() -> None:
    sentences = [f"Sentence number {number} has seven words here." for number in range(9)]
    document = parse(
        transcript(("Question", "Why?"), ("Ann Reed", " ".join(sentences)), ("Question", "?"), ("Ann Reed", "So.")),
        source="a",
    )
    passages = passages_of(document, count_tokens=count_words, max_tokens=35)
    assert [passage.text for passage in passages] == [" ".join(sentences[:5]), " ".join(sentences[5:]), "So."]


def test_a_passage_knows_the_question_that_it_answers() -> None:
    document = parse(
        transcript(
            ("Question", "Why?\n\nTell us."), ("Ann Reed", "So.\n\nAnd so."), ("Question", "And?"), ("Ann Reed", "No.")
        ),
        source="a",
    )
    asked = [
        (passage.text, passage.asked) for passage in passages_of(document, count_tokens=count_words, max_tokens=99)
    ]
    assert asked == [("So.", "Why?\n\nTell us."), ("And so.", "Why?\n\nTell us."), ("No.", "And?")]


@pytest.mark.parametrize("name", ["J. Sullivan", "M. G. Sandu", "Dr. Reed", "U.S. Navy"])
def test_an_abbreviated_name_ends_no_sentence(name: str) -> None:
    assert split_sentences(f"We met {name} there. It rained.") == [
        (0, 16 + len(name) - 2),
        (17 + len(name) - 2, 27 + len(name) - 2),
    ]


def test_wrapped_lines_are_one_paragraph_and_lines_that_end_sentences_are_several() -> None:
    wrapped = "It was\nlate and\ndark."
    lines = "It was late.\nIt was dark.\nWe slept."
    document = parse(
        transcript(("Question", "?"), ("Ann Reed", wrapped), ("Question", "?"), ("Ann Reed", lines)), source="a"
    )
    texts = [passage.text for passage in passages_of(document, count_tokens=count_words, max_tokens=99)]
    assert texts == [wrapped, *lines.split("\n")]
