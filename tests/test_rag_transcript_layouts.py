"""One conversation written in many layouts gives the same turns."""

from __future__ import annotations

import pytest
from made_conversations import SAID, said_in, written

from rag.transcript import parse


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
    assert said_in(written(form)) == SAID


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


@pytest.mark.parametrize("mark", ["**", "*", "_", "***"])
def test_a_question_set_apart_with_its_label_is_no_part_of_the_answer_above(mark: str) -> None:
    text = "".join(
        f"{mark}{name}: {said}{mark}\n\n" if name == "Ilse Brandt" else f"{name}: {said}\n\n" for name, said in SAID
    )
    assert said_in(text) == SAID


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
    assert said_in(written(form)) == [(name.upper(), said) for name, said in SAID]


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
    assert said_in(text) == expected


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


def test_a_nickname_in_a_label_is_read_over() -> None:
    text = written("{name}: {said}\n\n").replace("Tom Arden: It", 'Tom "Rock" Arden: It')
    assert [said for _, said in said_in(text)] == [said for _, said in SAID]
    assert {speaker for speaker, _ in said_in(text)} == {"Ilse Brandt", "Tom Arden"}


def test_labels_in_small_letters_are_labels_where_nobody_is_written_otherwise() -> None:
    assert said_in(written("{low}: {said}\n\n")) == [(name.lower(), said) for name, said in SAID]


def test_labels_in_the_midst_of_one_long_line_are_found() -> None:
    text = " ".join(f"{name}: {said}" for name, said in SAID).replace("\n\n", " ") + "\n"
    assert said_in(text) == [(name, said.replace("\n\n", " ")) for name, said in SAID]


_ONE_WHO_COMES_LATE = [*SAID[:4], ("Rosa Quist", "I came in too late for that."), *SAID[4:]]


@pytest.mark.parametrize(
    "boundary", ["## The second part", "* * *", "---", "# Water [7.39](https://example.org/v?t=459)", "_____"]
)
@pytest.mark.parametrize("form", ["**{name}**\n* {said}\n\n", "{name}\n{said}\n\n", "{name}: {said}\n"])
def test_below_a_heading_or_a_rule_a_label_opens_a_turn_without_a_blank_line(boundary: str, form: str) -> None:
    said = [(name, words.split("\n")[0]) for name, words in SAID]
    lines = [form.format(name=name, said=words) for name, words in said]
    text = "".join([f"# A talk\n{boundary}\n", *lines[:2], f"{boundary}\n", *lines[2:]])
    found = [(name, words.split("\n")[0].removeprefix("* ")) for name, words in said_in(text)]
    assert [each for each in found if each[0]] == said


@pytest.mark.parametrize(
    "heading", ["Questions and Answers", "Preguntas y respuestas", "PART TWO", "Fragen der Presse"]
)
@pytest.mark.parametrize("office", ["", ", MINISTER FOR PORTS"])
def test_who_speaks_once_below_a_plain_heading_has_a_turn(heading: str, office: str) -> None:
    lines = [f"{name.upper()}: {' '.join(words.split())}\n" for name, words in _ONE_WHO_COMES_LATE]
    lines[4] = f"{heading}\nROSA QUIST{office}: I came in too late for that.\n"
    assert ("ROSA QUIST", "I came in too late for that.") in said_in("".join(lines))


@pytest.mark.parametrize("form", ["**{name}**\n* {said}\n\n", "**{name}**\n\n{said}\n\n", "### {name}\n{said}\n\n"])
@pytest.mark.parametrize("who", ["Rosa", "Rosa Quist"])
def test_who_speaks_once_in_a_form_that_every_label_has_is_heard(form: str, who: str) -> None:
    said = [(who if name == "Rosa Quist" else name, words.split("\n")[0]) for name, words in _ONE_WHO_COMES_LATE]
    text = "".join(form.format(name=name, said=words) for name, words in said)
    assert [(name, words.removeprefix("* ")) for name, words in said_in(text)] == said


@pytest.mark.parametrize("form", ["**{name}**\n{said}\n\n", "### {name}\n\n{said}\n\n"])
def test_a_heading_of_the_labels_form_that_the_text_uses_as_a_word_is_nobody(form: str) -> None:
    said = [(name, words.split("\n")[0]) for name, words in SAID]
    text = "".join(form.format(name=name, said=words) for name, words in [*said[:4], ("Water", "It rose."), *said[4:]])
    assert {name for name, _ in said_in(text)} <= {"Ilse Brandt", "Tom Arden", ""}
