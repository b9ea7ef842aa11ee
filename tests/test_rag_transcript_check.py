"""The self-check: a parse that somebody should look at says so, and keeps doubtful words under no name."""

from __future__ import annotations

import re

import pytest

from rag.transcript import parse
from rag.transcript.check import CERTAIN_FROM, check
from rag.types import Document, Turn

NAMES = ("ANN REED", "JO FIELD")


def document_of(*said: tuple[str, str], form: str = "{}: {}", confidence: float = 0.99) -> Document:
    """A document as a grammar left it that knows nobody but Reed and Field: others are in the turn before."""
    text, turns = "", []
    for label, words in said:
        text += form.format(label, words) + "\n\n"
        start = text.rindex(words)
        if label in NAMES or not turns:
            turns.append(Turn(label, "respondent", start, start + len(words), label=label))
        else:
            last = turns[-1]
            turns[-1] = Turn(last.speaker, last.role, last.start, start + len(words), label=last.label)
    return Document("d", "", None, None, "a.txt", text, tuple(turns), confidence=confidence)


TALK = (("ANN REED", "Who paid?"), ("JO FIELD", "The town did."), ("ANN REED", "And then?"), ("JO FIELD", "It rained."))
MORE = ("IDA VALE, DIRECTOR OF THE HARBOUR BOARD OF THE TOWN AND OF ALL ITS FERRIES", "I paid for it.")
FORMS = ("{}: {}", "**{}**: {}", "{}.- {}", "[{}] {}", "> {}: {}", "{}\n{}", "10:02 {}: {}")


def said_by(document: Document) -> list[tuple[str, str]]:
    return [(turn.speaker, document.text[turn.start : turn.end]) for turn in document.turns]


@pytest.mark.parametrize("form", FORMS)
def test_what_stands_behind_a_line_that_opens_like_a_label_is_nobodys(form: str) -> None:
    found = check(document_of(*TALK, MORE, form=form))
    assert said_by(found)[:4] == list(TALK)
    (speaker, words), certain = said_by(found)[4], found.turns[4].certain
    assert (speaker, certain, MORE[1] in words) == ("", False, True)
    assert found.confidence < 0.6
    assert re.fullmatch(
        r"1 paragraph inside a turn begins like a speaker's name: “IDA VALE, DIRECTOR OF.*”\. Check who speaks\.",
        found.notes[-1],
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_sound_parse_keeps_its_confidence_and_gets_no_note(form: str) -> None:
    sound = document_of(*TALK, form=form)
    assert check(sound) == sound


@pytest.mark.parametrize("aside", ["First of all: no.", "Look: it rained.", "THAT WAS ALL", "Note: it is paid."])
def test_a_colon_in_a_speech_makes_no_doubt(aside: str) -> None:
    sound = document_of(*TALK[:-1], ("JO FIELD", f"It rained.\n\n{aside}\n\nSo look at it."))
    assert check(sound) == sound


def test_few_labels_that_own_many_paragraphs_are_doubted() -> None:
    found = check(document_of(TALK[0], ("JO FIELD", "\n\n".join(f"Paragraph {n}." for n in range(40)))))
    assert found.confidence == 0.5
    assert found.notes == ("2 labels of speakers for 41 paragraphs. Check that nobody else speaks in them.",)


def test_half_the_words_under_no_name_are_told() -> None:
    text = "One two three. Four five six."
    turns = (Turn("Ann Reed", "respondent", 0, 14), Turn("", "other", 15, 29))
    found = check(Document("d", "", None, None, "a.json", text, turns, confidence=1.0))
    assert found.confidence == 0.6
    assert found.notes == ("50 % of the words have no speaker. Check whether names are missing.",)


def test_words_that_are_nowhere_are_counted() -> None:
    text = "ANN REED: Yes.\n\n" + "lost words " * 50 + "\n\nJO FIELD: No."
    turns = (
        Turn("Ann Reed", "respondent", 10, 14, label="ANN REED"),
        Turn("Jo Field", "respondent", len(text) - 3, len(text), label="JO FIELD"),
    )
    found = check(Document("d", "", None, None, "a.txt", text, turns, confidence=1.0))
    assert found.confidence == 0.6
    assert found.notes == ("86 words are in nobody's turn. Check that no speech is missing.",)


def test_below_the_bound_no_speaker_is_certain() -> None:
    found = check(document_of(*TALK, confidence=CERTAIN_FROM - 0.01))
    assert [turn.certain for turn in found.turns] == [False] * 4


def test_every_parse_ends_with_the_check() -> None:
    text = "".join(f"{label}: {words}\n\n" for label, words in (*TALK, *TALK, MORE))
    document = parse(text, source="a.txt")
    assert all(MORE[1] not in words for speaker, words in said_by(document) if speaker in ("Ann Reed", "Jo Field"))


def test_words_that_another_reading_gives_to_others_lower_the_confidence_and_are_told() -> None:
    talk = parse("ANN REED: Why?\n\nJO FIELD: So.\n\nANN REED: When?\n\nJO FIELD: Now.\n", source="a.txt")
    assert (check(talk, disputed=0.09).confidence, check(talk, disputed=0.09).notes) == (talk.confidence, ())
    doubted = check(talk, disputed=0.28)
    assert doubted.confidence == 0.55
    assert doubted.notes == ("Read in another way, 28 % of the words have other speakers. Check who speaks.",)
    assert [turn.speaker for turn in doubted.turns] == [turn.speaker for turn in talk.turns]
