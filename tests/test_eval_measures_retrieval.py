"""Ranked retrieval and gold characters, against formulas and examples worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_cases import ROW, answer, asked, passage

from eval.measures import measure
from eval.measures.case import Case
from eval.measures.characters import share_covered, within_budget
from eval.measures.retrieval import ranked_measures
from eval.questions.model import Gold, Question
from rag.text.spans import union
from rag.types import Passage


def retrieval_measures(question: Question, ranked: Sequence[Passage], passages: Sequence[Passage]) -> dict[str, float]:
    return ranked_measures(Case(question, answer(ranked), passages))


def test_ranked_measures_agree_with_a_hand_worked_ranking() -> None:
    # Three passages are relevant, p1, p2 and p3; found are p9, p2, p8, p1: relevant at ranks 2 and 4.
    question = asked((150, 350))
    found = retrieval_measures(question, [ROW[9], ROW[2], ROW[8], ROW[1]], ROW)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert found == pytest.approx(
        {
            "nDCG@10": (1 / math.log2(3) + 1 / math.log2(5)) / ideal,
            "R@1": 0.0,
            "R@5": 2 / 3,
            "R@10": 2 / 3,
            "RR@10": 0.5,
            "Success@1": 0.0,
            "Success@5": 1.0,
            "Success@10": 1.0,
        }
    )


def test_what_was_not_found_counts_in_recall_and_in_the_ideal_ranking() -> None:
    question = asked((100, 1700))  # 16 passages
    found = retrieval_measures(question, [ROW[3]], ROW)
    assert (found["R@1"], found["R@10"], found["Success@1"], found["RR@10"]) == (1 / 16, 1 / 16, 1.0, 1.0)
    assert found["nDCG@10"] == pytest.approx(1 / sum(1 / math.log2(rank + 1) for rank in range(1, 11)))


def test_ties_are_not_broken_by_the_names_of_passages() -> None:
    for names in (("a", "z"), ("z", "a")):
        first, second = passage(names[0], 0, 100), passage(names[1], 100, 200)
        row = measure(asked((100, 200)), answer([first, second]), [first, second])
        assert (row["Success@1"], row["RR@10"], row["R@5"]) == (0.0, 0.5, 1.0)


def test_a_passage_behind_the_tenth_rank_counts_in_no_measure() -> None:
    found = retrieval_measures(asked((1500, 1600)), [*ROW[:10], ROW[15]], ROW)
    assert set(found.values()) == {0.0}


def test_a_passage_that_comes_twice_counts_once() -> None:
    found = retrieval_measures(asked((0, 200)), [ROW[0], ROW[0], ROW[1]], ROW)
    assert (found["R@1"], found["R@5"], found["nDCG@10"]) == (0.5, 1.0, 1.0)


def test_gold_that_no_passage_holds_scores_zero_and_stays_in() -> None:
    row = measure(asked((5000, 5100)), answer(ROW[:10]), ROW)
    assert row["nDCG@10"] == row["R@5"] == row["gold_chars@10"] == 0.0


@given(st.permutations(range(20)), st.sets(st.integers(0, 19), min_size=1))
def test_a_ranking_scores_as_the_formulas_say(order: list[int], relevant: set[int]) -> None:
    question = asked(*((number * 100, number * 100 + 1) for number in relevant))
    found = retrieval_measures(question, [ROW[number] for number in order], ROW)
    hits = [number in relevant for number in order]
    gain = sum(hit / math.log2(rank + 1) for rank, hit in enumerate(hits[:10], 1))
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), 10) + 1))
    assert found == pytest.approx(
        {
            "nDCG@10": gain / ideal,
            **{f"R@{k}": sum(hits[:k]) / len(relevant) for k in (1, 5, 10)},
            "RR@10": next((1 / rank for rank, hit in enumerate(hits[:10], 1) if hit), 0.0),
            **{f"Success@{k}": float(any(hits[:k])) for k in (1, 5, 10)},
        }
    )


def gold_characters(gold: Sequence[Gold], ranked: Sequence[Passage]) -> dict[str, float]:
    row = measure(Question("q", "?", True, (), tuple(gold)), answer(ranked), ranked)
    return {name: value for name, value in row.items() if name.startswith("gold_chars")}


def test_gold_characters_agree_with_a_hand_worked_case() -> None:
    # Gold: 50–250 and 240–350, 300 characters in all. p0 holds 50 of them, p9 none, p2 100, p1 100, p3 50.
    shares = gold_characters(asked((50, 250), (240, 350)).relevant, [ROW[0], ROW[9], ROW[2], ROW[1], ROW[3]])
    assert shares == pytest.approx(
        {
            "gold_chars@1": 50 / 300,
            "gold_chars@3": 150 / 300,
            "gold_chars@5": 1.0,
            "gold_chars@10": 1.0,
            "gold_chars@500w": 1.0,
        }
    )


def test_the_budget_ends_behind_its_last_word() -> None:
    # Passages of 300 words, 1,500 characters with the blanks: of the second, 200 words are read, 999 characters.
    ranked = [passage("a", 0, 1500), passage("b", 1500, 3000), passage("c", 3000, 4500)]
    assert within_budget(ranked, 500) == [("a.txt", 0, 1500), ("a.txt", 1500, 2499)]
    shares = gold_characters([Gold("a.txt", 1000, 4000)], ranked)
    assert shares["gold_chars@500w"] == pytest.approx(1499 / 3000)
    assert within_budget(ranked, 300) == [("a.txt", 0, 1500)]
    assert within_budget(ranked, 0) == []
    assert within_budget(ranked[:1], 500) == [("a.txt", 0, 1500)]


def test_characters_of_another_source_do_not_count() -> None:
    assert share_covered([Gold("a.txt", 0, 10)], [("b.txt", 0, 10)]) == 0.0


RANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda r: (r[0], r[0] + r[1])), min_size=1, max_size=6
)


@given(RANGES, RANGES)
def test_the_covered_share_is_that_of_the_sets_of_characters(
    gold: list[tuple[int, int]], read: list[tuple[int, int]]
) -> None:
    wanted = {character for start, end in gold for character in range(start, end)}
    seen = {character for start, end in read for character in range(start, end)}
    share = share_covered([Gold("a.txt", *each) for each in gold], [("a.txt", *each) for each in read])
    assert share == pytest.approx(len(wanted & seen) / len(wanted))
    assert {character for start, end in union(gold) for character in range(start, end)} == wanted


@given(RANGES, st.permutations(range(20)))
def test_gold_characters_lie_between_0_and_1_and_do_not_fall_with_k(
    gold: list[tuple[int, int]], order: list[int]
) -> None:
    question = asked(*((start * 20, end * 20) for start, end in gold))
    shares = gold_characters(question.relevant, [ROW[number] for number in order])
    by_depth = [shares[f"gold_chars@{k}"] for k in (1, 3, 5, 10)]
    assert by_depth == sorted(by_depth)
    assert all(0 <= share <= 1 for share in shares.values())
