"""How one label may be printed otherwise than the rest: wrapped, numbered, with another sign, below a word and its colon."""

from __future__ import annotations

import pytest
from made_conversations import SAID, said_in

from rag.transcript.labels import find_labels

_SHORT = [(name, words.split("\n")[0]) for name, words in SAID]


@pytest.mark.parametrize("sign", ["# ", "## ", "> ", ">> ", "* ", "• ", "- ", "> > "])
@pytest.mark.parametrize(
    "form", ["{name}: {said}\n\n", "{name}:\n{said}\n\n", "{name}\n{said}\n\n", "**{name}:** {said}\n\n"]
)
def test_a_sign_before_a_single_label_changes_no_speaker(sign: str, form: str) -> None:
    lines = [form.format(name=name, said=words) for name, words in _SHORT]
    assert said_in("".join([*lines[:3], sign + lines[3], *lines[4:]])) == _SHORT


@pytest.mark.parametrize("end", [".-", ".:", ".–", ".—", ":"])
def test_who_breaks_in_on_a_line_is_heard_whatever_sign_ends_the_labels(end: str) -> None:
    said = [(name.upper(), words) for name, words in _SHORT]
    lines = [f"{name}{end} {words}\n" for name, words in said]
    text = "".join([*lines[:2], lines[2].rstrip("\n") + " " + lines[3], *lines[4:]])
    assert said_in(text) == said


@pytest.mark.parametrize("address", ["Mr", "Madam", "Herr", "Señora", "Monsieur"])
def test_a_courtesy_title_alone_names_nobody(address: str) -> None:
    said = [
        (name, f"{words}\n\n{address}: I thank you." if number == 3 else words)
        for number, (name, words) in enumerate(_SHORT)
    ]
    assert said_in("".join(f"{name}: {words}\n\n" for name, words in said)) == said


@pytest.mark.parametrize("languages", [("English", "Setswana"), ("Deutsch", "Französisch"), ("Español", "Euskera")])
def test_a_word_for_a_language_is_no_speaker_and_swallows_no_label(languages: tuple[str, str]) -> None:
    one, other = languages
    lines = [f"{name}: {words}\n\n" for name, words in _SHORT]
    text = "".join([*lines[:3], f"{one}:\n\n", "Rosa QUIST: Only once do I speak.\n\n", f"{other}:\n\n", *lines[3:]])
    assert said_in(text) == [*_SHORT[:3], ("Rosa QUIST", "Only once do I speak."), *_SHORT[3:]]


@pytest.mark.parametrize("sign", [". ", ". - ", ". – ", ". — ", ".- "])
def test_a_person_with_another_office_is_the_same_and_needs_no_blank_line(sign: str) -> None:
    text = (
        f"M. le Président{sign}La séance est ouverte.\n\nMme Odile Brun, ministre des ports{sign}Le pont est fermé.\n\n"
        f"M. Luc Tamm{sign}Très bien !\nMme Odile Brun, ministre{sign}Je remercie M. Tamm.\n\n"
        f"M. le Président{sign}La parole est à M. Tamm.\n\nM. Luc Tamm{sign}Je n'ai rien à dire.\n"
    )
    assert [words for _, words in said_in(text)] == [
        "La séance est ouverte.",
        "Le pont est fermé.",
        "Très bien !",
        "Je remercie M. Tamm.",
        "La parole est à M. Tamm.",
        "Je n'ai rien à dire.",
    ]
    assert len({speaker for speaker, _ in said_in(text)}) == 3


_OFFICES = [
    "HEAD OF EVERY PORT AND EVERY BRIDGE, HARROW BANK, RESEARCH\nDIVISION",
    "SENIOR ANALYST FOR EVERYTHING AFLOAT, DUNE PARTNERS, LONG ISLAND AND\nBEYOND",
]


@pytest.mark.parametrize("office", [*_OFFICES, *(office.title() for office in _OFFICES)])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_label_that_is_broken_over_two_lines_is_one_label(office: str, between: str) -> None:
    def written(name: str) -> str:
        return name.upper() if office.isupper() else name

    labels = [f"{written(name)}, {office}" if number == 1 else written(name) for number, (name, _) in enumerate(_SHORT)]
    text = "".join(f"{label}: {words}{between}" for label, (_, words) in zip(labels, _SHORT, strict=True))
    assert said_in(text) == [(written(name), words) for name, words in _SHORT]


def test_a_bracket_that_opens_in_a_label_closes_in_it() -> None:
    labels = [name for name, _ in _SHORT]
    labels[3] = "Tom Arden (Parliamentary Secretary to the Minister of\nHealth and of the Ports)"
    text = "".join(f"{label}: {words}\n" for label, (_, words) in zip(labels, _SHORT, strict=True))
    assert [words for _, words in said_in(text)] == [words for _, words in _SHORT]
    assert len({name for name, _ in said_in(text)}) == 2


def test_a_sentence_that_goes_on_over_lines_up_to_a_colon_is_no_label() -> None:
    said = [*_SHORT]
    said[1] = ("Tom Arden", "There were Ann Low, John Marsh, Rita Holm and many of the\nothers: nobody had told them.")
    assert said_in("".join(f"{name}: {words}\n\n" for name, words in said)) == said


def test_a_long_office_names_the_person_who_has_it() -> None:
    labels = [name for name, _ in _SHORT]
    labels[1] = (
        "Tom Arden, Deputy Director General of the National Institute for Ports, Bridges and Inland Waterways of the North"
    )
    text = "".join(f"{label}: {words}\n\n" for label, (_, words) in zip(labels, _SHORT, strict=True))
    assert [words for _, words in said_in(text)] == [words for _, words in _SHORT]
    assert len({name for name, _ in said_in(text)}) == 2


@pytest.mark.parametrize("number", ["1. ", "2) ", "17. "])
def test_a_number_before_a_question_takes_nobody_the_floor(number: str) -> None:
    lines = [f"**{name}:** {words}\n\n" for name, words in _SHORT]
    lines[2] = f"{number}Ilse Brandt (Northgate) (Ind): And who was told?\n\n"
    assert [words for _, words in said_in("".join(lines))] == [words for _, words in _SHORT]


def test_numbered_items_of_a_speech_are_nobodys_labels() -> None:
    said = [*_SHORT]
    said[3] = (
        "Tom Arden",
        "Three things.\n\n1. Water Supply: it was dry.\n\n2. Old Walls: they fell.\n\n3. City Money: none.",
    )
    assert said_in("".join(f"{name}: {words}\n\n" for name, words in said)) == said


_FORMULAS = [
    "Q: stands for quiet water.",
    "R times Q is what we want.",
    "Q: is it clear? Good.",
    "So we go on with it.",
] * 3


@pytest.mark.parametrize("letter", ["Q", "A"])
def test_a_letter_that_stands_alone_for_question_and_asks_nothing_is_no_speaker(letter: str) -> None:
    text = "".join(f"{line.replace('Q', letter)}\n\n" for line in _FORMULAS)
    assert {speaker for speaker, _ in said_in(text)} == {""}


@pytest.mark.parametrize("said", ["Yeah.", "Right.", "Thanks.", "Genau.", "Claro."])
@pytest.mark.parametrize("stamp", ["00:00:{n}", "[00:{n}]", "(00:00:{n})"])
def test_what_stands_alone_behind_a_time_is_no_name_where_every_line_has_its_time(said: str, stamp: str) -> None:
    words = ["It began with paper.", said, "Then came silk.", "Gut.", said, "And a teacher who knew it.", "Gut.", said]
    text = "".join(f"{stamp.format(n=n)} {each}\n\n" for n, each in enumerate([*words, "That was luck."], start=10))
    assert {speaker for speaker, _ in said_in(text)} == {""}


@pytest.mark.parametrize("sign", ["- ", "* ", "• ", "# "])
def test_those_who_are_listed_as_present_say_nothing_in_the_list(sign: str) -> None:
    text = "# A meeting\n\n## Present\n\n" + "".join(
        f"{sign}{name}\n" for name in ["Tom Arden", "Rosa Quist", "Ilse Brandt"]
    )
    said = "".join(f"**{name}:** {words}\n\n" for name, words in _SHORT)
    assert said_in(f"{text}\n## Minutes\n\n{said}") == _SHORT


def test_a_beginning_sentence_that_names_somebody_is_no_label_with_an_office() -> None:
    said = [*_SHORT]
    said[3] = ("Tom Arden", "Yes.\n\nIlse Brandt, a word to you: do not go there.")
    found = find_labels("".join(f"{name}: {words}\n\n" for name, words in said))
    assert [mark.label for mark in found.marks] == [name for name, _ in said]


def test_who_presides_may_have_a_label_above_every_paragraph() -> None:
    text = (
        "M. le Président. - La séance est ouverte.\n\nM. le Président. - Voici l'ordre du jour.\n\n"
        "M. le Président. - La parole est à Mme Brun.\n\nMme Odile Brun. - Le pont est fermé.\n\n"
        "M. le Président. - Je vous remercie.\n\nM. le Président. - La parole est à M. Tamm.\n\n"
        "M. Luc Tamm. - Il faut l'ouvrir.\n\nM. le Président. - Merci.\n\nMme Odile Brun. - Non.\n\n"
        "M. le Président. - La séance est levée à midi.\n"
    )
    assert [speaker for speaker, _ in said_in(text)].count("Mme Odile Brun") == 2
    assert [words for _, words in said_in(text)][3:5] == ["Le pont est fermé.", "Je vous remercie."]
