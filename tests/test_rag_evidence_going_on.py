"""A quote ends where the speaker has said it, and stays in one passage of one speaker's words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pytest

from rag.evidence.going_on import MAX_QUOTE_CHARS, REST_CHARS, completed, goes_on, is_nod
from rag.evidence.order import by_speaker_day
from rag.storage.rows import StoredPassage
from rag.text.sentences import split_sentences
from rag.types import Passage, Sentence


def stored(
    row: int, text: str, *, turn: int = 1, speaker: str = "Ann", asked: str = "", language: str = "en"
) -> StoredPassage:
    """A passage that stands at 10,000 times its row in its document."""
    start = 10_000 * row
    passage = Passage(
        f"p{row}", "d", "a.txt", speaker, "respondent", asked, start, start + len(text), text, turn=turn, language=language
    )  # fmt: skip
    none, spans = np.zeros(0, np.float32), tuple(split_sentences(text))
    return StoredPassage(
        row, speaker, json.dumps(asdict(passage)).encode(), none, none, spans, np.zeros((len(spans), 0), np.float32)
    )


class Rows:
    """The one thing of a snapshot that is needed: passages by their rows."""

    def __init__(self, *passages: StoredPassage) -> None:
        self.passages = passages

    def load(self, rows: Sequence[int]) -> list[StoredPassage]:
        return [each for row in rows for each in self.passages if each.row == row]


def quoted(held: StoredPassage, words: str) -> Sentence:
    start = held.passage.start + held.passage.text.index(words)
    return Sentence(held.passage, start, start + len(words), words, 1.0)


def told(chosen: str, *passages: StoredPassage, others: Sequence[str] = ()) -> list[str]:
    """What is quoted for a sentence of the first passage."""
    quotes = [quoted(passages[0], words) for words in (chosen, *others)]
    found = completed(Rows(*passages), quotes, {each.passage.id: each for each in passages})  # type: ignore[arg-type]
    for quote in found:
        assert quote.text == quote.passage.text[quote.start - quote.passage.start : quote.end - quote.passage.start]
    return [quote.text for quote in found]


def test_the_rest_of_a_short_paragraph_is_quoted_along() -> None:
    held = stored(0, "We will pay for the wall. The town lends us half of it.\n\nThe ferry is another matter.")
    assert told("We will pay for the wall.", held) == ["We will pay for the wall. The town lends us half of it."]


def test_a_long_paragraph_is_not() -> None:
    rest = "The town lends us a part of it, and the county another one, as it did before. " * (REST_CHARS // 70 + 1)
    assert len(rest) > REST_CHARS
    assert told("We will pay for the wall.", stored(0, f"We will pay for the wall. {rest}")) == [
        "We will pay for the wall."
    ]


@pytest.mark.parametrize(
    ("chosen", "following"),
    [
        ("There are two reasons.", "The stone is soft."),
        ("Here is what we will do:", "We close the gate."),
        ("First, the stone is soft.", "The frost gets into it."),
        ("The wall stays.", "Because the sea is rising."),
        ("The first gate opens in May.", "The second is for the winter."),
        ("The wall stays.", "But we will not pay for it."),
    ],
)
def test_what_a_sentence_announces_or_the_next_one_completes_is_quoted_across_a_blank_line(
    chosen: str, following: str
) -> None:
    assert told(chosen, stored(0, f"{chosen}\n\n{following}")) == [f"{chosen}\n\n{following}"]
    # At the end of a passage it is a quote of its own, since a quote lies in one passage.
    assert told(chosen, stored(0, chosen), stored(1, following)) == [chosen, following]


def test_a_new_paragraph_that_completes_nothing_is_not_quoted() -> None:
    assert told("The wall stays.", stored(0, "The wall stays.\n\nThe ferry runs daily.")) == ["The wall stays."]
    assert told("The wall stays.", stored(0, "The wall stays."), stored(1, "The ferry runs daily.")) == [
        "The wall stays."
    ]


def test_a_short_paragraph_that_goes_on_with_the_quote_is_quoted_along() -> None:
    held = stored(0, "The wall stays.\n\nAnd so, we pay for it. It is ours.\n\nThe ferry runs daily.")
    assert told("The wall stays.", held) == ["The wall stays.\n\nAnd so, we pay for it. It is ours."]
    for other in ("Go ahead, Bo.", "And " + "we pay for the wall and for all of its gates, " * 6 + "as we said."):
        assert told("The wall stays.", stored(0, f"The wall stays.\n\n{other}")) == ["The wall stays."]


def test_words_of_one_language_complete_nothing_in_another() -> None:
    assert told("The wall stays.", stored(0, "The wall stays.\n\nCar ferries run daily.")) == ["The wall stays."]
    held = stored(0, "Die Mauer bleibt.\n\nAber wir zahlen sie nicht.", language="de")
    assert told("Die Mauer bleibt.", held) == ["Die Mauer bleibt.\n\nAber wir zahlen sie nicht."]


def test_what_is_added_does_not_end_on_a_question_or_in_the_middle() -> None:
    assert told("We pay.", stored(0, "We pay. The town lends us half. Is that much?")) == [
        "We pay. The town lends us half."
    ]
    assert told("We pay.", stored(0, "We pay. The town lends us half. And then the —")) == [
        "We pay. The town lends us half."
    ]


def test_nothing_is_quoted_twice() -> None:
    held = stored(0, "We pay. It is old. The town lends us half.")
    assert told("We pay.", held, others=["The town lends us half."]) == [
        "We pay. It is old.",
        "The town lends us half.",
    ]


def test_no_quote_grows_beyond_its_limit() -> None:
    chosen = "We pay for the wall and for the gates, " * 14 + "as we said."
    added = "The town lends us half of it, which is a good deal of money for a town."
    assert len(chosen) <= MAX_QUOTE_CHARS < len(chosen) + len(added)
    assert told(chosen, stored(0, f"{chosen} {added}")) == [chosen]


def test_what_the_speaker_goes_on_to_say_after_a_nod_is_a_quote_of_its_own() -> None:
    first = stored(0, "They told the mayor.", turn=1)
    after = stored(1, "On Thursday evening. He was at home.", turn=3, asked="Okay.")
    assert told("They told the mayor.", first, after) == [
        "They told the mayor.",
        "On Thursday evening. He was at home.",
    ]
    cut = stored(0, "They told the mayor that —", turn=1)
    resumed = stored(1, "— the wall had cracked.", turn=3, asked="Mm-hmm.")
    assert told("They told the mayor that —", cut, resumed) == ["They told the mayor that —", "— the wall had cracked."]


@pytest.mark.parametrize(
    "after",
    [
        stored(1, "On Thursday evening.", turn=3, asked="On which day was that?"),
        stored(1, "On Thursday evening.", turn=3, asked="You told his wife."),
        stored(1, "On Thursday evening.", turn=3, asked="Okay.", speaker="Jo"),
        stored(1, "On Thursday evening.", turn=5, asked="Okay."),
        stored(1, "Our next guest has written a book about ferries.", turn=3, asked="Okay."),
    ],
    ids=["a question", "a remark", "another speaker", "more than a nod", "another matter"],
)
def test_nothing_is_added_across_what_somebody_else_says(after: StoredPassage) -> None:
    assert told("They told the mayor.", stored(0, "They told the mayor.", turn=1), after) == ["They told the mayor."]


def test_words_that_nobody_is_known_to_have_said_go_on_with_nothing() -> None:
    one, other = stored(0, "They told him:").passage, stored(1, "It fell.").passage
    assert goes_on(one, other)
    unknown = Passage(**{**asdict(other), "speaker_certain": False})
    assert not goes_on(one, unknown)
    assert not goes_on(other, one)


def test_a_nod_is_told_from_what_says_something_in_several_languages() -> None:
    nods = ["Mm-hmm.", "Right.", "Okay. Sure.", "(Laughs.) Yeah, yeah.", "I see —", "Uh-huh"]
    assert [is_nod(said) for said in nods] == [True] * len(nods)
    says = [
        "Right?",
        "No.",
        "Thank you.",
        "(Inaudible.)",
        "Yes, he paid.",
        "",
        "Okay, and who paid for all of that in the end",
    ]
    assert [is_nod(said) for said in says] == [False] * len(says)
    assert [is_nod("Genau.", "de"), is_nod("Genau."), is_nod("Угу.", "ru")] == [True, False, True]


def test_what_goes_on_with_the_best_quote_stands_behind_it() -> None:
    best = quoted(stored(5, "They told the mayor.", turn=7), "They told the mayor.")
    more = quoted(stored(6, "On Thursday.", turn=9, asked="Okay."), "On Thursday.")
    earlier = quoted(stored(2, "It rained.", turn=3), "It rained.")
    assert by_speaker_day([best, more, earlier]) == (best, more, earlier)
    assert by_speaker_day([best, earlier, more]) == (best, more, earlier)
