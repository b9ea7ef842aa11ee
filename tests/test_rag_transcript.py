"""Published and bundled transcripts, read as a person reads them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import BUNDLED
from outside import not_here, parsed

from rag.transcript import parse
from rag.types import Document, Hints


def test_the_real_interview_has_its_title_date_and_place(interview: Document) -> None:
    assert interview.title.startswith("Interview with the Minister of Foreign Affairs")
    assert (interview.date, interview.place) == ("2024-03-28", "Moscow")


def test_the_real_interview_has_22_questions_and_22_answers_by_one_respondent(interview: Document) -> None:
    assert Counter((turn.speaker, turn.role) for turn in interview.turns) == {
        ("Question", "interviewer"): 22,
        ("Sergey Lavrov", "respondent"): 22,
    }


def test_the_real_interview_ends_where_the_last_answer_does(interview: Document) -> None:
    last = interview.text[interview.turns[-1].start : interview.turns[-1].end]
    assert last.endswith("on an equal basis.")
    assert (
        interview.text[slice(*interview.left_out[-1].span)].split() == interview.text[interview.turns[-1].end :].split()
    )


@pytest.mark.parametrize(
    ("name", "title", "date", "place", "speakers"),
    [
        (
            "press-conference.txt",
            "Press conference of Mayor Henrike Vaal",
            "2025-03-12",
            "Kelverhaven",
            {
                ("Question", "interviewer"): 22,
                ("Mayor Henrike Vaal", "respondent"): 12,
                ("Chief Engineer Tobias Merrin", "respondent"): 10,
                ("Pell Aronsen", "respondent"): 6,
            },
        ),
        (
            "hearing.md",
            "Committee on Coastal Works",
            "2025-11-18",
            "Stennis Hall, Lorrimar",
            {
                ("The Chair", "interviewer"): 9,
                ("Mr. Ulloa", "interviewer"): 8,
                ("Ms. Ferrant", "interviewer"): 7,
                ("Ms. Quist", "interviewer"): 6,
                ("Ms. Pirelle", "respondent"): 15,
                ("Dr. Achterberg", "respondent"): 14,
            },
        ),
        (
            "long-interview.txt",
            "The Woman Who Counts Sleep",
            "2025-09-22",
            "Upper Sarrow",
            {("Jonas Pellerin", "interviewer"): 27, ("Edda Vantreight", "respondent"): 27},
        ),
        (
            "podcast.md",
            "The Long Ebb, episode 88",
            "2026-10-09",
            None,
            {
                ("Rafi Oduro", "interviewer"): 17,
                ("Bea Lindgard", "interviewer"): 15,
                ("Henrike Vaal", "respondent"): 29,
                ("Agnes Tillery", "respondent"): 2,
            },
        ),
    ],
)
def test_the_bundled_transcripts_are_read_as_a_person_reads_them(
    name: str, title: str, date: str, place: str | None, speakers: dict[tuple[str, str], int]
) -> None:
    document = parse((BUNDLED / name).read_text(encoding="utf-8"), source=name)
    assert document.title.startswith(title)
    assert (document.date, document.place) == (date, place)
    assert Counter((turn.speaker, turn.role) for turn in document.turns) == speakers


def test_without_labels_the_text_is_one_turn_with_no_speaker_and_a_note() -> None:
    text = "A harbour town.\n\nThe boats come in at six.\n"
    document = parse(text, source="a.txt")
    assert [(turn.speaker, turn.role, text[turn.start : turn.end]) for turn in document.turns] == [
        ("", "other", text.strip())
    ]
    assert len(document.notes) == 1
    assert "no speaker labels" in document.notes[0]


@pytest.mark.parametrize("folder", ["press_conferences", "press_briefings", "committee_meetings/transcripts"])
def test_no_turn_of_a_public_transcript_holds_another_speakers_label(folder: str) -> None:
    files = sorted((Path(__file__).resolve().parents[2] / "shared" / "data" / folder).glob("*.*"))
    if not files:
        not_here(f"../shared/data/{folder}")
    inside: list[str] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        document = parsed(text, file.name)
        speakers = "|".join(sorted({re.escape(turn.speaker) for turn in document.turns}))
        label = re.compile(rf"^(?:(?:{speakers})[^\S\n]*:|Q[^\S\n]|[A-Z][A-Z.'’ -]{{3,40}}:)", re.M)
        for turn in document.turns:
            inside += [f"{file.name}: {found}" for found in label.findall(text[turn.start : turn.end])]
    assert inside == []


# The labels of each bundled file as a person would search for them in an editor, independently of the parser.
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("press-conference.txt", r"^(?:Question|(?:Mayor |Chief Engineer )?[A-Z][a-z.]* [A-Z][a-z]+): "),
        ("hearing.md", r"^\*\*.+?:\*\* "),
        ("long-interview.txt", r"^(?:Jonas Pellerin|Edda Vantreight): "),
        ("podcast.md", r"^\[\d\d:\d\d:\d\d\] .+?: "),
    ],
)
def test_a_bundled_transcript_has_one_turn_behind_each_label(name: str, label: str) -> None:
    text = (BUNDLED / name).read_text(encoding="utf-8")
    assert [turn.start for turn in parse(text, source=name).turns] == [m.end() for m in re.finditer(label, text, re.M)]


@pytest.mark.parametrize(
    ("name", "title", "last"),
    [
        (
            "press-conference.txt",
            "Press conference of Mayor Henrike Vaal, Chief Engineer Tobias Merrin and Finance Councillor Pell Aronsen, "
            "City Hall, Kelverhaven, 12 March 2025",
            None,
        ),
        ("hearing.md", "Committee on Coastal Works: Hearing on the Ottel Barrier", None),
        ("long-interview.txt", "The Woman Who Counts Sleep", "Then he's to shut the drawer and wait. Have a biscuit."),
        ("podcast.md", 'The Long Ebb, episode 88: "The yellow note"', "It's a promise. Is it a promise? We'll see."),
    ],
)
def test_the_bundled_transcripts_have_their_whole_title_and_their_last_words(
    name: str, title: str, last: str | None
) -> None:
    document = parse((BUNDLED / name).read_text(encoding="utf-8"), source=name)
    assert document.title == title
    if last:
        assert document.text[document.turns[-1].start : document.turns[-1].end] == last


def test_what_a_format_says_about_its_text_goes_into_the_document() -> None:
    text = "Ann Reed: Why?\n\nSPEAKER_01: So.\n\nBe it."
    hints = Hints(
        title="Talk",
        date="2024-05-03",
        turns=(("Ann Reed", 10, 14, 1.5), ("SPEAKER_01", 28, 40, 2.5)),
        times=((10, 1.5), (28, 2.5), (33, 4.0)),
    )
    document = parse(text, source="talk.vtt", hints=hints)
    assert (document.title, document.date, document.times) == ("Talk", "2024-05-03", hints.times)
    assert [(turn.speaker, text[turn.start : turn.end], turn.seconds) for turn in document.turns] == [
        ("Ann Reed", "Why?", 1.5),
        ("SPEAKER 01", "So.\n\nBe it.", 2.5),
    ]
