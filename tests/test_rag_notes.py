"""Notes beside an answer: each kind in words, and the order of the words."""

from __future__ import annotations

import pytest

from rag.notes import (
    AbsentNames,
    AbsentSpeaker,
    FellBack,
    LeftOut,
    Note,
    Occurrences,
    OthersSay,
    SavedNotes,
    note_text,
    refusal_text,
)


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        ([], ""),
        (
            [FellBack("openai", "it wrote nothing")],
            "The openai generator did not answer (it wrote nothing). These are quotes from the record instead.",
        ),
        ([LeftOut(1, 2)], "1 of 2 sentences were left out: their citations do not bear them out."),
        (
            [OthersSay(("Ann Reed", "Jo Field"))],
            "Nothing that Ann Reed and Jo Field says answers this: what is quoted others have said.",
        ),
        ([AbsentNames(("Merkel", "1066", "Kelverhaven"))], "“Merkel”, “1066” and “Kelverhaven” do not occur in the record."),
        ([AbsentSpeaker("Merkel", others_quoted=False)], "Nobody called Merkel speaks in the record."),
        # What the absent names say already is not said again.
        (
            [AbsentNames(("Angela Merkel",)), AbsentSpeaker("Merkel", others_quoted=True)],
            "“Angela Merkel” does not occur in the record.",
        ),
        (
            [AbsentNames(("Merkel",)), Occurrences((("merkel", 0), ("bridge", 1), ("toll", 1200)))],
            "“Merkel” does not occur in the record. “bridge” occurs in 1 passage, “toll” in 1,200.",
        ),
        ([AbsentNames(("Merkel",)), Occurrences((("merkel", 0),))], "“Merkel” does not occur in the record."),
        # What was saved is worded already.
        ([SavedNotes("As it was."), AbsentNames(("Merkel",))], "As it was."),
        ([SavedNotes(""), AbsentNames(("Merkel",))], ""),
    ],
)  # fmt: skip
def test_each_note_has_its_words(notes: list[Note], text: str) -> None:
    assert note_text(notes) == text


def test_a_refusal_says_what_was_searched() -> None:
    assert [
        refusal_text(passages=0, speakers=0, documents=0, filtered=False),
        refusal_text(passages=0, speakers=0, documents=0, filtered=True),
        refusal_text(passages=1, speakers=0, documents=1, filtered=False),
    ] == [
        "Not on record: there is nothing in this archive yet.",
        "Not on record: nothing in this archive fits these filters.",
        "Not on record: nothing in the 1 answer passage in 1 document answers this.",
    ]


def test_at_most_six_words_are_counted() -> None:
    assert note_text([Occurrences(tuple(dict.fromkeys("abcdefgh", 1).items()))]) == (
        "“a” occurs in 1 passage, “b” in 1, “c” in 1, “d” in 1, “e” in 1, “f” in 1."
    )
