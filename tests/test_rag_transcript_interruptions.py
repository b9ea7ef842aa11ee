"""What comes between the words of a conversation: notes, adverts, voices that break in, and labels that are none."""

from __future__ import annotations

import pytest
from made_conversations import SAID, exchange, said_in, written

from rag.transcript import parse
from rag.types import LeftOut, Turn


@pytest.mark.parametrize(
    "note", ["[Applause]", "(Laughter.)", "[laughs]", "(Beifall)", "(As interpreted.)", "[Crosstalk]"]
)
def test_a_stage_note_is_no_speaker_however_often_it_stands_alone(note: str) -> None:
    text = written("{name}: {said}\n\n" + note + "\n\n")
    assert {speaker for speaker, _ in said_in(text)} == {"Ilse Brandt", "Tom Arden"}
    alone = written("{name}\n{said}\n\n" + note + "\n\n")
    assert {speaker for speaker, _ in said_in(alone)} == {"Ilse Brandt", "Tom Arden"}


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
    assert said_in(text) == said


def test_a_guest_who_speaks_once_has_a_turn_of_her_own() -> None:
    said = [*SAID[:3], ("Noor Field", "I told them. I was there."), *SAID[3:]]
    assert said_in("".join(f"{name}: {words}\n\n" for name, words in said)) == said


def test_a_speaker_who_is_named_once_in_lines_without_gaps_is_not_lost() -> None:
    text = (
        "  President Ilse Brandt:\n  I open the meeting.\n(Applause)\n  Noor Field, Member for the North:\n  Thank you all.\n(Applause)\n"
        "  President Ilse Brandt:\n  And now the answer.\n  Tom Arden:\n  It came from the north.\n  Tom Arden:\n  Yes.\n"
    )
    assert [speaker for speaker, _ in said_in(text)] == [
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
    assert said_in(text) == SAID
    assert text[slice(*document.left_out[-1].span)].strip() == tail
    assert tail in document.notes[-1]


@pytest.mark.parametrize("advert", ["Advertisement", "Photo: Jo Field", "Read also\n\nTen best harbours of the coast"])
def test_what_a_page_puts_between_two_answers_is_left_out_of_both(advert: str) -> None:
    text = written("{name}: {said}\n\n").replace("Ilse Brandt: And who", f"{advert}\n\nIlse Brandt: And who")
    document = parse(text, source="a.txt")
    assert said_in(text) == SAID
    assert " ".join(text[slice(*piece.span)] for piece in document.left_out).split() == advert.split()
    assert "left out between turns" in document.notes[0]


def test_below_a_heading_nobody_goes_on_speaking() -> None:
    text = written("{name}: {said}\n\n") + "## The wall\n\nThe wall was built in 1902.\n"
    assert said_in(text) == [*SAID, ("", "The wall was built in 1902.")]


def test_a_talk_before_the_first_question_is_kept_as_nobodys() -> None:
    talk = "\n\n".join(
        f"This is paragraph {number} of the talk, {'and it goes on and on ' * 25}until it ends." for number in range(4)
    )
    text = f"A talk\n\n{talk}\n\n" + written("{name}: {said}\n\n")
    document = parse(text, source="a.txt")
    assert said_in(text) == [("", talk), *SAID]
    assert text[slice(*document.left_out[0].span)].strip() == "A talk"
    assert "said by nobody known" in document.notes[0]


def test_a_joint_label_is_neither_of_the_two() -> None:
    text = written("{name}: {said}\n\n") + "Ilse Brandt and Tom Arden: Thank you.\n\n"
    assert said_in(text)[-1] == ("Ilse Brandt and Tom Arden", "Thank you.")


def test_the_parse_says_what_it_went_by_and_how_sure_it_is() -> None:
    found = parse(written("{name}: {said}\n\n"), source="a.txt")
    assert (found.grammar, found.confidence, found.language) == ("label with colon", 1.0, "en")
    none = parse("A harbour town.\n\nThe boats come in at six.\n", source="a.txt")
    assert (none.grammar, none.confidence) == ("none", 0.0)


def covered(turns: tuple[Turn, ...], left_out: tuple[LeftOut, ...], text: str) -> str:
    rest = list(text)
    for start, end in [*((turn.start, turn.end) for turn in turns), *(piece.span for piece in left_out)]:
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


@pytest.mark.parametrize(
    "voice", ["Audience member", "Unidentified Speaker", "Man in audience", "Female voice", "Student"]
)
def test_a_voice_that_nobody_knows_breaks_in_once_and_is_no_part_of_the_turn_above(voice: str) -> None:
    said = [*SAID[:4], (voice, "Speak up!"), *SAID[4:]]
    assert said_in(exchange(*said)) == said


def test_a_known_label_behind_the_end_of_a_sentence_is_somebody_who_breaks_in() -> None:
    text = exchange(*((name.upper(), words) for name, words in SAID))
    text = text.replace("Nobody came.", "Nobody came. ILSE BRANDT: Nobody!")
    assert [speaker for speaker, _ in said_in(text)] == [
        "ILSE BRANDT", "TOM ARDEN", "ILSE BRANDT", "TOM ARDEN", "ILSE BRANDT", "ILSE BRANDT", "TOM ARDEN",
    ]  # fmt: skip
    assert said_in(text)[3:5] == [("TOM ARDEN", "Everybody was told. Nobody came."), ("ILSE BRANDT", "Nobody!")]


def test_a_name_and_a_colon_within_a_wrapped_sentence_are_no_label() -> None:
    text = (
        "ILSE BRANDT: Tonight we talk about the wall, and about\n"
        "Tom Arden: he is the engineer, and he was there on the night\n"
        "when it broke. What happened?\n"
        "TOM ARDEN: It broke. I said to them: go and look.\n"
        "ILSE BRANDT: When was that?\n"
        "TOM ARDEN: On Monday.\n"
    )
    assert [(speaker, " ".join(words.split())) for speaker, words in said_in(text)] == [
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
    assert said_in(head + text) == SAID


def test_members_who_shout_are_no_part_of_a_speech() -> None:
    said = [*SAID[:4], ("Some hon. members", "Oh, oh!"), *SAID[4:]]
    assert said_in(exchange(*said)) == said
