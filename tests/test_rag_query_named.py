"""Names are known by capitals of any alphabet, and words end where a reader sees them end."""

from __future__ import annotations

import unicodedata

import pytest

from rag.query.build import context_dependence
from rag.query.named import folded_words, named_speakers, names_and_numbers
from rag.text.terms import content_words


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_capital_of_any_alphabet_tells_a_name_however_it_is_composed(form: str) -> None:
    question = unicodedata.normalize(form, "When did Šimkus meet Łucja, Ölander, Ωμέγα and Anna?")
    assert [unicodedata.normalize("NFC", name) for name in names_and_numbers(question)] == [
        "Šimkus",
        "Łucja",
        "Ölander",
        "Ωμέγα",
        "Anna",
    ]


def test_the_vowels_of_hindi_cut_no_word() -> None:
    assert folded_words("नदी का पानी") == content_words("नदी का पानी") == ["नदी", "का", "पानी"]


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
@pytest.mark.parametrize("short", ["don't", "doesn't", "didn't", "isn't", "they've"])
def test_a_short_form_is_a_function_word_with_any_apostrophe(apostrophe: str, short: str) -> None:
    written = short.replace("'", apostrophe)
    assert content_words(f"Why {written} bakers pay?") == ["bakers", "pay"]


def test_two_capitals_among_small_letters_are_an_abbreviation_unless_they_mean_a_person() -> None:
    assert context_dependence("What does it cost?") == context_dependence("WHAT DOES IT COST?") == 2.0
    assert context_dependence("What does IT cost?") < 2.0
    assert context_dependence("What did HE say?") == context_dependence("What did he say?")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What will the price be?", ()),
        ("When may the gates open, and is there hope?", ()),
        ("Was it in May 2020?", ()),
        ("Price is what matters: why?", ()),
        ("WHAT WILL THE PRICE BE?", ()),
        ("Why did Price leave?", ("Ann Price",)),
        ("why did mr. gates leave?", ("Tom Gates",)),
        ("did ann price leave?", ("Ann Price",)),
        ("what did hope say about the dam?", ("Lena Hope",)),
        ("What did May decide?", ("Una May",)),
    ],
)
def test_a_common_word_is_a_speakers_name_only_with_more_to_tell_it(question: str, named: tuple[str, ...]) -> None:
    assert named_speakers(question, ["Ann Price", "Tom Gates", "Una May", "Lena Hope"]) == named
