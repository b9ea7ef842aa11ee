"""Notes and reasons beside an answer: each in words, and the order of the words. No other test repeats these sentences."""

from __future__ import annotations

import pytest

from rag.notes import (
    DENIED_ONLY_HERE,
    FEW_WORDS_CITED,
    NO_CITATION,
    NOT_A_QUOTATION,
    NOTHING_SUPPORTED,
    WORDS_NOT_CITED,
    WROTE_NOTHING,
    AbsentNames,
    AbsentSpeaker,
    FellBack,
    LeftOut,
    Note,
    Occurrence,
    Occurrences,
    OthersSay,
    SavedNotes,
    no_answer_within,
    not_cited,
    note_text,
    quoted_elsewhere,
    refusal_text,
    said_by_others,
    wrote_too_much,
)


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        ([], ""),
        (
            [FellBack("openai", "it wrote nothing")],
            "The openai generator did not answer (it wrote nothing). These are quotes from the record instead.",
        ),
        ([LeftOut(1, 2)], "1 of 2 sentences were left out because their citations do not support them."),
        (
            [OthersSay(("Ann Reed",))],
            "Ann Reed does not answer this in the record; these quotes are from other speakers.",
        ),
        (
            [OthersSay(("Ann Reed", "Jo Field"))],
            "Neither Ann Reed nor Jo Field answers this in the record; these quotes are from other speakers.",
        ),
        (
            [OthersSay(("Ann Reed", "Jo Field", "Tom Arden"))],
            "None of Ann Reed, Jo Field and Tom Arden answers this in the record; these quotes are from other speakers.",
        ),
        ([AbsentNames(("Merkel", "1066", "Kelverhaven"))], "“Merkel”, “1066” and “Kelverhaven” do not occur in the record."),
        ([AbsentSpeaker("Merkel", others_quoted=False)], "Nobody called Merkel speaks in the record."),
        (
            [AbsentSpeaker("Merkel", others_quoted=True)],
            "Nobody called Merkel speaks in the record; these quotes are from other speakers.",
        ),
        # What the absent names say already is not said again.
        (
            [AbsentNames(("Angela Merkel",)), AbsentSpeaker("Merkel", others_quoted=True)],
            "“Angela Merkel” does not occur in the record.",
        ),
        (
            [AbsentNames(("Merkel",)), Occurrences((Occurrence("merkel", 0), Occurrence("bridge", 1), Occurrence("toll", 1200)))],
            "“Merkel” does not occur in the record. “bridge” occurs in 1 passage, “toll” in 1,200.",
        ),
        ([AbsentNames(("Merkel",)), Occurrences((Occurrence("merkel", 0),))], "“Merkel” does not occur in the record."),
        # What was saved is worded already.
        ([SavedNotes("As it was."), AbsentNames(("Merkel",))], "As it was."),
        ([SavedNotes(""), AbsentNames(("Merkel",))], ""),
    ],
)  # fmt: skip
def test_each_note_has_its_words(notes: list[Note], text: str) -> None:
    assert note_text(notes) == text


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (NOTHING_SUPPORTED, "nothing that it wrote is supported by what it cites"),
        (WROTE_NOTHING, "it wrote nothing"),
        (wrote_too_much(20_000), "it wrote more than 20,000 characters"),
        (no_answer_within(0.5), "no complete answer within 0.5 s"),
        (NOT_A_QUOTATION, "the words in quotation marks are not in the record"),
        (quoted_elsewhere("Ann Reed"), "the words in quotation marks are elsewhere in the record, said by Ann Reed"),
        (quoted_elsewhere(""), "the words in quotation marks are elsewhere in the record"),
        (NO_CITATION, "no citation"),
        (not_cited("1066"), "1066 is in none of the cited sentences"),
        (said_by_others(["Ann Reed"], "Jo Field"), "the cited words are Ann Reed's, not Jo Field's"),
        (said_by_others(["Ann Reed", "Tom Arden"], "Jo Field"), "the cited words are Ann Reed and Tom Arden's, not Jo Field's"),
        (said_by_others([], "Jo Field"), "the cited words are nobody's, not Jo Field's"),
        (DENIED_ONLY_HERE, "it denies something, and the cited sentences do not"),
        (FEW_WORDS_CITED, "only some of these words are in the cited sentences"),
        (WORDS_NOT_CITED, "the cited sentences do not say this in these words"),
    ],
)  # fmt: skip
def test_each_reason_has_its_words(reason: str, text: str) -> None:
    assert reason == text


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
    assert note_text([Occurrences(tuple(Occurrence(letter, 1) for letter in "abcdefgh"))]) == (
        "“a” occurs in 1 passage, “b” in 1, “c” in 1, “d” in 1, “e” in 1, “f” in 1."
    )
