"""What a person sees alike is read alike; and where nearly every paragraph opens with a label, every one that does is a turn."""

from __future__ import annotations

import itertools
import time

import pytest
from made_conversations import SAID, exchange, said_in

from rag.transcript import parse
from rag.transcript.labels import find_labels


@pytest.mark.parametrize("sign", "\ufeff\u200b\u200e\u202a\u2060\xad\ufe0f\ufffc\ufffd\x00\x1f\ue000")
@pytest.mark.parametrize("form", ["{0}Tom Arden:", "Tom{0} Arden:", "Tom Arden{0}:", "Tom Arden:{0}"])
def test_an_invisible_character_at_one_label_changes_no_speaker_and_no_turn(sign: str, form: str) -> None:
    text = exchange(*SAID).replace("Tom Arden:", form.format(sign), 1)
    assert said_in(text) == SAID


def test_a_label_whose_accents_stand_apart_is_the_same_label() -> None:
    said = [("Zoe\u0308 Brandt" if name == "Ilse Brandt" else name, words) for name, words in SAID]
    assert len(parse(exchange(*said), source="a.txt").speakers) == 2


@pytest.mark.parametrize("rare", ["nixo", "hugo tamm", "Rui | Valves", "Bea"])
def test_who_speaks_once_where_every_paragraph_has_a_label_has_a_turn(rare: str) -> None:
    said = [(name, words.split("\n")[0]) for name, words in SAID]
    said.insert(3, (rare, "I measured it this morning."))
    assert said_in(exchange(*said)) == said


@pytest.mark.parametrize("asks", ["I", "i", "INT"])
def test_a_short_code_that_recurs_is_a_label_whatever_word_it_spells(asks: str) -> None:
    said = [(asks if name == "Ilse Brandt" else "B", words.split("\n")[0]) for name, words in SAID]
    assert [words for _, words in said_in(exchange(*said))] == [words for _, words in said]


def test_a_name_with_a_long_office_below_a_rule_is_a_label() -> None:
    office = ", DIRECTOR GENERAL OF THE NATIONAL INSTITUTE FOR PORTS AND INLAND WATERWAYS OF THE NORTH AND OF THE SOUTH"
    text = "A talk\n---\n" + "---\n".join(
        f"{name.upper()}{office if number == 1 else ''}\n{words}\n" for number, (name, words) in enumerate(SAID)
    )
    assert [words.removesuffix("\n---") for _, words in said_in(text)] == [words for _, words in SAID]


@pytest.mark.parametrize(
    "text",
    [
        "U.S.-Arden talks went on.\n\n" * 3,
        "Votes: Brandt, Arden.\nAgainst: Cole, Dorn.\n\n",
        "Here is what matters: the wall.\n\n",
    ],
)
def test_what_only_looks_like_a_label_is_none_however_dense_the_labels_are(text: str) -> None:
    said = [(name, words.split("\n")[0]) for name, words in SAID] * 2
    found = said_in(exchange(*said[:4]) + text + exchange(*said[4:]))
    assert {speaker for speaker, _ in found} == {"Ilse Brandt", "Tom Arden"}


def test_a_letter_of_headings_and_colons_is_nobodys() -> None:
    text = "".join(
        f"On the wall that you asked about: it is late.\n\nHere is what matters: it must be dry.\n\n{word}: Nine hundred.\n\n"
        for word in ("Cost", "Term")
    )
    assert {speaker for speaker, _ in said_in(text)} == {""}


def test_the_work_grows_with_the_number_of_names_that_are_seen_once() -> None:
    def seconds(count: int) -> float:
        words = [
            "".join(letters).capitalize()
            for letters in itertools.islice(itertools.product("bdfgklmn", repeat=4), count)
        ]
        text = "".join(exchange((word, "It was late."), ("Ann Reed", "Yes, it was.")) for word in words)
        started = time.process_time()
        find_labels(text)
        return time.process_time() - started

    once = min(seconds(1000) for _ in range(3))
    assert min(seconds(4000) for _ in range(3)) < 8 * once
