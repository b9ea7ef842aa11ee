"""What dates, numbers, names, sentences and ranges must do with any text, however odd."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.clock import clock, seconds_of
from rag.text.dates import find_date, find_dates, find_days
from rag.text.names import first_names, fold, last_name, parse_name, plain_label
from rag.text.numbers import numbers_in, ordinals_in
from rag.text.sentences import split_paragraphs, split_sentences
from rag.text.spans import gaps, outermost, trim, union, without

# Letters that change their number when their case does, accents by themselves, NUL, brackets, signs of other scripts.
ODD = "ſKİıßﬁ\u0301\u0327\u200b\ufeff\0\n\t ()[]{}<>*_#:;.,!?…“”'\"-–—年月日十二〇月123٣²"
WORDS = (
    "march auguſt may september januar 12 5 2024 31 二〇二四年十月十日 三十 ſix million hundred twenty-one 3.5 12,500 "
    "Mr. Dr Ann Reed van de Q A: I. (Hon. and para Жан é ſeptember Kelvin mаy"
).split()
odd_texts = st.lists(st.one_of(st.sampled_from(WORDS), st.text(ODD, max_size=6), st.text(max_size=4))).map(" ".join)
ranges = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair)))


@settings(deadline=None)
@given(odd_texts)
def test_a_date_is_found_where_it_stands_in_any_text(text: str) -> None:
    for iso, start, end in find_dates(text):
        assert date.fromisoformat(iso).isoformat() == iso
        assert 0 <= start < end <= len(text)
        assert find_date(text[start:end]) == (iso, 0, end - start)
    first = find_date(text)
    assert (first is None) == (find_dates(text) == [])
    assert all(1 <= month <= 12 and text[start:end] for (month, _), start, end in find_days(text))


def test_a_date_in_chinese_numerals_stands_where_it_is_written_however_short() -> None:
    text = "会议于二〇二四年十月十日举行，2024年10月11日结束"
    assert [text[start:end] for _, start, end in find_dates(text)] == ["二〇二四年十月十日", "2024年10月11日"]


def test_a_month_in_letters_that_only_look_like_ours_is_found_or_not_but_harms_nothing() -> None:
    assert find_date("12 auguſt 2024") == ("2024-08-12", 0, 14)
    assert find_date("12 aprİl 2024") is None


@settings(deadline=None)
@given(odd_texts)
def test_numbers_are_written_in_the_text_in_any_text(text: str) -> None:
    assert all(value and written in text for value, written in numbers_in(text).items())
    assert all(value.isdigit() for value in ordinals_in(text))


@settings(deadline=None)
@given(odd_texts)
def test_every_label_has_a_plain_form_that_is_its_own_plain_form(label: str) -> None:
    assert plain_label(plain_label(label)) == plain_label(label)
    assert fold(fold(label)) == fold(label)
    name = parse_name(label)
    assert last_name(label) in ("", name.last if name else "")
    assert last_name(label) not in first_names(label)


@settings(deadline=None)
@given(odd_texts, st.sampled_from(["en", "de", "fr", "ru", "zh"]))
def test_every_character_but_white_space_is_in_exactly_one_sentence_and_one_paragraph(text: str, language: str) -> None:
    for spans in (split_sentences(text, language), split_paragraphs(text, 0, len(text))):
        assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
        assert spans == sorted(spans)
        kept = "".join(text[start:end] for start, end in spans)
        assert "".join(kept.split()) == "".join(text.split())


@settings(deadline=None)
@given(st.text(" \n\tab", max_size=12), ranges)
def test_a_trimmed_range_holds_all_letters_of_the_range(text: str, span: tuple[int, int]) -> None:
    start, end = trim(text, *span)
    assert text[start:end] == text[slice(*span)].strip()


@settings(deadline=None)
@given(ranges, st.lists(ranges))
def test_ranges_without_cuts_joined_and_outermost_agree_with_sets_of_places(
    span: tuple[int, int], cuts: list[tuple[int, int]]
) -> None:
    def places(spans: list[tuple[int, int]]) -> set[int]:
        return {place for start, end in spans for place in range(start, end)}

    assert places(without(span, cuts)) == places([span]) - places(cuts)
    joined = union(cuts)
    assert places(joined) == places(cuts) == places(outermost(cuts))
    assert all(end < start for (_, end), (start, _) in pairwise(joined))
    assert places(gaps(0, 31, joined)) == set(range(31)) - places(cuts)


@settings(deadline=None)
@given(st.integers(0, 359_999))
def test_a_clock_is_read_as_it_was_written(seconds: int) -> None:
    assert seconds_of(clock(seconds)) == seconds


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ſix thouſand", "6000"),
        ("2 thouſand", "2000"),
        ("three quarterſ of a million", "750000"),
        ("half a thouſand", "500"),
    ],
)
def test_a_number_in_old_letters_has_the_value_that_its_words_have(written: str, value: str) -> None:
    assert numbers_in(written) == {value: written}
