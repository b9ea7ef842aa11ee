"""What reading must do with any text, however odd: turns are ranges in order, no word changes its place, work grows in line."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from conftest import transcript
from hypothesis import given, settings
from hypothesis import strategies as st
from made_conversations import turns_of

from rag.readers.detect import format_of
from rag.transcript import parse
from rag.transcript.roles import assign_roles
from rag.transcript.speakers import who_is_who
from rag.types import Document

# Letters that change their number when their case does, accents by themselves, NUL, brackets, signs of other scripts.
ODD = 'ſKİıß\u0301\u0327\u200b\ufeff\0\t ()[]{}<>*_#:：;.,!?…“”"-–—aBéЖ年月12'
LABELS = [
    "Ann Reed: ", "**Bo Lind:** ", "Q. ", "A   ", "[00:01:02] Ann Reed: ", "Mr. LIND. ", "Ann Reed\n", "- Bo Lind: ",
    "P. ", "\u0301\u0301: ", "ſ: ", "İ. Reed: ", "<Bo> ", "### Ann Reed\n", "## A chapter\n", "00:01\n", "ann: ", "问：",
]  # fmt: skip
ENDS = ["\n\n", "\n", " ", "\n\n\n", "\n    ", ""]
odd_paragraphs = st.builds(
    "".join, st.tuples(st.sampled_from(LABELS), st.text(ODD, max_size=15), st.sampled_from(ENDS))
)
odd_transcripts = st.lists(odd_paragraphs, max_size=12).map("".join)


def read(text: str) -> Document:
    return parse(text, source="a.txt")


@settings(deadline=None)
@given(odd_transcripts)
def test_turns_of_any_text_are_ranges_in_order_that_do_not_overlap(text: str) -> None:
    document = read(text)
    assert all(0 <= turn.start < turn.end <= len(text) for turn in document.turns)
    assert all(one.end <= other.start for one, other in pairwise(document.turns))
    assert all(text[turn.start : turn.end] == text[turn.start : turn.end].strip() for turn in document.turns)
    assert all(0 <= piece.start <= piece.end <= len(text) for piece in document.left_out)
    assert 0.0 <= document.confidence <= 1.0
    assert read(text) == document


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read(text: str) -> None:
    document = read(text)
    assert document.text == text


@settings(deadline=None)
@given(st.lists(st.text(ODD, min_size=1, max_size=8), min_size=1, max_size=6, unique=True))
def test_names_of_any_labels_stand_for_themselves_and_have_roles(labels: list[str]) -> None:
    names = who_is_who(labels).names
    assert list(names) == labels
    shown = who_is_who(list(dict.fromkeys(names.values()))).names
    assert {shown[name] for name in names.values()} == set(shown.values())
    roles = assign_roles([(name, "Why?") for name in names.values()])
    assert set(roles) == set(names.values())


SAID = [
    ("Ilse Brandt", "Who told the passengers?"),
    ("Tom Arden", "I told them myself, on the upper deck."),
    ("Ilse Brandt", "And what did they say to you?"),
    ("Tom Arden", "They said nothing at all, and went below."),
] * 3
plain_paragraphs = st.lists(
    st.sampled_from("harbour ferry winter lantern bridge the a of in on near yellow slowly".split()),
    min_size=4,
    max_size=25,
).map(lambda words: " ".join(words).capitalize() + ".")


@settings(deadline=None)
@given(plain_paragraphs, st.integers(1, len(SAID)))
def test_a_paragraph_that_is_added_to_a_turn_moves_no_other_paragraph(paragraph: str, place: int) -> None:
    before = [f"{name}: {said}" for name, said in SAID]
    document = read("\n\n".join([*before[:place], paragraph, *before[place:]]))
    spoken = [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns]
    expected = [*SAID]
    name, said = expected[place - 1]
    expected[place - 1] = (name, f"{said}\n\n{paragraph}")
    assert spoken == expected


def steps_of(text: str) -> int:
    """How many calls and lines of Python it takes to read a text: the same every time, unlike seconds."""
    steps = 0

    def count(*_: object) -> object:
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]
    try:
        read(text)
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize(
    "form",
    [
        "{name}: {said}\n\n",
        "**{name}:** {said}\n\n",
        "{name}\n{said}\n\n",
        "[{n:02}:00] {name}: {said}\n\n",
        "{said}\n\n",
    ],
)
def test_the_work_of_reading_grows_with_the_text_and_no_faster(form: str) -> None:
    def transcript(times: int) -> str:
        return "".join(form.format(name=name, said=said, n=n) for n, (name, said) in enumerate(SAID * times))

    steps_of(transcript(2))  # what is computed once for all documents
    small, large = steps_of(transcript(8)), steps_of(transcript(16))
    assert large < 2.3 * small


@pytest.mark.parametrize("piece", [b"<!--a-->", b"<!--", b"<!-- -->\n", b"<?xml ?>", b"[00:01.00]", b'{"', b"-->"])
def test_the_format_of_a_long_head_is_seen_at_once(piece: bytes) -> None:
    # Trying all ways of sharing out the comments would take 2 ** 8000 steps; that this ends is the test.
    assert format_of(piece * 8000, ".txt") == format_of(piece * 4, ".txt")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_is_parsed_into_ranges_in_order(text: str) -> None:
    document = parse(text, source="any.txt")
    position = 0
    for turn in document.turns:
        assert position <= turn.start < turn.end <= len(text)
        position = turn.end


_WORDS = st.text(alphabet='abcdefgh é—’"”.,?!12', min_size=1, max_size=60).map(str.strip).filter(bool)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Question", "Ann Reed", "Jo Field"]), st.lists(_WORDS, min_size=1, max_size=3)),
        min_size=4,
        max_size=12,
    )
)
def test_turns_labels_white_space_and_what_is_left_out_make_up_the_whole_text(
    said: list[tuple[str, list[str]]],
) -> None:
    text = transcript(*((speaker, "\n\n".join(paragraphs)) for speaker, paragraphs in said))
    document = parse(text, source="any.txt")
    rest = list(text)
    for turn in document.turns:
        rest[turn.start : turn.end] = [" "] * (turn.end - turn.start)
    for start, end in (piece.span for piece in document.left_out):
        rest[start:end] = [" "] * (end - start)
    assert (
        set("".join(rest).replace("Question:", "").replace("Ann Reed:", "").replace("Jo Field:", "").split()) == set()
    )


_HEADS = st.sampled_from(
    [
        "---\n",
        "title: x\n",
        "date: soon\n",
        "Q: ",
        "A: ",
        "Ann Reed: ",
        "**Jo Field:** ",
        "[00:01] ",
        "[99:99:99] ",
        "\n",
        "\n\n",
        "Guest: ",
        "Interviewer: Jo Field\n",
        "Check Also\n",
        "***",
        "3 May 2024",
        "99.99.9999",
        "٣ May ٢٠٢٤",
        "[٠٠:٠١] ",
        "\x85",
        "\u2028",
        "\x1c",
        "\t",
        "²:²²",
        "Why?",
        "So.",
        "Place: Oslo, 3 May 2024\n",
        "Speakers: , ; and\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_HEADS, max_size=25).map("".join), st.sampled_from(["a.txt", "", ".x", "31.02.2024.txt"]))
def test_pieces_of_transcripts_in_any_order_are_parsed_into_trimmed_ranges_in_order(text: str, source: str) -> None:
    document = parse(text, source=source)
    position = 0
    for turn in document.turns:
        assert position <= turn.start < turn.end <= len(text)
        assert text[turn.start : turn.end] == text[turn.start : turn.end].strip()
        position = turn.end


_NAMES = st.lists(
    st.sampled_from(["Ann Reed", "Édith Müller", "Анна Рид", "O’Neill Stone", "T. Merrin", "Dr. Noor Field"]),
    min_size=2,
    max_size=4,
    unique=True,
)
_SENTENCES = st.lists(
    st.text(alphabet="abcdé жш新聞🐋’“”,", min_size=1, max_size=30).map(str.strip).filter(bool).map("{}.".format),
    min_size=1,
    max_size=3,
).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_who_speaks_at_least_twice_has_exactly_what_was_said(data: st.DataObject) -> None:
    names = data.draw(_NAMES)
    paragraphs = st.lists(_SENTENCES, min_size=1, max_size=3).map("\n\n".join)
    said = [(name, data.draw(paragraphs)) for name in names * 2]
    assert [(speaker, text) for speaker, _, text in turns_of(transcript(*said))] == said


@pytest.mark.parametrize("piece", [b"<!--a-->", b"<!-- -->\n"])
@pytest.mark.parametrize("times", [25, 50, 400])
def test_comments_before_a_page_and_before_text_are_read_over(piece: bytes, times: int) -> None:
    assert format_of(piece * times + b"<html>", ".txt") == "html"
    assert format_of(piece * times + b"Ann Reed: Yes.", ".txt") == format_of(piece + b"Ann Reed: Yes.", ".txt")


@pytest.mark.parametrize(
    "piece",
    [
        "Ann ", "Ann-", "A. ", "Mr. ", "Ann Reed, ", "Ann Reed: ", "x: ", "1. ", "> ", "(", "**", "#", "“", "¿", "\t", "---\n",
        "[00:00:01] ", "2024-", "[a](b", "<b>", "， ", ". - ",
    ],
)  # fmt: skip
def test_one_piece_however_often_is_read_to_the_end(piece: str) -> None:
    # The steps inside a regular expression are not counted above. One that tries all ways would never end here.
    for text in (piece * 4000, f"Ann Reed: {piece * 4000}\n\nBo Lind: {piece * 4000}\n\n" * 2):
        assert read(text).text == text
