"""Markers in a generator's text → citations: only of what was offered, only where the document says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import transcript
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.citations import cite, remove_unknown_markers
from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.generators import GenerationRequest
from rag.notes import WROTE_NOTHING, FellBack
from rag.passages import passages_of
from rag.testing import ScriptedGenerator
from rag.transcript import parse
from rag.types import Answer, Document, Sentence

FOOTNOTE = "The wall was built of granite from Orsa [9] by nine masons in the summer of 1931."
TALK = transcript(
    ("Question", "What was seen?"),
    ("Ann Reed", "We saw a whale. It was grey."),
    ("Question", "Who paid?"),
    ("Jo Field", "Nobody paid for it."),
    ("Question", "Who built the harbour wall?"),
    ("Jo Field", FOOTNOTE),
)
DOCUMENT = parse(TALK, source="talk.txt")
PASSAGES = passages_of(DOCUMENT, count_tokens=lambda text: len(text.split()), max_tokens=99)


def quoted(text: str, number: int) -> Sentence:
    """A quote of a passage, at the place where the document first holds these characters."""
    start = DOCUMENT.text.index(text)
    return Sentence(PASSAGES[number], start, start + len(text), text, 1.0)


def only_document(document_id: str) -> Document:
    assert document_id == DOCUMENT.id
    return DOCUMENT


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("talk")
    (folder / "talk.txt").write_text(TALK, encoding="utf-8", newline="")
    archive = open_archive(folder / "archive")
    archive.ingest([folder / "talk.txt"])
    return archive


def test_citations_stand_in_the_order_of_their_markers_each_once() -> None:
    evidence = [quoted("We saw a whale.", 0), quoted("It was grey.", 0), quoted("Nobody paid for it.", 1)]
    citations = cite("Nobody [3], a whale [1]. Nobody [3], really [1][3].", evidence, only_document)
    assert [(c.marker, c.quote, c.speaker, c.asked, c.verified) for c in citations] == [
        (3, "Nobody paid for it.", "Jo Field", "Who paid?", True),
        (1, "We saw a whale.", "Ann Reed", "What was seen?", True),
    ]


def test_what_is_not_marked_is_not_cited() -> None:
    evidence = [quoted("We saw a whale.", 0)]
    assert cite("We saw a whale. [x] (1) 1] [ 1] [-1] [1.5] [0] [2] [99999]", evidence, only_document) == ()


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param(quoted("It was grey.\n\nQuestion: Who paid?", 0), id="it runs into the next question"),
        pytest.param(quoted("Who paid?", 1), id="it is the question itself"),
        pytest.param(quoted("Ann Reed: We saw", 0), id="it begins with the label"),
        pytest.param(quoted("Nobody paid for it.", 0), id="it is another speaker's"),
    ],
)
def test_a_quote_outside_its_speakers_turn_is_not_verified(quote: Sentence) -> None:
    (citation,) = cite("[1]", [quote], only_document)
    assert DOCUMENT.text[citation.start : citation.end] == citation.quote
    assert not citation.verified


_WORDS = st.sampled_from(["Yes", "no", "a whale", "\n", ". ", " ", "[", "]", "1", "“", "é"])
_MARKERS = st.integers(min_value=0, max_value=40).map("[{}]".format)


@given(st.lists(st.one_of(st.sampled_from(["Yes ", "no. ", "\n", "é, "]), _MARKERS), max_size=30), st.integers(0, 9))
def test_exactly_the_unknown_markers_go_and_every_word_stays(pieces: list[str], offered: int) -> None:
    known = {f"[{number}]" for number in range(1, offered + 1)}
    kept = [piece for piece in pieces if not piece.startswith("[") or piece in known]
    cleaned, removed = remove_unknown_markers("".join(pieces), offered)
    assert removed == len(pieces) - len(kept)
    assert cleaned.split() == "".join(kept).split() or re.sub(r"\s", "", cleaned) == re.sub(r"\s", "", "".join(kept))
    assert re.findall(r"\[\d+\]", cleaned) == [piece for piece in kept if piece.startswith("[")]


@given(st.lists(st.one_of(_WORDS, _MARKERS), max_size=20), st.integers(0, 9))
def test_a_text_without_unknown_markers_is_left_as_it_is(pieces: list[str], offered: int) -> None:
    text = "".join(pieces)
    if all(1 <= int(number) <= offered for number in re.findall(r"\[(\d{1,4})\]", text)):
        assert remove_unknown_markers(text, offered) == (text, 0)
    else:
        assert remove_unknown_markers(text, offered)[1] > 0


def test_a_generator_is_handed_the_question_the_history_and_quotes_that_the_document_holds(talk: Archive) -> None:
    generator = ScriptedGenerator("It was a whale [1].")
    answer = Assistant(talk, generator=generator).ask("What was seen, a whale?", history=["Who paid?"])
    (request,) = generator.requests
    assert (request.question, request.history) == ("What was seen, a whale?", ("Who paid?",))
    assert [TALK[quote.start : quote.end] for quote in request.evidence] == [quote.text for quote in request.evidence]
    assert (answer.text, answer.generator) == ("It was a whale [1].", "ScriptedGenerator")
    assert [(c.quote, c.start, c.end) for c in answer.citations] == [
        (request.evidence[0].text, request.evidence[0].start, request.evidence[0].end)
    ]


def test_a_marker_that_comes_in_pieces_is_a_marker(talk: Archive) -> None:
    *pieces, answer = Assistant(
        talk, generator=ScriptedGenerator(lambda _: ["A whale [", "1", "], no shark [", "40]."])
    ).stream("Who saw a whale?")
    assert pieces == ["A whale [", "1", "], no shark [", "40]."]
    assert isinstance(answer, Answer)
    assert answer.text == "A whale [1], no shark."
    assert [citation.marker for citation in answer.citations] == [1]


def test_a_generator_that_says_nothing_is_stood_in_for_and_the_note_says_so(talk: Archive) -> None:
    answer = Assistant(talk, generator=ScriptedGenerator(lambda _: [])).ask("Who saw a whale?")
    assert (answer.text, answer.generator) == (Assistant(talk).ask("Who saw a whale?").text, "extractive")
    assert answer.notes == (FellBack("ScriptedGenerator", WROTE_NOTHING),)


def test_fewer_passages_are_the_first_of_more(talk: Archive) -> None:
    answers = [Assistant(talk).ask("Who saw a whale?", k=k) for k in (1, 2, 3)]
    assert [len(answer.passages) for answer in answers] == [1, 2, 3]
    assert answers[0].passages == answers[2].passages[:1]
    assert answers[1].passages == answers[2].passages[:2]
    assert {answer.text for answer in answers} == {answers[0].text}


@pytest.mark.parametrize(
    "question",
    ["Which chord follows a dominant seventh?", "How many moons does Jupiter have?", "??", "🐋"],
)
def test_a_question_about_something_else_leaves_the_record_silent(bundled: Archive, question: str) -> None:
    generator = ScriptedGenerator("Made up [1].")
    answer = Assistant(bundled, generator=generator).ask(question)
    assert (answer.status, answer.citations, generator.requests) == ("not_on_record", (), [])
    assert len(answer.passages) == 8


def test_a_question_without_a_word_leaves_the_record_silent(bundled: Archive) -> None:
    assert Assistant(bundled).ask("“”").status == "not_on_record"


def test_removing_a_marker_makes_no_other() -> None:
    cleaned, _ = remove_unknown_markers("No [[9]1].", offered=1)
    assert cite(cleaned, [quoted("We saw a whale.", 0)], only_document) == ()


@pytest.mark.parametrize("text", ["A whale [01].", "A whale [١]."])
def test_the_marker_of_every_citation_stands_in_the_text(text: str) -> None:
    cleaned, _ = remove_unknown_markers(text, offered=1)
    for citation in cite(cleaned, [quoted("We saw a whale.", 0)], only_document):
        assert f"[{citation.marker}]" in cleaned


def test_a_footnote_in_a_quote_stays_in_the_answer(talk: Archive) -> None:
    answer = Assistant(talk).ask("Who built the harbour wall of granite?")
    assert answer.citations[0].quote == FOOTNOTE
    assert f"“{FOOTNOTE}”" in answer.text


def test_a_number_in_brackets_inside_a_quote_cites_nothing(tmp_path: Path) -> None:
    said = [
        ("Question", "Who built the harbour wall?"),
        ("Ann Reed", "The harbour wall was built by nine masons, see plate [3] in the book."),
        ("Question", "And who built the harbour wall again?"),
        ("Ann Reed", "The harbour wall was built again by seven masons."),
        ("Question", "Who repairs the harbour wall?"),
        ("Ann Reed", "The harbour wall was repaired by nine other masons."),
    ]
    (tmp_path / "talk.txt").write_text(transcript(*said), encoding="utf-8")
    archive = open_archive(tmp_path / "archive")
    archive.ingest([tmp_path / "talk.txt"])
    generator = _FirstQuoteHolding("[3]")
    answer = Assistant(archive, generator=generator).ask("Who built the harbour wall?")
    assert [citation.marker for citation in answer.citations] == [generator.marker]


class _FirstQuoteHolding:
    """A well-behaved generator: quotes one piece of evidence word for word, and cites it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.marker = 0

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        self.marker, quote = next(
            (number, quote) for number, quote in enumerate(request.evidence, start=1) if self.text in quote.text
        )
        assert len(request.evidence) == 3
        yield f"“{quote.text}” [{self.marker}]"
