"""Text → turns, speakers, roles, title, date and place."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import BUNDLED, transcript
from hypothesis import given, settings
from hypothesis import strategies as st
from outside import not_here, parsed

from rag.transcript import parse
from rag.types import Document, Hints


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


def test_a_bare_q_before_one_space_or_a_colon_in_the_question_is_no_part_of_the_answer() -> None:
    text = "MS. REED: Go ahead.\n\nQ On rain, if I may: will it stop?\n\nMS. REED: No.  \nQ\xa0\xa0 Sure?\n\nMS. REED: Yes.\n\nAIDE: Last one.\n\nQ Why?\n"
    assert [(speaker, said) for speaker, _, said in turns_of(text)] == [
        ("MS. REED", "Go ahead."),
        ("Q", "On rain, if I may: will it stop?"),
        ("MS. REED", "No."),
        ("Q", "Sure?"),
        ("MS. REED", "Yes."),
        ("AIDE", "Last one."),
        ("Q", "Why?"),
    ]


def test_a_person_whose_initial_is_a_is_no_answer_label() -> None:
    text = transcript(
        ("Question", "Why?"), ("A. Reed", "A storm. A big one."), ("Question", "And?"), ("A. Reed", "A calm.")
    )
    assert [speaker for speaker, _, _ in turns_of(text)] == ["Question", "A. Reed"] * 2


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


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Q: ", "A: "),
        ("**Q:** ", "**A:** "),
        ("**Q**: ", "**A**: "),
        ("__Question__: ", "__Ann Reed__: "),
        ("**Question**:\n", "**Ann Reed**:\n"),
        ("Question : ", "Ann Reed : "),
        ("Question：", "Ann Reed："),
        ("Question [00:10]: ", "Ann Reed [01:02]: "),
        ("Interviewer: ", "Interviewee: "),
    ],
)
def test_further_layouts_of_labels_give_the_same_turns(question: str, answer: str) -> None:
    text = f"{question}Why so late?\n\n{answer}It was dark. And you?\n\n{question}And then?\n\n{answer}We slept.\n"
    assert [(role, said) for _, role, said in turns_of(text)] == [
        ("interviewer", "Why so late?"),
        ("respondent", "It was dark. And you?"),
        ("interviewer", "And then?"),
        ("respondent", "We slept."),
    ]


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [("[00:01:02] ", 62.0), ("(1:02) ", 62.0), ("00:01:02 ", 62.0), ("[01:00:00.500] ", 3600.5), ("[00:01] - ", 1.0)],
)
def test_a_time_stamp_is_read_in_every_form(stamp: str, seconds: float) -> None:
    text = "".join(f"{stamp}{name}: {said}\n\n" for name, said in [("Jo Field", "Why?"), ("Ann Reed", "So.")] * 2)
    assert [turn.seconds for turn in parse(text, source="a.txt").turns] == [seconds] * 4


@pytest.mark.parametrize(
    ("first", "second", "speakers"),
    [
        ("Ann Reed", "A. Reed", ["Ann Reed", "Ann Reed"]),
        ("A.B. Reed", "A. B. Reed", ["A.B. Reed", "A.B. Reed"]),
        ("ANN REED", "Ann Reed", ["Ann Reed", "Ann Reed"]),
        ("Ann Reed (by telephone)", "Ann Reed", ["Ann Reed", "Ann Reed"]),
        ("A. Reed", "B. Reed", ["A. Reed", "B. Reed"]),
        ("Mr. Reed", "Ms. Reed", ["Mr. Reed", "Ms. Reed"]),
    ],
)
def test_two_spellings_are_one_speaker_and_two_people_stay_two(first: str, second: str, speakers: list[str]) -> None:
    text = transcript(("Question", "Why?"), (first, "So."), ("Question", "And?"), (second, "No."))
    assert [speaker for speaker, role, _ in turns_of(text) if role == "respondent"] == speakers


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


@pytest.mark.parametrize(
    "written",
    [
        "3 May 2024", "3rd May 2024", "May 3, 2024", "May 3rd, 2024", "Friday, 3 May 2024", "2024-05-03",
        "2024-05-03T10:00:00Z", "03.05.2024", "3 мая 2024", "3. Mai 2024", "le 3 mai 2024", "3 de mayo de 2024",
        "2024年5月3日",
    ],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(written: str) -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So."), head=f"A talk\nOslo, {written}")
    assert parse(text, source="talk.txt").date == "2024-05-03"


@pytest.mark.parametrize(
    "written",
    [
        "May 2024",
        "2024",
        "3 May",
        "31 February 2024",
        "2024-13-01",
        "2024-02-30",
        "05/03/2024",
        "12.2024",
        "Room 20240503",
    ],
)
def test_what_is_no_full_date_gives_none(written: str) -> None:
    text = transcript(("Question", "On 1 June 2020?"), ("Ann Reed", "On 2 June 2020."), head=f"A talk\n{written}")
    assert parse(text, source="talk.txt").date is None


@pytest.mark.parametrize(
    "head",
    ["---\n: bad: [\n---\n", "---\n- a\n- b\n---\n", "---\ntitle:\n---\n", "---\ndate: .inf\n---\n", "---\nno end\n"],
)
def test_front_matter_that_says_nothing_changes_no_turn(head: str) -> None:
    document = parse(f"{head}\nQuestion: Why?\n\nAnn Reed: So.\n", source="a.md")
    assert [document.text[turn.start : turn.end] for turn in document.turns] == ["Why?", "So."]
    assert document.date is None


@pytest.mark.parametrize(
    "furniture",
    [
        "Check Also\n\nHarbour master retires\n\nAfter forty years at the …",
        "---\n\nSubscribe to our newsletter",
        "***\n\nFollow us on Facebook",
        "Tags: harbour, storm",
        "Filed under: Politics",
        "Advertisement",
        "You may also like\n\nTen best harbours\n\nThe coast is long and …",
        "Previous article\n\nHarbour opens\n\nNext article\n\nStorm",
        "About the author\n\nJo Field writes about boats.",
        "Sign up for our newsletter\n\nGet the best stories each week.",
        "Leave a Reply\n\nYour email address will not be published.",
        "Related Articles:\n\nHarbour opens\n\nStorm",
        "© 2024 The Courier. All rights reserved.",
        "#harbour #storm",
    ],
)
def test_further_page_furniture_is_left_out_and_makes_no_speaker(furniture: str) -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So.\n\nAnd that was all.")) + "\n" + furniture + "\n"
    assert turns_of(text) == [
        ("Question", "interviewer", "Why?"),
        ("Ann Reed", "respondent", "So.\n\nAnd that was all."),
    ]
    document = parse(text, source="a.txt")
    assert text[slice(*document.left_out[-1])].strip() == furniture


@pytest.mark.parametrize(
    "answer",
    [
        "Three things matter\n\nPeace, bread and land, as they used to say in our town.",
        "We made a list\n\n- rain\n- wind\n- fog",
        "Thank you all\n\nGood night",
        "Well —\n\nno",
        "Yes.\n\nMore than that I cannot say",
    ],
)
def test_short_paragraphs_of_the_last_answer_are_no_furniture(answer: str) -> None:
    assert turns_of(transcript(("Question", "Why?"), ("Ann Reed", answer)))[-1] == ("Ann Reed", "respondent", answer)


@pytest.mark.parametrize("date", ["2024-02-30", "2024-13-45", "0000-00-00"])
def test_an_impossible_date_in_front_matter_is_no_date(date: str) -> None:
    document = parse(f"---\ndate: {date}\n---\n\nQuestion: Why?\n\nAnn Reed: So.\n", source="a.md")
    assert (document.date, len(document.turns)) == (None, 2)


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


@pytest.mark.parametrize("name", ["Ann B. Reed", "Secretary Jo F. Field", "van der Berg", "de Wit"])
def test_a_name_with_a_middle_initial_or_a_small_first_letter_speaks_for_itself(name: str) -> None:
    text = transcript(*[("Question", "Why was it late?"), (name, "It was dark.")] * 3)
    assert (
        turns_of(text)
        == [
            ("Question", "interviewer", "Why was it late?"),
            (name, "respondent", "It was dark."),
        ]
        * 3
    )


def test_a_known_speaker_after_a_single_line_break_begins_a_turn() -> None:
    said = [("Tom Hale", "Why so?"), ("Anna Reed", "It was so, and we all knew it at the time.")] * 5
    text = transcript(*said) + "\nTom Hale: And the last?\nAnna Reed: I resigned.\n"
    assert turns_of(text)[-2:] == [
        ("Tom Hale", "interviewer", "And the last?"),
        ("Anna Reed", "respondent", "I resigned."),
    ]


@pytest.mark.parametrize(("asks", "answers"), [("Tom Hale", "Anna Reed"), ("Q", "A")])
def test_an_exchange_of_two_lines_has_two_speakers(asks: str, answers: str) -> None:
    text = f"{asks}: Why did you go?\n{answers}: I went for the money, as people do.\n"
    assert [(speaker, said) for speaker, _, said in turns_of(text)] == [
        (asks, "Why did you go?"),
        (answers, "I went for the money, as people do."),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "We did it.\n\nAlso in March we closed the mill.\n\nThe budget was 40 million.",
        "More about that in a minute.\n\nShare this with your neighbours.\n\nTags are cheap.",
        "So.\n\nSign up early, I told them.\n\nSubscribe to nothing you cannot cancel.",
        "My priorities are these:\n\n- Housing for all\n\n- Schools",
        "I will read it to you.\n\nThe harbour lies\n\nunder the wind\n\nand nobody comes",
        "I will say it plainly.\n\nNo\n\nNever",
        "First part.\n\n***\n\nThen came the flood",
    ],
)
def test_sentences_lists_and_poems_at_the_end_of_the_last_answer_are_kept(answer: str) -> None:
    assert turns_of(transcript(("Question", "Why?"), ("Ann Reed", answer)))[-1][2] == answer


def test_a_date_in_a_sentence_of_the_introduction_is_not_the_documents() -> None:
    text = transcript(("Question", "Why?"), ("Ann Reed", "So."), head="A talk\n\nAnn was born on 3 May 1961.")
    assert parse(text, source="a.txt").date is None


def test_rules_around_the_first_turns_are_no_front_matter() -> None:
    text = (
        "---\n"
        + transcript(("Tom Hale", "Where?"), ("Anna Reed", "In town, as ever."))
        + "\n---\n\n"
        + transcript(("Tom Hale", "And?"), ("Anna Reed", "The same, as ever."))
    )
    assert [speaker for speaker, _, _ in turns_of(text)] == ["Tom Hale", "Anna Reed"] * 2


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
