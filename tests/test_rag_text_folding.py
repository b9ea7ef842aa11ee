"""One folding: what a person reads as the same compares as the same, and the way back to the text is kept."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.storage.filters import find_document, resolve
from rag.storage.mentions import mentioned_in
from rag.text.folding import INVISIBLE, composed, fold, fold_with_offsets, visible
from rag.text.sentences import QUESTION_MARKS, SENTENCE_END, has_question, is_question
from rag.text.terms import terms_of
from rag.types import Filters

LETTERS = "aAeEñÑéèüÜßłŁøŒœÆđżŚčğıİйЙёЁїґאבשׁ́مَةكیдがパﾊﾞ김한각क्षिा०٣’'ʼ–-‑ .,\n\t"
TEXTS = st.text(st.one_of(st.sampled_from(LETTERS), st.characters(codec="utf-8", max_codepoint=0x2FFF)))
INVISIBLES = ["\ufeff", "\u200b", "\u200f", "\u202a", "\u2060", "\u2066", "\u00ad", "\ufe0f", "\u061c", "\u180e", "\ufffc", "\ufffd", "\x07", "\x00"]  # fmt: skip


@given(TEXTS)
def test_what_is_folded_once_is_folded_for_good(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS, st.sampled_from(["NFC", "NFD"]))
def test_composed_and_decomposed_texts_fold_to_the_same(text: str, form: str) -> None:
    assert fold(unicodedata.normalize(form, text)) == fold(text)
    assert composed(unicodedata.normalize(form, text)) == composed(text)


@given(TEXTS, st.sampled_from(INVISIBLES), st.data())
def test_an_invisible_character_anywhere_changes_no_folding(text: str, char: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    with_it = text[:at] + char + text[at:]
    assert fold(with_it) == fold(text)
    assert composed(with_it) == composed(text)
    assert visible(with_it) == visible(text)


@given(TEXTS)
def test_every_folded_character_knows_its_place_in_the_text(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    for at in range(len(folded.text)):
        start, end = folded.span(at, at + 1)
        assert folded.text[at] in fold(text[start:end])
    assert list(folded.starts) == sorted(folded.starts)


def test_invisible_are_the_formats_controls_selectors_and_fillers_of_unicode() -> None:
    others = {"\ufffc", "\ufffd", "\u034f", "\u115f", "\u1160", "\u3164", "\uffa0"}

    def shows_nothing(char: str) -> bool:
        kind = unicodedata.category(char)
        control = kind == "Cc" and not char.isspace()
        return kind == "Cf" or control or "VARIATION SELECTOR" in unicodedata.name(char, "") or char in others

    assigned = (chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) != "Cn")
    assert [c for c in assigned if bool(re.match(f"[{INVISIBLE}]", c)) != shows_nothing(c)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O’Brien", "O'Brien"),
        ("Oʼbrien", "o`brien"),
        ("Jean‑Luc – Anne", "jean-luc - anne"),
        ("Łódź", "lodz"),
        ("Cœur, sœur", "coeur, soeur"),
        ("Ærø", "aero"),
        ("Đặng", "dang"),
        ("STRASSE", "straße"),
        ("Фёдор", "федор"),
        ("Yıldız İnce", "yildiz ince"),
        ("ＡＢＣ", "abc"),
        ("مُحَمَّد", "محمد"),
        ("علی", "علي"),
        ("۲۰۲۴", "2024"),
        ("שָׁלוֹם", "שלום"),
        ("ﾊﾟﾝ", "パン"),
    ],
)
def test_spellings_of_one_word_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("はは", "ぱぱ"), ("김", "기"), ("ตา", "ต่า"), ("Reed", "Read")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_line_ends_and_tabs_are_folded_to_themselves() -> None:
    assert fold("A\tB\r\nC\n") == "a\tb\r\nc\n"
    assert fold("Ä\tB\r\nC\n") == "a\tb\r\nc\n"


def test_question_marks_are_those_of_unicode() -> None:
    names = {code: unicodedata.name(chr(code), "") for code in range(sys.maxunicode)}
    marks = {chr(code) for code, name in names.items() if name.endswith(("QUESTION MARK", "QUESTION EXCLAMATION MARK"))}
    no_ends = {"\u00bf", "\U0001fbc4", "\U000e003f"}  # the inverted one opens a question; a picture; a tag
    assert marks - no_ends - set(QUESTION_MARKS) == set()


@pytest.mark.parametrize(
    "question",
    [
        "Who came?",
        "“Who came?”",
        "**Who came?**",
        "Who came?!",
        "Who came? \u200f",
        "谁来了？",
        "你来吗。",
        "誰が来ましたか。",
        "من جاء؟",
        "Ποιος ήρθε;",
        "Ποιος ήρθε\u037e",
        "Ո՞վ եկավ։",
        "ማን መጣ፧",
    ],
)
def test_a_question_is_known_by_its_mark_in_any_script(question: str) -> None:
    assert is_question(question)
    assert has_question(question + " I did.")


@pytest.mark.parametrize("text", ["I came.", "Who? I did.", "I came; so did he.", "Ինչո՞ւ։ Ես եկա։", ""])
def test_what_ends_without_a_question_is_none(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    "text", ["我来了。", "मैं आया।", "جئت۔", "Ես եկա։", "Ich kam.“", "「来ました。」", "I came.\u200e"]
)
def test_sentences_end_in_every_script(text: str) -> None:
    assert SENTENCE_END.search(text)


SPELLINGS = [
    ("José Núñez", "Jose\u0301 Nu\u0301n\u0303ez"),
    ("O’Brien", "O'Brien"),
    ("Фёдор Ёлкин", "Федор Елкин"),
    ("Łukasz Cœur", "Lukasz Coeur"),
    ("Ann\u00ad Reed\ufeff", "Ann Reed"),
]


@pytest.mark.parametrize(("printed", "typed"), SPELLINGS)
def test_filters_terms_and_mentions_find_a_name_however_it_is_typed(printed: str, typed: str) -> None:
    for one, other in ((printed, typed), (typed, printed)):
        assert resolve(Filters(speaker=(one,)), speakers=[other], heads=list, archive="a").speakers == (other,)
        assert find_document(one, [("3f2a91", f"{other}.txt", None)], "a") == "3f2a91"
        assert terms_of(one) == terms_of(other)
        assert mentioned_in([f"Then {other} came."], [one]) == {one}


def test_a_document_is_called_by_four_characters_of_its_id_or_more() -> None:
    heads = [("3f2a91", "anna.txt", None)]
    assert find_document("3f2a", heads, "a") == "3f2a91"
    with pytest.raises(InputError, match="there is no document '3f2'"):
        find_document("3f2", heads, "a")
