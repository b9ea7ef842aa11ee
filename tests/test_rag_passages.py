"""Document → passages."""

from __future__ import annotations

import itertools
import re

import pytest
from conftest import transcript
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.archive import Archive
from rag.passages import passages_of
from rag.text.sentences import split_paragraphs, split_sentences
from rag.transcript import parse
from rag.types import Document


def count_words(text: str) -> int:
    return len(text.split())


def test_each_answer_paragraph_of_the_real_interview_is_whole_in_a_passage_or_cut_into_them(
    interview: Document,
) -> None:
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
        assert parts[0][0] == start or (len(parts) == 1 and parts[0][0] < start)
        assert parts[-1][1] == end or (len(parts) == 1 and parts[0][1] > end)
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
    passages = passages_of(document, count_tokens=count_words, max_tokens=2)
    asked = [(passage.text, passage.asked) for passage in passages]
    assert asked == [("So.", "Why?\n\nTell us."), ("And so.", "Why?\n\nTell us."), ("No.", "And?")]


def paragraphs_of(*lengths: int) -> list[str]:
    """Paragraphs of one sentence each, with these numbers of words."""
    return [f"{' '.join(['Word'] * (length - 1))} {number}." for number, length in enumerate(lengths)]


@pytest.mark.parametrize(
    ("lengths", "joined"),
    [
        ((3, 4, 5), [[0, 1, 2]]),
        ((100, 28), [[0, 1]]),
        ((100, 29), [[0], [1]]),
        ((60, 60, 20, 5), [[0, 1], [2, 3]]),
        ((5, 200, 5), [[0], [1], [2]]),
    ],
)
def test_short_paragraphs_of_a_turn_are_one_passage_as_long_as_they_are_short_together(
    lengths: tuple[int, ...], joined: list[list[int]]
) -> None:
    said = paragraphs_of(*lengths)
    document = parse(transcript(("Question", "?"), ("Ann Reed", "\n\n".join(said))), source="a")
    passages = passages_of(document, count_tokens=count_words, max_tokens=250)
    assert [passage.text for passage in passages] == ["\n\n".join(said[n] for n in group) for group in joined]


def test_nothing_is_joined_over_a_stage_note_or_a_change_of_speakers() -> None:
    document = parse(
        transcript(
            ("Question", "Why?"),
            ("Ann Reed", "So.\n\n(Laughter.)\n\nAnd so."),
            ("Bo Lind", "No."),
            ("Ann Reed", "Yes."),
        ),
        source="a",
    )
    passages = passages_of(document, count_tokens=count_words, max_tokens=99)
    assert [(passage.speaker, passage.text) for passage in passages] == [
        ("Ann Reed", "So."), ("Ann Reed", "And so."), ("Bo Lind", "No."), ("Ann Reed", "Yes."),
    ]  # fmt: skip


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
    answers = [turn for turn in document.turns if turn.speaker == "Ann Reed"]
    paragraphs = [split_paragraphs(document.text, turn.start, turn.end) for turn in answers]
    texts = [[document.text[start:end] for start, end in spans] for spans in paragraphs]
    assert texts == [[wrapped], lines.split("\n")]


@pytest.mark.parametrize("limit", [12, 40, 120, 400])
def test_no_passage_of_the_bundled_transcripts_exceeds_the_limit_and_each_ends_where_a_sentence_or_paragraph_does(
    bundled: Archive, limit: int
) -> None:
    for document in bundled.documents():
        text = document.text
        for passage in passages_of(document, count_tokens=count_words, max_tokens=limit):
            assert count_words(passage.text) <= limit
            turn = document.turns[passage.turn]
            # The last paragraph of the passage.
            paragraph_end = text.find("\n\n", passage.end, turn.end)
            paragraph_end = turn.end if paragraph_end < 0 else paragraph_end
            paragraph_start = max(turn.start, text.rfind("\n\n", turn.start, passage.end) + 2)
            paragraph = text[paragraph_start:paragraph_end]
            sentences = split_sentences(paragraph)
            ends = {paragraph_start + end for _, end in sentences}
            inside = next((s for s in sentences if passage.end <= paragraph_start + s[1]), sentences[-1])
            assert passage.end in ends or count_words(paragraph[slice(*inside)]) > limit


def test_the_archives_passages_fit_its_encoder_and_hold_every_character_of_every_answer_once(bundled: Archive) -> None:
    for document in bundled.documents():
        held = [0] * len(document.text)
        for passage in bundled.passages(document.id):
            assert bundled.encoder.count_tokens(passage.text) <= bundled.encoder.max_tokens
            assert document.text[passage.start : passage.end] == passage.text
            for place in range(passage.start, passage.end):
                held[place] += 1
        spoken = {p for t in document.turns if t.role != "interviewer" for p in range(t.start, t.end)}
        for place, char in enumerate(document.text):
            if not char.isspace():
                assert held[place] == (place in spoken), (document.source, place)


@pytest.mark.parametrize(
    ("source", "paragraphs"),
    [("press-conference.txt", 30), ("hearing.md", 31), ("long-interview.txt", 31), ("podcast.md", 32)],
)
def test_the_bundled_transcripts_have_as_many_answer_paragraphs_as_their_readme_says(
    bundled: Archive, source: str, paragraphs: int
) -> None:
    (document,) = (document for document in bundled.documents() if document.source == source)
    answers = [turn for turn in document.turns if turn.role != "interviewer"]
    assert sum(len(split_paragraphs(document.text, turn.start, turn.end)) for turn in answers) == paragraphs


def test_the_question_of_a_passage_is_the_last_interviewers_turn_before_it(bundled: Archive) -> None:
    for document in bundled.documents():
        for passage in bundled.passages(document.id):
            before = [t for t in document.turns if t.role == "interviewer" and t.start < passage.start]
            assert passage.asked == (document.text[before[-1].start : before[-1].end] if before else "")
            assert (passage.speaker, passage.role) == (document.turns[passage.turn].speaker, "respondent")
