"""The kind of thing that a question asks for, and the sentence that holds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import transcript

from rag.archive import Archive, open_archive
from rag.assistant import Assistant
from rag.evidence.kinds import LATEST, NAME, NUMBER, TIME, VERDICT, Kind, kinds_asked
from rag.rerankers import HEURISTIC, TRAINED
from rag.types import Filters


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("How many gates are there?", (NUMBER,)),
        ("What is the ferry's repair rate?", (NUMBER,)),
        ("What’s the total for the wall?", (NUMBER,)),
        ("What is the wall made of?", ()),
        ("How long has it stood?", (NUMBER, TIME)),
        ("Who paid?", (NAME,)),
        ("What did she say when it fell?", ()),
        ("When and where did it fall?", (TIME, NAME)),
        ("When, in her view, did it fall?", (TIME,)),
        ("Why and when was it built?", (TIME,)),
        ("Did the town pay?", (VERDICT,)),
        ("And hasn't the town paid?", (VERDICT,)),
        ("Is it known when it fell?", (TIME, VERDICT)),
        ("Can you tell us about the wall?", ()),
        ("What did the town pay?", (NUMBER,)),
        ("Doing well?", ()),
    ],
)
def test_what_a_question_asks_for(question: str, kinds: tuple[Kind, ...]) -> None:
    assert kinds_asked(question) == kinds


def test_a_verdict_begins_with_a_yes_or_a_no() -> None:
    verdicts = [
        "No.",
        "Yes, in May.",
        "Well, no, it did not.",
        "Absolutely.",
        "— Never.",
        "That’s correct.",
        "Not yet.",
    ]
    others = [
        "Nobody paid.",
        "I know of no gate.",
        "Yesterday it rained.",
        "It is a gate, no more.",
        "North of the mill.",
    ]
    assert [bool(VERDICT.held.search(each)) for each in verdicts] == [True] * len(verdicts)
    assert [bool(VERDICT.held.search(each)) for each in others] == [False] * len(others)


def test_one_is_seldom_a_number() -> None:
    assert [
        bool(NUMBER.held.search(each)) for each in ("This one stays.", "Two stay.", "1 stays.", "Twelve stay.")
    ] == [
        False,
        True,
        True,
        True,
    ]


def test_the_last_time_is_asked_for() -> None:
    asked = ["When was the last time they met?", "What is the latest estimate?", "When did they last meet?"]
    other = ["When did they meet?", "When was the last gate built?", "How long will it last?"]
    assert [bool(LATEST.search(each)) for each in asked] == [True, True, True]
    assert [bool(LATEST.search(each)) for each in other] == [False, False, False]


def archive_of(folder: Path, *talks: tuple[str, str, str]) -> Archive:
    """An archive of talks with Ann Reed: (day, question, answer)."""
    for number, (day, asked, said) in enumerate(talks):
        text = transcript(("Question", asked), ("Ann Reed", said), head=f"Interview with Ann Reed, {day}")
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    archive = open_archive(folder / "archive")
    archive.ingest(sorted(folder.glob("*.txt")))
    return archive


def first(archive: Archive, question: str, reader: str = HEURISTIC) -> str:
    answer = Assistant(archive, reader=reader).ask(question)
    return answer.citations[0].quote


def test_the_figure_stands_near_what_is_counted(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        ("3 March 2024", "And the ferry?", "The repair rate of the ferry was a matter of long talks for 4 years or so in this town."),
        ("5 March 2024", "And the ferry?", "In my time the repair rate of the ferry fell to 12 percent."),
    )  # fmt: skip
    assert first(archive, "What is the repair rate of the ferry?") == (
        "In my time the repair rate of the ferry fell to 12 percent."
    )


def test_a_short_no_answers_before_a_long_talk_of_the_same_words(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        ("3 March 2024", "What about the new wall?", "The new wall is what the town talks of, and people in the town have much to say of walls."),
        ("5 March 2024", "Will the town pay for the new wall?", "No, it will not."),
    )  # fmt: skip
    assert first(archive, "Will the town pay for the new wall?", TRAINED) == "No, it will not."


def test_of_those_who_say_it_the_newest_says_when_the_last_time_was(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        ("3 March 2024", "Have you met?", "The mayor met the ferryman last week."),
        ("5 June 2025", "Have you met?", "The mayor met the ferryman last week."),
        ("8 May 2023", "Have you met?", "The mayor met the ferryman last week."),
    )
    answer = Assistant(archive, reader=HEURISTIC).ask("When was the last time the mayor met the ferryman?")
    assert answer.citations[0].date == "2025-06-05"


def test_a_confident_quote_without_the_number_that_is_asked_for_may_not_answer(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        ("3 March 2024", "How high is the new wall of the harbour?", "The new wall of the harbour is very high."),
        ("5 March 2024", "And the mill?", "The old mill by the river is nine metres high."),
    )
    asked = Assistant(archive).ask("What became of the new wall of the harbour?")
    counted = Assistant(archive).ask("How many metres high is the new wall of the harbour?")
    held = Assistant(archive).ask("How many metres high is the old mill by the river?")
    assert [a.citations[0].date for a in (asked, counted, held)] == ["2024-03-03", "2024-03-03", "2024-03-05"]
    assert counted.confidence > 0.5
    assert [a.confidence_level for a in (asked, counted, held)] == ["answered", "unsure", "answered"]


def test_an_older_quote_beside_newer_passages_may_not_say_when_the_last_time_was(tmp_path: Path) -> None:
    said = "The mayor met the ferryman at the old mill last week."
    archive = archive_of(
        tmp_path,
        ("3 March 2024", "Have you met?", said),
        ("8 May 2025", "Have you met?", "The mayor has not met anybody at the fair."),
    )
    question = "When was the last time the mayor met the ferryman at the old mill?"
    with_newer, alone = (
        Assistant(archive).ask(question, filters=Filters(before=before)) for before in (None, "2024-12-31")
    )
    assert [a.citations[0].quote for a in (with_newer, alone)] == [said, said]
    assert [a.confidence_level for a in (with_newer, alone)] == ["unsure", "answered"]
