"""Text → turns, speakers, roles, title, date and place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from conftest import BUNDLED, transcript
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.transcript import parse
from rag.types import Document


def turns_of(text: str) -> list[tuple[str, str, str]]:
    document = parse(text, source="talk.txt")
    return [(turn.speaker, turn.role, text[turn.start : turn.end]) for turn in document.turns]


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
    assert interview.text[slice(*interview.left_out[-1])].split() == interview.text[interview.turns[-1].end :].split()


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


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Question: ", "Ann Reed: "),
        ("**Question:** ", "**Ann Reed:** "),
        ("**Question**: ", "**Ann Reed**: "),
        ("Q: ", "Ann Reed: "),
        ("Q    ", "ANN REED:  "),
        ("Q. ", "A. "),
        ("QUESTION: ", "MS. REED: "),
        ("Question:\n", "Ann Reed:\n"),
        ("[00:00:10] Question: ", "[00:01:02] Ann Reed: "),
        ("Вопрос: ", "Анна Рид: "),
        ("Frage: ", "Anna Müller: "),
    ],
)
def test_every_layout_of_labels_gives_the_same_turns(question: str, answer: str) -> None:
    text = f"{question}Why so late?\n\n{answer}It was dark. And you?\n\n{question}And then?\n\n{answer}We slept.\n"
    assert [(role, said) for _, role, said in turns_of(text)] == [
        ("interviewer", "Why so late?"),
        ("respondent", "It was dark. And you?"),
        ("interviewer", "And then?"),
        ("respondent", "We slept."),
    ]


def test_a_time_stamp_before_a_label_becomes_seconds() -> None:
    text = "[00:00:10] Jo Field: Why?\n\n[01:02:03] Ann Reed: So.\n\n[01:02:09] Jo Field: Ah?\n\n[01:03:00] Ann Reed: Yes.\n"
    assert [turn.seconds for turn in parse(text, source="a.txt").turns] == [10.0, 3723.0, 3729.0, 3780.0]


def test_a_question_of_several_paragraphs_is_one_turn() -> None:
    text = transcript(
        ("Question", "One thing.\n\nAnd another?"), ("Ann Reed", "No."), ("Question", "Why?"), ("Ann Reed", "So.")
    )
    assert turns_of(text)[0] == ("Question", "interviewer", "One thing.\n\nAnd another?")


def test_an_answer_that_ends_by_asking_back_stays_an_answer() -> None:
    text = transcript(
        ("Question", "Why?"), ("Ann Reed", "Why not?"), ("Question", "Tell us."), ("Ann Reed", "Shall I?")
    )
    assert [role for _, role, _ in turns_of(text)] == ["interviewer", "respondent", "interviewer", "respondent"]


def test_words_before_a_colon_inside_an_answer_are_no_speaker() -> None:
    answer = "There are three reasons: rain, wind and fog.\n\nNote: we said so.\n\nFirst: nobody asked."
    text = transcript(("Question", "Why?"), ("Ann Reed", answer), ("Question", "So?"), ("Ann Reed", "So."))
    assert turns_of(text)[1] == ("Ann Reed", "respondent", answer)


def test_a_host_who_asks_and_a_guest_who_tells_are_known_by_what_they_do() -> None:
    text = transcript(
        ("Jo Field", "Where did it begin?"),
        ("Ann Reed", "In the harbour, where my father kept two boats and a dog."),
        ("Jo Field", "And the dog?"),
        ("Ann Reed", "The dog kept my father, as he used to say, and not the other way round."),
    )
    assert {(speaker, role) for speaker, role, _ in turns_of(text)} == {
        ("Jo Field", "interviewer"),
        ("Ann Reed", "respondent"),
    }


def test_roles_declared_above_the_first_turn_hold() -> None:
    head = "A talk\n\nInterviewer: Ann Reed\nGuest: Jo Field"
    text = transcript(
        ("Ann Reed", "Tell us."), ("Jo Field", "Must I?"), ("Ann Reed", "Yes."), ("Jo Field", "Why?"), head=head
    )
    document = parse(text, source="a.txt")
    assert document.participants == ("Ann Reed", "Jo Field")
    assert [turn.role for turn in document.turns] == ["interviewer", "respondent"] * 2


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Talk with Ann Reed, Town Hall, Oslo, 3 May 2024", ("2024-05-03", "Oslo")),
        ("Talk with Ann Reed\nOslo, May 3, 2024", ("2024-05-03", "Oslo")),
        ("Talk with Ann Reed\n2024-05-03", ("2024-05-03", None)),
        ("Talk with Ann Reed\nDate: 3 May 2024\nPlace: Oslo", ("2024-05-03", "Oslo")),
        ("Gespräch mit Ann Reed, Oslo, 3. Mai 2024", ("2024-05-03", "Oslo")),
        ("Talk with Ann Reed, spring 2024", (None, None)),
        ("Talk with Ann Reed on the 45 May 2024", (None, None)),
    ],
)
def test_date_and_place_are_found_above_the_first_turn_or_not_at_all(
    head: str, expected: tuple[str | None, str | None]
) -> None:
    text = transcript(
        ("Question", "On 1 June 2020?"),
        ("Ann Reed", "On 2 June 2020, Bergen."),
        ("Question", "?"),
        ("Ann Reed", "!"),
        head=head,
    )
    document = parse(text, source="talk.txt")
    assert (document.date, document.place) == expected


def test_front_matter_gives_title_date_and_place() -> None:
    text = "---\ntitle: The Talk\ndate: 2024-05-03\nplace: Oslo\n---\n\nQuestion: Why?\n\nAnn Reed: So.\n"
    document = parse(text, source="a.md")
    assert (document.title, document.date, document.place) == ("The Talk", "2024-05-03", "Oslo")


def test_a_date_in_the_file_name_is_the_last_resort() -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So."))
    assert parse(text, source="2024-05-03_talk.txt").date == "2024-05-03"


@pytest.mark.parametrize(
    "furniture",
    [
        "Related articles\n\nA storm is coming to the coast of the north. Read it now.",
        "## See also\n\n- [Another talk](x)\n- [A third](y)",
        "Read more\n\nHarbour opens\n\nThe new harbour was opened on Monday by …",
        "Other News\n\nStorm over the coast\n\nThe wind took the roofs of …",
        "Share this\n\nFacebook\n\nTwitter",
    ],
)
def test_page_furniture_after_the_last_answer_is_left_out(furniture: str) -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So.\n\nAnd that was all.")) + "\n" + furniture + "\n"
    document = parse(text, source="a.txt")
    assert text[document.turns[-1].start : document.turns[-1].end] == "So.\n\nAnd that was all."


def test_without_labels_the_text_is_one_turn_with_no_speaker_and_a_note() -> None:
    text = "A harbour town.\n\nThe boats come in at six.\n"
    document = parse(text, source="a.txt")
    assert [(turn.speaker, turn.role, text[turn.start : turn.end]) for turn in document.turns] == [
        ("", "other", text.strip())
    ]
    assert len(document.notes) == 1
    assert "no speaker labels" in document.notes[0]


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
    for start, end in document.left_out:
        rest[start:end] = [" "] * (end - start)
    assert (
        set("".join(rest).replace("Question:", "").replace("Ann Reed:", "").replace("Jo Field:", "").split()) == set()
    )


@pytest.mark.parametrize("folder", ["press_conferences", "press_briefings", "committee_meetings/transcripts"])
def test_no_turn_of_a_public_transcript_holds_another_speakers_label(folder: str) -> None:
    files = sorted((Path(__file__).resolve().parents[2] / "shared" / "data" / folder).glob("*.*"))[:8]
    if not files:
        pytest.skip(f"../shared/data/{folder} is not on this machine")
    inside: list[str] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        document = parse(text, source=file.name)
        labels = {turn.speaker for turn in document.turns}
        for turn in document.turns:
            for line in text[turn.start : turn.end].split("\n\n"):
                head, colon, _ = line.strip().partition(":")
                inside += [f"{file.name}: {head}"] if colon and head in labels else []
    assert inside == []
