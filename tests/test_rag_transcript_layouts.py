"""Layouts of transcripts: one conversation written in many ways, and what looks like a label and is none."""

from __future__ import annotations

import pytest

from rag.transcript import parse
from rag.types import Turn

SAID = [
    ("Ilse Brandt", "Where did the water come from?"),
    ("Tom Arden", "It came from the north, over the old wall.\n\nNobody had looked at that wall for years."),
    ("Ilse Brandt", "And who was told?"),
    ("Tom Arden", "Everybody was told. Nobody came."),
    ("Ilse Brandt", "Would you do it again?"),
    ("Tom Arden", "I would, and sooner."),
]


def turns_of(text: str) -> list[tuple[str, str]]:
    return [(turn.speaker, text[turn.start : turn.end]) for turn in parse(text, source="talk.txt").turns]


def written(form: str) -> str:
    """The conversation with each turn in a form of `{name}`, `{NAME}`, `{last}`, `{said}` and `{n}`."""
    return "".join(
        form.format(
            name=name,
            NAME=name.upper(),
            low=name.lower(),
            last=name.split()[1],
            LAST=name.split()[1].upper(),
            said=said,
            n=number,
        )
        for number, (name, said) in enumerate(SAID, start=1)
    )


@pytest.mark.parametrize(
    "form",
    [
        "{name}\n{said}\n\n",
        "{name}\n\n{said}\n\n",
        "{name}:\n{said}\n\n",
        "{name}:\n\n{said}\n\n",
        "**{name}**\n\n{said}\n\n",
        "**{name}** {said}\n\n",
        "**{name}.** {said}\n\n",
        "**{name}** – {said}\n\n",
        "### {name}\n\n{said}\n\n",
        "### {name}:\n\n{said}\n\n",
        "- {name}: {said}\n\n",
        "> {name}: {said}\n\n",
        ">> {name}: {said}\n\n",
        "- **{name}:** {said}\n\n",
        "[{name}]: {said}\n\n",
        "[{name}] {said}\n\n",
        "<{name}> {said}\n\n",
        "[{name}]\n{said}\n\n",
        "{name} 0:0{n}\n{said}\n\n",
        "{name}  00:00:0{n}  \n{said}\n\n",
        "{name} (00:0{n})\n{said}\n\n",
        "{name} [00:0{n}]\n\n{said}\n\n",
        "**{name}** [00:0{n}]\n\n{said}\n\n",
        "[00:00:0{n}] {name}\n{said}\n\n",
        "00:0{n} {name}\n{said}\n\n",
        "00:00:0{n} | {name}\n{said}\n\n",
        "[00:00:0{n}] {name}: {said}\n\n",
        "[00:00:0{n}] **{name}**: {said}\n\n",
        "00:00:0{n}\n{name}: {said}\n\n",
        "[00:00:0{n}]\n{name}: {said}\n\n",
        "[00:0{n}]\n\n{name}\n{said}\n\n",
        "{name} — {said}\n\n",
        "{name} – {said}\n\n",
        "{name}. – {said}\n\n",
        "{name}\t{said}\n\n",
        "{name}     {said}\n\n",
        "{name} : {said}\n\n",
        "{name} (continuing): {said}\n\n",
        "1. {name}: {said}\n\n",
        "{name}\n{said}\n",
        "{name}: {said}\n",
        "{name} (00:00:0{n}) {said}\n\n",
        "{name}\n(00:00:0{n})\n{said}\n\n",
        "{name}: (00:0{n})\n{said}\n\n",
        "**{name}:** [00:00:0{n}] {said}\n\n",
        "**[00:00:0{n}] {name}:** {said}\n\n",
        "\\[00:00:0{n}\\] **{name}:** {said}\n\n",
        "[{name}] 10:00:0{n}\n{said}\n\n",
        "[{name}, 00:0{n}] {said}\n\n",
        "00:0{n} - {name} - {said}\n\n",
        "{name}, 00:0{n}\n{said}\n\n",
        "00:00:0{n} --> 00:00:09\n{name}: {said}\n\n",
        "*{name}:* {said}\n\n",
        "*{name}*\n\n{said}\n\n",
        "<b>{name}:</b> {said}\n\n",
        "({name}) {said}\n\n",
        "{name}> {said}\n\n",
        "{name} | {said}\n\n",
        "{n} {name}: {said}\n\n",
        "{name} [{n}]: {said}\n\n",
        "{name}, Minister of Works\n{said}\n\n",
        "{name} (North) (Ind)\n{said}\n\n",
        "[{name}](https://example.org/{n}): {said}\n\n",
        "({name}): {said}\n\n",
        "0:0:{n}.0 --> 0:0:{n}.90\n{name}\n{said}\n\n",
        "{name} (00:0{n} - 00:09):\n{said}\n\n",
        "**{name}** (00:0{n}): {said}\n\n",
        "[28/03/2024, 14:02:0{n}] {name}: {said}\n\n",
        "28.03.2024, 14:0{n} - {name}: {said}\n\n",
        "2024-03-28 14:02:0{n} {name}: {said}\n\n",
        "{name}  2:0{n} PM\n{said}\n\n",
        "{name} // {said}\n\n",
        "=== {name} ===\n{said}\n\n",
        "{name} (V.O.)\n{said}\n\n",
    ],
)
def test_every_layout_gives_the_same_speakers_and_words(form: str) -> None:
    assert turns_of(written(form)) == SAID


def test_a_time_of_the_day_is_no_place_in_a_recording() -> None:
    turns = parse(written("[28/03/2024, 14:02:0{n}] {name}: {said}\n\n"), source="a.txt").turns
    assert {turn.seconds for turn in turns} == {None}
    turns = parse(written("{name} (00:0{n} - 00:09): {said}\n\n"), source="a.txt").turns
    assert [turn.seconds for turn in turns] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        ("P. {}", "R. {}"),
        ("PREGUNTA.- {}", "RESPUESTA.- {}"),
        ("Pregunta. {}", "Respuesta. {}"),
        ("D. {}", "R. {}"),
        ("F: {}", "A: {}"),
        ("Q : {}", "R : {}"),
        ("Q) {}", "A) {}"),
        ("**P.** {}", "**R.** {}"),
        ("В. – {}", "О. – {}"),
    ],
)
def test_letters_and_words_for_question_and_answer_in_other_languages(asks: str, answers: str) -> None:
    text = "\n\n".join((asks if name == "Ilse Brandt" else answers).format(said) for name, said in SAID) + "\n"
    found = parse(text, source="a.txt")
    assert [text[turn.start : turn.end] for turn in found.turns] == [said for _, said in SAID]
    assert [turn.role for turn in found.turns] == ["interviewer", "respondent"] * 3
    assert len(found.speakers) == 2


def test_lists_with_letters_are_no_questions_and_answers() -> None:
    text = "P. The plan was to build a wall.\n\nR. The wall was late.\n\n" * 4
    assert [turn.speaker for turn in parse(text, source="a.txt").turns] == [""]


def test_titles_and_names_with_a_period_are_speakers_where_paragraphs_begin() -> None:
    text = (
        "    The Chairman. The committee will come to order. I thank\n"
        "Mr. Arden. He has come far to be here with us today.\n"
        "    Mr. Arden. Thank you. It came from the north, over the old\n"
        "wall.\n"
        "    The Chairman. Who was told of it, Mr. Arden?\n"
        "    Mr. Arden. Everybody was told. Ms. Brandt. The mayor. All.\n"
        "    Ms. Brandt [continuing]. I was not.\n"
        "    Mr. Arden. You were, Ms. Brandt.\n"
    )
    assert [(speaker, " ".join(said.split())) for speaker, said in turns_of(text)] == [
        (
            "The Chairman",
            "The committee will come to order. I thank Mr. Arden. He has come far to be here with us today.",
        ),
        ("Mr. Arden", "Thank you. It came from the north, over the old wall."),
        ("The Chairman", "Who was told of it, Mr. Arden?"),
        ("Mr. Arden", "Everybody was told. Ms. Brandt. The mayor. All."),
        ("Ms. Brandt", "I was not."),
        ("Mr. Arden", "You were, Ms. Brandt."),
    ]


@pytest.mark.parametrize("mark", ["**", "*", "_", "***"])
def test_a_question_set_apart_with_its_label_is_no_part_of_the_answer_above(mark: str) -> None:
    text = "".join(
        f"{mark}{name}: {said}{mark}\n\n" if name == "Ilse Brandt" else f"{name}: {said}\n\n" for name, said in SAID
    )
    assert turns_of(text) == SAID


def test_a_newspapers_name_above_its_questions_does_not_say_the_answers() -> None:
    text = "".join(
        f"**{'Daily Post' if number < 3 else 'Evening Sun'}: {said}**\n\n" if name == "Ilse Brandt" else f"{said}\n\n"
        for number, (name, said) in enumerate(SAID)
    )
    papers = ["Daily Post", "", "Daily Post", "", "Evening Sun", ""]
    assert turns_of(text) == [(paper, said) for paper, (_, said) in zip(papers, SAID, strict=True)]


@pytest.mark.parametrize(
    "form",
    [
        "{NAME}: {said}\n\n",
        "{NAME}\n{said}\n\n",
        "**{NAME}:** {said}\n\n",
        "{NAME} -- {said}\n\n",
        "{NAME}. {said}\n\n",
    ],
)
def test_names_in_capitals_are_names(form: str) -> None:
    assert turns_of(written(form)) == [(name.upper(), said) for name, said in SAID]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Mr. {0}. ", "Ms. {0}. "),
        ("MR. {0}: ", "MS. {0}: "),
        ("Mr. {0}: ", "Ms. {0}: "),
        ("Mr. {0}. ", "The CHAIRMAN. "),
        ("Senator {0}. ", "The PRESIDING OFFICER. "),
        ("THE PRESIDENT: ", "MR. {0}: "),
        ("M. {0} : ", "Mme {0} : "),
        ("M. {0}. – ", "Mme {0}. – "),
        ("CHAIR {0}. ", "VICE CHAIR {0}. "),
        ("IB: ", "TA: "),
        ("Speaker 1: ", "Speaker 2: "),
    ],
)
def test_short_labels_keep_two_people_apart(first: str, second: str) -> None:
    names = {"Ilse Brandt": first.format("BRANDT"), "Tom Arden": second.format("ARDEN")}
    text = "".join(f"{names[name]}{said}\n\n" for name, said in SAID)
    expected = [(names[name].strip(" :–").removesuffix("."), said) for name, said in SAID]
    assert turns_of(text) == expected


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Q: ", "A: "),
        ("Q. ", "A. "),
        ("Q    ", "A    "),
        ("Q\t", "A\t"),
        ("Q{n}: ", "A{n}: "),
        ("Q{n}. ", "A{n}. "),
        ("**Q{n}:** ", "**A{n}:** "),
        ("Question {n}: ", "Answer {n}: "),
        ("Q\n", "A\n"),
        ("Q:\n", "A:\n"),
        ("F: ", "A: "),
        ("P: ", "R: "),
        ("В: ", "О: "),
        ("Frage: ", "Antwort: "),
        ("Pregunta: ", "Respuesta: "),
        ("Pergunta: ", "Resposta: "),
        ("Вопрос: ", "Ответ: "),
        ("Запитання: ", "Відповідь: "),
        ("Question : ", "Réponse : "),
        ("问：", "答："),
        ("问: ", "答: "),
        ("记者：", "部长："),
    ],
)
def test_questions_and_answers_are_told_apart_by_their_letters_and_words(question: str, answer: str) -> None:
    pairs = [
        (question.format(n=n // 2 + 1) if n % 2 == 0 else answer.format(n=n // 2 + 1), said)
        for n, (_, said) in enumerate(SAID)
    ]
    text = "".join(f"{label}{said}\n\n" for label, said in pairs)
    document = parse(text, source="talk.txt")
    assert [(turn.role, text[turn.start : turn.end]) for turn in document.turns] == [
        ("interviewer" if name == "Ilse Brandt" else "respondent", said) for name, said in SAID
    ]
    assert len(document.speakers) == 2


@pytest.mark.parametrize("mark", ["**{}**", "*{}*", "### {}", "__{}__"])
def test_questions_set_apart_are_asked_by_nobody_named_and_never_answered_by_a_name(mark: str) -> None:
    text = "".join(f"{mark.format(said) if name == 'Ilse Brandt' else said}\n\n" for name, said in SAID)
    document = parse(text, source="talk.md")
    assert [(turn.speaker, turn.role, text[turn.start : turn.end].strip("*_")) for turn in document.turns] == [
        ("", "interviewer" if name == "Ilse Brandt" else "respondent", said) for name, said in SAID
    ]
    assert document.grammar == "questions set apart, no names"


def test_time_stamps_without_speakers_become_seconds_and_are_never_quoted() -> None:
    text = "[00:00:05]\nIt came from the north.\n\n[00:00:15] Nobody had looked.\n\n00:25\nEverybody was told.\n"
    document = parse(text, source="talk.txt")
    assert [(turn.speaker, turn.seconds, text[turn.start : turn.end]) for turn in document.turns] == [
        ("", 5.0, "It came from the north."),
        ("", 15.0, "Nobody had looked."),
        ("", 25.0, "Everybody was told."),
    ]


def test_a_time_stamp_above_a_label_is_the_turns_and_one_inside_a_turn_divides_it() -> None:
    text = (
        "[00:01]\nIlse Brandt: Where from?\n\n[00:05]\nTom Arden: From the north.\n\n[00:09]\nOver the wall.\n\n"
        "[00:12]\nIlse Brandt: And?\n\n[00:20]\nTom Arden: We ran.\n"
    )
    assert [
        (turn.speaker, turn.seconds, text[turn.start : turn.end]) for turn in parse(text, source="a.txt").turns
    ] == [
        ("Ilse Brandt", 1.0, "Where from?"),
        ("Tom Arden", 5.0, "From the north."),
        ("Tom Arden", 9.0, "Over the wall."),
        ("Ilse Brandt", 12.0, "And?"),
        ("Tom Arden", 20.0, "We ran."),
    ]


def test_a_title_and_a_company_behind_a_name_are_no_part_of_it() -> None:
    text = (
        "ILSE BRANDT, ANALYST, NORTH BANK: Where from?\n\nTOM ARDEN, CHIEF EXECUTIVE, ARDEN & SONS: From the north.\n\n"
        "BRANDT: And?\n\nARDEN: We ran.\n"
    )
    assert [speaker for speaker, _ in turns_of(text)] == ["ILSE BRANDT", "TOM ARDEN"] * 2


def test_a_nickname_in_a_label_is_read_over() -> None:
    text = written("{name}: {said}\n\n").replace("Tom Arden: It", 'Tom "Rock" Arden: It')
    assert [said for _, said in turns_of(text)] == [said for _, said in SAID]
    assert {speaker for speaker, _ in turns_of(text)} == {"Ilse Brandt", "Tom Arden"}


def test_labels_in_small_letters_are_labels_where_nobody_is_written_otherwise() -> None:
    assert turns_of(written("{low}: {said}\n\n")) == [(name.lower(), said) for name, said in SAID]


def test_labels_in_the_midst_of_one_long_line_are_found() -> None:
    text = " ".join(f"{name}: {said}" for name, said in SAID).replace("\n\n", " ") + "\n"
    assert turns_of(text) == [(name, said.replace("\n\n", " ")) for name, said in SAID]


@pytest.mark.parametrize(
    "note", ["[Applause]", "(Laughter.)", "[laughs]", "(Beifall)", "(As interpreted.)", "[Crosstalk]"]
)
def test_a_stage_note_is_no_speaker_however_often_it_stands_alone(note: str) -> None:
    text = written("{name}: {said}\n\n" + note + "\n\n")
    assert {speaker for speaker, _ in turns_of(text)} == {"Ilse Brandt", "Tom Arden"}
    alone = written("{name}\n{said}\n\n" + note + "\n\n")
    assert {speaker for speaker, _ in turns_of(alone)} == {"Ilse Brandt", "Tom Arden"}


@pytest.mark.parametrize(
    "remark",
    [
        "New York: forty people.",
        "New York: forty people\n\nLos Angeles: thirty",
        "The numbers are these:\n\nNew York: Forty people came.",
        "Look: we tried.\n\nLook: we looked, and look how it ended.",
        "Note: nobody came.\n\nNote: nobody went.",
        "My point is: nobody came.\n\nMy point is: nobody went.\n\nMy point is: nobody stayed.",
        "And, if I may, one more: nobody came.\n\nAnd, if I may, one more: no.\n\nAnd, if I may, one more: never.",
    ],
)
def test_what_stands_before_a_colon_in_an_answer_is_no_speaker(remark: str) -> None:
    said = [*SAID[:3], ("Tom Arden", f"{SAID[3][1]}\n\n{remark}"), *SAID[4:]]
    text = "".join(f"{name}: {words}\n\n" for name, words in said)
    assert turns_of(text) == said


def test_a_guest_who_speaks_once_has_a_turn_of_her_own() -> None:
    said = [*SAID[:3], ("Noor Field", "I told them. I was there."), *SAID[3:]]
    assert turns_of("".join(f"{name}: {words}\n\n" for name, words in said)) == said


def test_a_speaker_who_is_named_once_in_lines_without_gaps_is_not_lost() -> None:
    text = (
        "  President Ilse Brandt:\n  I open the meeting.\n(Applause)\n  Noor Field, Member for the North:\n  Thank you all.\n(Applause)\n"
        "  President Ilse Brandt:\n  And now the answer.\n  Tom Arden:\n  It came from the north.\n  Tom Arden:\n  Yes.\n"
    )
    assert [speaker for speaker, _ in turns_of(text)] == [
        "President Ilse Brandt",
        "Noor Field",
        "President Ilse Brandt",
        "Tom Arden",
        "Tom Arden",
    ]


@pytest.mark.parametrize(
    "tail",
    ["Photo: Jo Field / Courier", "Source: The Courier", "END 5:49 P.M. EDT", "5:49 P.M. EDT", "(End of interview)"],
)
def test_credits_and_end_marks_are_left_out_and_the_notes_say_so(tail: str) -> None:
    text = written("{name}: {said}\n\n") + tail + "\n"
    document = parse(text, source="a.txt")
    assert turns_of(text) == SAID
    assert text[slice(*document.left_out[-1])].strip() == tail
    assert tail in document.notes[-1]


@pytest.mark.parametrize("advert", ["Advertisement", "Photo: Jo Field", "Read also\n\nTen best harbours of the coast"])
def test_what_a_page_puts_between_two_answers_is_left_out_of_both(advert: str) -> None:
    text = written("{name}: {said}\n\n").replace("Ilse Brandt: And who", f"{advert}\n\nIlse Brandt: And who")
    document = parse(text, source="a.txt")
    assert turns_of(text) == SAID
    assert " ".join(text[slice(*piece)] for piece in document.left_out).split() == advert.split()
    assert "left out between turns" in document.notes[0]


def test_below_a_heading_nobody_goes_on_speaking() -> None:
    text = written("{name}: {said}\n\n") + "## The wall\n\nThe wall was built in 1902.\n"
    assert turns_of(text) == [*SAID, ("", "The wall was built in 1902.")]


def test_a_talk_before_the_first_question_is_kept_as_nobodys() -> None:
    talk = "\n\n".join(
        f"This is paragraph {number} of the talk, {'and it goes on and on ' * 25}until it ends." for number in range(4)
    )
    text = f"A talk\n\n{talk}\n\n" + written("{name}: {said}\n\n")
    document = parse(text, source="a.txt")
    assert turns_of(text) == [("", talk), *SAID]
    assert text[slice(*document.left_out[0])].strip() == "A talk"
    assert "said by nobody known" in document.notes[0]


def test_a_joint_label_is_neither_of_the_two() -> None:
    text = written("{name}: {said}\n\n") + "Ilse Brandt and Tom Arden: Thank you.\n\n"
    assert turns_of(text)[-1] == ("Ilse Brandt and Tom Arden", "Thank you.")


def test_the_parse_says_what_it_went_by_and_how_sure_it_is() -> None:
    found = parse(written("{name}: {said}\n\n"), source="a.txt")
    assert (found.grammar, found.confidence, found.language) == ("label with colon", 1.0, "en")
    none = parse("A harbour town.\n\nThe boats come in at six.\n", source="a.txt")
    assert (none.grammar, none.confidence) == ("none", 0.0)


def covered(turns: tuple[Turn, ...], left_out: tuple[tuple[int, int], ...], text: str) -> str:
    rest = list(text)
    for start, end in [*((turn.start, turn.end) for turn in turns), *left_out]:
        rest[start:end] = " " * (end - start)
    return "".join(rest)


def test_turns_labels_and_what_is_left_out_are_all_there_is() -> None:
    text = "[00:01]\n" + written("{name}: {said}\n\n[00:09]\n\nMore.\n\n") + "## Heading\n\nText.\n\nEND\n"
    document = parse(text, source="a.txt")
    rest = covered(document.turns, document.left_out, text)
    assert set(rest.replace("Ilse Brandt:", "").replace("Tom Arden:", "").replace("[00:01]", "").split()) == set()


def test_answers_below_labelled_questions_are_nobodys_and_no_questions() -> None:
    text = "".join(f"Q: {said}\n\n" if name == "Ilse Brandt" else f"{said}\n\n" for name, said in SAID)
    document = parse(text, source="a.txt")
    assert [(turn.speaker, turn.role, text[turn.start : turn.end]) for turn in document.turns] == [
        ("Q", "interviewer", said) if name == "Ilse Brandt" else ("", "respondent", said) for name, said in SAID
    ]


def exchange(*said: tuple[str, str]) -> str:
    return "".join(f"{name}: {words}\n\n" for name, words in said)


@pytest.mark.parametrize(
    "voice", ["Audience member", "Unidentified Speaker", "Man in audience", "Female voice", "Student"]
)
def test_a_voice_that_nobody_knows_breaks_in_once_and_is_no_part_of_the_turn_above(voice: str) -> None:
    said = [*SAID[:4], (voice, "Speak up!"), *SAID[4:]]
    assert turns_of(exchange(*said)) == said


def test_a_known_label_behind_the_end_of_a_sentence_is_somebody_who_breaks_in() -> None:
    text = exchange(*((name.upper(), words) for name, words in SAID))
    text = text.replace("Nobody came.", "Nobody came. ILSE BRANDT: Nobody!")
    assert [speaker for speaker, _ in turns_of(text)] == [
        "ILSE BRANDT", "TOM ARDEN", "ILSE BRANDT", "TOM ARDEN", "ILSE BRANDT", "ILSE BRANDT", "TOM ARDEN",
    ]  # fmt: skip
    assert turns_of(text)[3:5] == [("TOM ARDEN", "Everybody was told. Nobody came."), ("ILSE BRANDT", "Nobody!")]


def test_a_name_and_a_colon_within_a_wrapped_sentence_are_no_label() -> None:
    text = (
        "ILSE BRANDT: Tonight we talk about the wall, and about\n"
        "Tom Arden: he is the engineer, and he was there on the night\n"
        "when it broke. What happened?\n"
        "TOM ARDEN: It broke. I said to them: go and look.\n"
        "ILSE BRANDT: When was that?\n"
        "TOM ARDEN: On Monday.\n"
    )
    assert [(speaker, " ".join(words.split())) for speaker, words in turns_of(text)] == [
        (
            "ILSE BRANDT",
            "Tonight we talk about the wall, and about Tom Arden: he is the engineer, and he was there on the night when it "
            "broke. What happened?",
        ),
        ("TOM ARDEN", "It broke. I said to them: go and look."),
        ("ILSE BRANDT", "When was that?"),
        ("TOM ARDEN", "On Monday."),
    ]


@pytest.mark.parametrize("first", [2, 0])
def test_initials_that_the_text_explains_are_that_person(first: int) -> None:
    said = [
        (name if number >= first else f"{name} ({name[0]}{name.split()[1][0]})", words)
        for number, (name, words) in enumerate(SAID)
    ]
    text = exchange(
        *said[:first], *(("".join(word[0] for word in name.split()), words) for name, words in SAID[first:])
    )
    head = "" if first else "Tom Arden (TA) talks to Ilse Brandt (IB)\n\n"
    assert turns_of(head + text) == SAID


def test_numbered_lines_of_a_court_keep_lawyers_questions_and_answers_apart() -> None:
    text = (
        " 1            THE COURT:  Good morning.\n"
        " 2            MR. SMITH:  Good morning, Your Honor.\n"
        " 3       BY MR. SMITH:\n"
        " 4       Q.   Did you see the wall?\n"
        " 5       A.   I did, on the Monday.\n"
        " 6       Q.   And who came?\n"
        " 7       A.   Nobody.\n"
        " 8            MS. JONES:  Objection.\n"
        " 9            THE COURT:  Sustained.\n"
        "10       BY MR. SMITH:\n"
        "11       Q.   Who was told?\n"
        "12       A.   Everybody.\n"
    )
    assert turns_of(text) == [
        ("THE COURT", "Good morning."),
        ("MR. SMITH", "Good morning, Your Honor."),
        ("Q", "Did you see the wall?"),
        ("A", "I did, on the Monday."),
        ("Q", "And who came?"),
        ("A", "Nobody."),
        ("MS. JONES", "Objection."),
        ("THE COURT", "Sustained."),
        ("Q", "Who was told?"),
        ("A", "Everybody."),
    ]


def test_french_parliaments_set_offices_and_names_before_a_period() -> None:
    text = (
        "M. le président. La parole est à M. Jean Dupont.\n\n"
        "M. Jean Dupont. Monsieur le ministre, pourquoi ?\n\n"
        "Mme Marie Durand, ministre des travaux. Parce que.\n\n"
        "M. Jean Dupont. Merci.\n\n"
        "M. le président. La parole est à Mme la ministre.\n\n"
        "Mme Marie Durand, ministre des travaux. Je vous en prie.\n"
    )
    assert turns_of(text) == [
        ("M. le président", "La parole est à M. Jean Dupont."),
        ("M. Jean Dupont", "Monsieur le ministre, pourquoi ?"),
        ("Mme Marie Durand", "Parce que."),
        ("M. Jean Dupont", "Merci."),
        ("M. le président", "La parole est à Mme la ministre."),
        ("Mme Marie Durand", "Je vous en prie."),
    ]


def test_the_head_of_a_meetings_recording_names_nobody() -> None:
    text = (
        "Weekly-20240312-Meeting Recording\n\nMarch 12, 2024, 2:00PM\n\n32m 10s\n\nTom Arden started transcription\n\n"
        + written("{name}   0:0{n}\n{said}\n\n")
        + "Tom Arden stopped transcription\n"
    )
    assert turns_of(text) == SAID
    assert parse(text, source="a.txt").date == "2024-03-12"


def test_members_who_shout_are_no_part_of_a_speech() -> None:
    said = [*SAID[:4], ("Some hon. members", "Oh, oh!"), *SAID[4:]]
    assert turns_of(exchange(*said)) == said
