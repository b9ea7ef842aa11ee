"""Signs that stand for a change of speakers: dashes by turns, arrows, circles and wide spaces."""

from __future__ import annotations

import pytest
from made_conversations import said_in, turns_of

_ASKED = [
    ("Wann fährt die Fähre?", "Um neun, wenn das Wetter hält."),
    ("Und wer steuert sie?", "Meine Tante. Sie kennt den Fluss."),
    ("¿Quién paga?", "La ciudad paga la mitad."),
    ("Est-ce assez ?", "Non, il manque encore un pont."),
]


@pytest.mark.parametrize("dash", ["—", "–", "―", "-"])
@pytest.mark.parametrize("between", ["\n\n", "\n"])
def test_where_dashes_take_turns_the_odd_ones_ask_and_nobody_is_named(dash: str, between: str) -> None:
    said = [each for pair in _ASKED for each in pair]
    text = "Ein Gespräch am Fluss\n\n" + between.join(f"{dash} {each}" for each in said)
    roles = ["interviewer", "respondent"] * len(_ASKED)
    assert turns_of(text) == [("", role, words) for role, words in zip(roles, said, strict=True)]


def test_an_answer_goes_on_in_a_paragraph_without_a_dash() -> None:
    text = "A talk\n\n" + "".join(f"— {asks}\n\n— {answers}\n\nSo it was.\n\n" for asks, answers in _ASKED)
    assert [role for _, role, _ in turns_of(text)] == ["interviewer", "respondent"] * len(_ASKED)


@pytest.mark.parametrize(
    "text",
    [
        "Who comes?\n\n" + "".join(f"- Item {n}\n\n" for n in range(8)),
        "A tale\n\n" + "— Come in, said she.\n\n— I am late.\n\n— It is never too late.\n\n— So be it.\n\n" * 2,
    ],
)
def test_dashes_that_do_not_ask_and_answer_by_turns_tell_nothing(text: str) -> None:
    assert {(speaker, role) for speaker, role, _ in turns_of(text)} == {("", "other")}


_HEARD = [("Una Prell", "Where is the key?"), ("Sam Oduya", "I gave it back."), ("Una Prell", "To whom?")]


@pytest.mark.parametrize("form", [">> {name}: {said}\n", "[00:00:1{n}] >> {name}: {said}\n\n", ">>> {NAME}: {said}\n"])
def test_behind_arrows_stands_who_begins_to_speak(form: str) -> None:
    heard = [*_HEARD, ("Sam Oduya", "To your aunt."), ("Una Prell", "I see.")]
    text = "".join(form.format(name=name, NAME=name.upper(), said=said, n=n) for n, (name, said) in enumerate(heard))
    assert [(name.title(), said) for name, said in said_in(text)] == heard


def test_arrows_in_the_midst_of_a_line_change_the_speaker_and_without_a_name_nobody_is_named() -> None:
    text = (
        ">> Una Prell: Where is the key? >> Sam Oduya: I gave it\nback. >> To whom?\n"
        ">> Una Prell: I did not ask that. >> Sam Oduya: Nor did I.\n"
    )
    assert said_in(text) == [
        ("Una Prell", "Where is the key?"),
        ("Sam Oduya", "I gave it\nback."),
        ("", "To whom?"),
        ("Una Prell", "I did not ask that."),
        ("Sam Oduya", "Nor did I."),
    ]


@pytest.mark.parametrize("dashes", ["――", "——", "──"])
@pytest.mark.parametrize("space", ["\u3000", "\u3000\u3000"])
def test_two_dashes_ask_and_a_wide_space_is_behind_the_name_of_who_answers(dashes: str, space: str) -> None:
    text = f"川の話\n\n{dashes}橋はいつできますか。\n\n森田{space}来年の春です。\n\n{dashes}誰が決めましたか。\n\n森田{space}町が決めました。\n"
    assert [(speaker or dashes, role, said) for speaker, role, said in turns_of(text)] == [
        (dashes, "interviewer", "橋はいつできますか。"),
        ("森田", "respondent", "来年の春です。"),
        (dashes, "interviewer", "誰が決めましたか。"),
        ("森田", "respondent", "町が決めました。"),
    ]


def test_names_before_wide_spaces_are_labels_by_themselves() -> None:
    said = [("山本", "始めます。"), ("佐々木", "はい。"), ("山本", "橋の件です。"), ("佐々木", "反対です。")]
    assert said_in("".join(f"{name}\u3000{words}\n\n" for name, words in said)) == said


@pytest.mark.parametrize("circle", ["○", "◯", "〇", "●", "◆"])
def test_a_circle_stands_before_every_speaker_of_a_record(circle: str) -> None:
    text = "".join(
        f"{circle}{label}\u3000{words}\n\n"
        for label, words in [
            ("議長(森田花子君)", "これより会議を開きます。"),
            ("町長(川口太郎君)", "橋について申し上げます。"),
            ("議長(森田花子君)", "質疑を行います。"),
            ("七番(石田一郎君)", "費用はいくらですか。"),
        ]
    )
    assert [words for _, words in said_in(text)] == [
        "これより会議を開きます。",
        "橋について申し上げます。",
        "質疑を行います。",
        "費用はいくらですか。",
    ]
    assert all(speaker for speaker, _ in said_in(text))
