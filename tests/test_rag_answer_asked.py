"""The question that is shown beside an answer: a question, whole, or nothing."""

from __future__ import annotations

import pytest

from rag.answer.another import introduction, quotes_another
from rag.answer.asked import question_before
from rag.types import Document, Turn


def talk(*said: tuple[str, str], language: str | None = None) -> Document:
    """A transcript of (speaker, words); Q and Z ask."""
    text, turns = "", []
    for name, words in said:
        turns.append(Turn(name, "interviewer" if name in "QZ" else "respondent", len(text), len(text) + len(words)))
        text += f"{words}\n\n"
    return Document("d", "", None, None, "talk.txt", text, tuple(turns), language=language)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("Why did it fall?", "Why did it fall?"),
        ("Good afternoon.", ""),
        ("(Inaudible.)", ""),
        ("Thank you very much. Good morning, everybody.", ""),
        ("Guten Morgen. Vielen Dank.", ""),
        ("And does the mayor feel that he —", ""),
        ("— piece of (inaudible)?", ""),
        ("Will he pay? I mean, it seems to —", "Will he pay?"),
        ("Will he really —?", "Will he really —?"),
        ("You were born in Ottel in 1931.", "You were born in Ottel in 1931."),
        ("港口的墙是什么时候倒的？", "港口的墙是什么时候倒的？"),
        ("من دفع ثمن الجدار؟", "من دفع ثمن الجدار؟"),
        ("(Laughs.) Why?", "(Laughs.) Why?"),
    ],
)
def test_only_what_says_what_is_answered_is_shown(asked: str, shown: str) -> None:
    assert question_before(talk(("Q", asked), ("Ann", "It was old.")), 1) == shown


def test_an_interrupted_question_is_joined_from_its_parts() -> None:
    parts = talk(
        ("Q", "Does the mayor feel that he —"), ("Ann", "Yeah."), ("Q", "— has to pay for it?"), ("Ann", "No.")
    )
    assert question_before(parts, 3) == "Does the mayor feel that he — has to pay for it?"
    assert question_before(parts, 1) == ""


def test_whoever_goes_on_after_a_nod_answers_the_question_before_it() -> None:
    told = [("Q", "Who paid for the wall?"), ("Ann", "The county did."), ("Q", "Mm-hmm."), ("Ann", "And the town.")]
    assert question_before(talk(*told), 3) == "Who paid for the wall?"
    assert question_before(talk(*told, ("Q", "Right. I see."), ("Ann", "Later on.")), 5) == "Who paid for the wall?"
    # Somebody else was nodded at, or nobody.
    assert question_before(talk(*told[:3], ("Bo", "And the town.")), 3) == ""
    assert question_before(talk(("Q", "Okay."), ("Ann", "And the town.")), 1) == ""


def test_parts_of_two_people_or_around_a_long_answer_are_not_joined() -> None:
    two = talk(("Z", "Does the mayor feel that he —"), ("Ann", "Yeah."), ("Q", "— has to pay for it?"), ("Ann", "No."))
    assert question_before(two, 3) == ""
    long = talk(
        ("Q", "Does he —"),
        ("Ann", "He does, and let me say at some length how he does and why he does."),
        ("Q", "— pay?"),
        ("Ann", "No."),
    )
    assert question_before(long, 3) == ""


def test_nothing_was_asked_before_an_opening_statement() -> None:
    assert question_before(talk(("Ann", "Let me begin."), ("Q", "Why?"), ("Ann", "So.")), 0) == ""


def cut(document: Document, words: str) -> tuple[int, int]:
    start = document.text.index(words)
    return start, start + len(words)


def test_words_of_another_are_known_with_and_without_their_marks() -> None:
    said = talk(
        (
            "Ann",
            "I will just read what Bo said. “Bad nights happen here. Trust me, I know that.” We agree with the “new deal” there.",
        )
    )
    (turn,) = said.turns
    own, others = (
        ("We agree with the “new deal” there.",),
        (
            "“Bad nights happen here.",
            "Trust me, I know that.”",
            "“Bad nights happen here. Trust me, I know that.” We agree",
        ),
    )
    assert [quotes_another(said, turn, *cut(said, words)) for words in own] == [False]
    assert [quotes_another(said, turn, *cut(said, words)) for words in others] == [True] * 3
    assert {introduction(said, turn, *cut(said, words)) for words in others} == {"I will just read what Bo said."}
    assert introduction(said, turn, *cut(said, own[0])) == ""


def test_a_mark_that_was_never_closed_does_not_reach_into_the_next_paragraph() -> None:
    said = talk(("Ann", "He wrote: “It fell in the spring of that year.\n\nWe mended it in May, and that was that."))
    assert not quotes_another(said, said.turns[0], *cut(said, "We mended it in May"))
