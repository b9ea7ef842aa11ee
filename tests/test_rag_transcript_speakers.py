"""Who speaks: labels in many spellings, names, and the roles of those who ask and answer."""

from __future__ import annotations

import pytest
from conftest import transcript
from made_conversations import turns_of

from rag.transcript import parse


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
