"""Quotes, citations and speakers, against examples worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_cases import ROW, answer, asked, citation, passage

from eval.measures import measure
from eval.measures.squad import exact_match, normalise, token_f1


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Cat", "cat"),
        ("an  apple, a day;\n", "apple day"),
        ("U.S.A.", "usa"),
        ("theatre", "theatre"),
        ("1,000", "1000"),
        ("“quoted”", "“quoted”"),  # only ASCII punctuation goes, as in the official script
        ("well-known", "wellknown"),
        ("a the an", ""),
    ],
)
def test_normalising_is_that_of_the_official_script(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("text", "answers", "em", "f1"),
    [
        ("The cat.", ["cat"], 1.0, 1.0),
        ("the black cat", ["black dog"], 0.0, 0.5),  # 1 of 2 and 1 of 2
        ("in the year 1999", ["1999"], 0.0, 0.5),  # in, year, 1999: precision 1/3, recall 1
        ("cat cat", ["cat"], 0.0, 2 / 3),  # a token counts as often as it is shared: 1/2 and 1
        ("sat the cat", ["cat sat"], 0.0, 1.0),  # order does not count
        ("dog", ["cat", "the dog"], 1.0, 1.0),  # the best answer counts
        ("bird", ["cat"], 0.0, 0.0),
        ("the", ["cat"], 0.0, 0.0),  # nothing against something
        ("the", ["a"], 1.0, 1.0),  # nothing against nothing
        ("cat", ["the", "dog"], 0.0, 0.0),  # an answer of articles is no answer
    ],
)
def test_exact_match_and_f1_agree_with_hand_worked_cases(text: str, answers: list[str], em: float, f1: float) -> None:
    assert exact_match(text, answers) == em
    assert token_f1(text, answers) == pytest.approx(f1)


WORDS = st.lists(st.sampled_from(["cat", "dog", "the", "Cat!", "bird"]), max_size=6).map(" ".join)


@given(WORDS, WORDS)
def test_f1_is_symmetric_and_1_only_for_the_same_tokens(one: str, other: str) -> None:
    f1 = token_f1(one, [other])
    assert 0 <= f1 <= 1
    assert f1 == token_f1(other, [one])
    assert (f1 == 1) == (sorted(normalise(one).split()) == sorted(normalise(other).split()))
    assert exact_match(one, [other]) <= f1


def test_quotes_answer_by_their_words_where_the_set_gives_some() -> None:
    cited = [citation("It was in May.", 10), citation("It was late, in\nJUNE.", 500)]
    row = measure(asked((0, 50), answers=["in June"]), answer(ROW[:1], cited), ROW)
    assert (row["first_quote"], row["all_quotes"], row["em"], row["right"]) == (0.0, 1.0, 0.0, 0.0)
    assert row["f1"] == pytest.approx(2 * (1 / 4) * (1 / 2) / (1 / 4 + 1 / 2))  # it was in may / in june


def test_quotes_answer_by_their_place_where_the_set_gives_no_words() -> None:
    row = measure(asked((0, 50)), answer(ROW[:1], [citation("It was in May.", 49), citation("So.", 60)]), ROW)
    assert (row["first_quote"], row["all_quotes"], row["right"]) == (1.0, 1.0, 1.0)
    assert not row.keys() & {"em", "f1"}


def test_citation_measures_agree_with_a_hand_worked_case() -> None:
    # Gold 0–50, 200–250 and 900–950. Of four citations two hit, both the first range: precision 1/2, recall 1/3.
    cited = [
        citation("x", 0, end=10),
        citation("x", 45, end=90),
        citation("x", 50, end=60),
        citation("x", 210, end=220, source="b.txt", verified=False),
    ]
    row = measure(asked((0, 50), (200, 250), (900, 950)), answer(ROW[:2], cited, dangling=2), ROW)
    assert row["citation_precision"] == 0.5
    assert row["citation_recall"] == pytest.approx(1 / 3)
    assert (row["citations_verified"], row["dangling"]) == (0.75, 2.0)


def test_a_quote_belongs_to_whoever_speaks_at_its_place() -> None:
    passages = [passage("p0", 0, 100), passage("p1", 100, 200, speaker="Bo Lind")]
    cited = [citation("x", 10), citation("x", 110), citation("x", 120, speaker="Bo Lind"), citation("x", 300)]
    # Ann at Ann's is right, Ann at Bo's is wrong, Bo at Bo's is right; at 300 nobody is known.
    assert measure(asked((0, 50)), answer(passages, cited), passages)["speaker_right"] == pytest.approx(2 / 3)


def test_a_speaker_whom_the_set_names_counts_more_than_the_transcript() -> None:
    cited = [citation("x", 10), citation("x", 80)]
    row = measure(asked((0, 50), speaker="bo  lind"), answer(ROW[:1], cited), ROW)
    assert row["speaker_right"] == 0.5  # the first is in the gold, where Bo should have been named


def test_a_quote_across_two_speakers_is_attributed_to_neither_rightly() -> None:
    passages = [passage("p0", 0, 100), passage("p1", 100, 200, speaker="Bo Lind")]
    assert measure(asked((0, 50)), answer(passages, [citation("x" * 20, 90)]), passages)["speaker_right"] == 0.0
