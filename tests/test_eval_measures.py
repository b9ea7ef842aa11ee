"""Measures, against examples worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures import REGISTRY, intervals, measure, summarise
from eval.measures.abstention import aurc, auroc, ece, risk_coverage
from eval.measures.case import Case
from eval.measures.characters import share_covered, union, within_budget
from eval.measures.retrieval import ranked_measures
from eval.measures.squad import exact_match, normalise, token_f1
from eval.questions.model import Gold, Question
from rag.evidence.calibration import CurvePoint
from rag.types import Answer, Citation, Passage, ScoredPassage

TEXT = " ".join(f"w{number:03}" for number in range(1000))  # 1,000 words of 4 characters, 5 apart


def passage(name: str, start: int, end: int, *, source: str = "a.txt", speaker: str = "Ann Reed") -> Passage:
    return Passage(name, f"d-{source}", source, speaker, "respondent", "", start, end, TEXT[start:end])


def citation(
    quote: str,
    start: int,
    *,
    end: int | None = None,
    source: str = "a.txt",
    speaker: str = "Ann Reed",
    verified: bool = True,
) -> Citation:
    end = start + len(quote) if end is None else end
    return Citation(
        1, "p", f"d-{source}", "", source, None, speaker, "respondent", "", quote, start, end, None, verified
    )


def answer(
    passages: Sequence[Passage] = (),
    citations: Sequence[Citation] = (),
    *,
    confidence: float = 0.8,
    dangling: int = 0,
    refused: bool = False,
) -> Answer:
    return Answer(
        question="?",
        query="?",
        status="not_on_record" if refused else "answered",
        text="",
        confidence=confidence,
        generator="extractive",
        citations=tuple(citations),
        passages=tuple(ScoredPassage(each, 0.5) for each in passages),  # all scores the same
        timings_ms={"retrieve": 4.0, "read": 5.0, "generate": 1.0, "cite": 0.5, "total": 10.5},
        dangling=dangling,
    )


def asked(*gold: tuple[int, int], answers: Sequence[str] = (), speaker: str = "") -> Question:
    return Question("q", "?", True, (), tuple(Gold("a.txt", *each) for each in gold), tuple(answers), (), speaker)


NOBODY = Question("n", "?", False)
ROW = [passage(f"p{number}", number * 100, number * 100 + 100) for number in range(20)]


# --- retrieval


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


# --- characters


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


# --- answers: SQuAD 2.0


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


# --- citations and speakers


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


# --- rows


def test_a_refusal_is_right_or_wrong_by_what_can_be_answered() -> None:
    right, wrong = measure(NOBODY, answer(refused=True), []), measure(asked((0, 9)), answer(ROW[:1], refused=True), ROW)
    assert (right["refused"], right["em"], right["f1"], right["right"]) == (1.0, 1.0, 1.0, 1.0)
    assert (wrong["wrongly_refused"], wrong["right"], wrong["Success@1"], wrong["first_quote"]) == (1.0, 0.0, 1.0, 0.0)
    assert "wrongly_refused" not in right
    assert not wrong.keys() & {"refused", "citations_verified", "speaker_right"}


def test_an_answer_where_there_is_none_is_wrong_and_its_quotes_must_still_be_verified() -> None:
    row = measure(NOBODY, answer(ROW[:1], [citation("x", 0), citation("x", 5, verified=False)]), [])
    assert (row["refused"], row["em"], row["right"], row["answered"], row["citations_verified"]) == (0, 0, 0, 1, 0.5)
    assert not row.keys() & {"R@5", "citation_precision", "first_quote"}


def test_a_question_that_could_not_be_asked_has_the_worst_of_every_measure_that_applies() -> None:
    failed = measure(asked((0, 50), answers=["may"]), None, ROW)
    asked_well = measure(asked((0, 50), answers=["may"]), answer(ROW[:1], [citation("may", 0)]), ROW)
    assert failed.keys() == {name for name in asked_well if not name.startswith("ms_")}
    measured = {name: value for name, value in failed.items() if name in REGISTRY and name != "dangling"}
    assert measured == {name: float(not REGISTRY[name].higher_is_better) for name in measured}
    assert measure(NOBODY, None, [])["refused"] == 0.0


def test_an_answer_without_a_citation_keeps_no_promise() -> None:
    row = measure(asked((0, 50)), answer(ROW[:1]), ROW)
    assert (row["citations_verified"], row["citation_precision"], row["speaker_right"]) == (0.0, 0.0, 0.0)


def test_a_row_is_a_flat_mapping_of_finite_floats() -> None:
    row = measure(asked((0, 50)), answer(ROW[:3], [citation("x", 0)]), ROW)
    assert all(type(value) is float and math.isfinite(value) for value in row.values())
    assert row["ms_total"] == 10.5


def test_a_thousand_questions_are_measured_in_well_under_five_seconds() -> None:
    passages = [passage(f"p{number}", number * 10, number * 10 + 10) for number in range(450)]
    questions = [asked((number % 400 * 10, number % 400 * 10 + 25)) for number in range(1000)]
    began = perf_counter()
    for number, question in enumerate(questions):
        measure(question, answer(passages[number % 390 : number % 390 + 10], [citation("x", 5)]), passages)
    assert perf_counter() - began < 5


# --- the whole set


def test_auroc_agrees_with_counting_pairs() -> None:
    # Pairs: .9 above both; .6 level with .6 (half) and above .1; .1 level with .1 (half) and below .6. 4 of 6.
    assert auroc([0.9, 0.6, 0.1, 0.6, 0.1], [1, 1, 1, 0, 0]) == pytest.approx((2 + 1.5 + 0.5) / 6)
    assert auroc([0.5, 0.4], [1, 1]) is None


CONFIDENT = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.5001, 0.9, 1.0]), st.booleans()), min_size=1, max_size=25
)


@given(CONFIDENT)
def test_auroc_counts_pairs_and_turns_round_with_the_confidence(given_: list[tuple[float, bool]]) -> None:
    sure, right = [each[0] for each in given_], [each[1] for each in given_]
    pairs = [(a > b) + (a == b) / 2 for a, x in given_ for b, y in given_ if x and not y]
    if pairs:
        assert auroc(sure, right) == pytest.approx(sum(pairs) / len(pairs))
        assert auroc([-each for each in sure], right) == pytest.approx(1 - sum(pairs) / len(pairs))
    else:
        assert auroc(sure, right) is None


def test_auroc_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    sure, right = random.integers(0, 20, 300) / 20, random.random(300) < 0.3
    assert auroc(sure, right) == pytest.approx(metrics.roc_auc_score(right, sure))


def test_aurc_agrees_with_a_hand_worked_curve() -> None:
    # Surest first: right, wrong, right, right. Risks: 0, 1/2, 1/3, 1/4.
    sure, right = [0.6, 0.9, 0.7, 0.8], [1, 1, 1, 0]
    assert aurc(sure, right) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert risk_coverage(sure, right, asked=8) == [
        CurvePoint(0.9, 1 / 8, 0),
        CurvePoint(0.8, 2 / 8, 1 / 2),
        CurvePoint(0.7, 3 / 8, 1 / 3),
        CurvePoint(0.6, 4 / 8, 1 / 4),
    ]
    assert aurc([], []) is None
    assert risk_coverage([], []) == []


@given(CONFIDENT, st.randoms(use_true_random=False))
def test_the_order_of_a_file_changes_no_figure(given_: list[tuple[float, bool]], random: object) -> None:
    shuffled = sorted(given_, key=lambda _: random.random())  # type: ignore[attr-defined]
    for figure in (aurc, ece):
        one, other = (figure([s for s, _ in each], [r for _, r in each]) for each in (given_, shuffled))
        assert one == pytest.approx(other)
        assert one is not None
        assert -1e-12 <= one <= 1 + 1e-12


def test_answers_of_one_confidence_have_the_risk_of_all_of_them_at_any_coverage() -> None:
    assert aurc([0.5] * 4, [1, 0, 0, 1]) == 0.5


def test_ece_agrees_with_hand_worked_bins() -> None:
    # Two bins of two: .9 and .8 with one right, |.85 - .5|; .3 and .1 with none, |.2 - 0|.
    assert ece([0.1, 0.9, 0.8, 0.3], [0, 1, 0, 0], bins=2) == pytest.approx((2 * 0.35 + 2 * 0.2) / 4)
    # More bins than answers: each is its own.
    assert ece([0.9, 0.2], [1, 0], bins=10) == pytest.approx((0.1 + 0.2) / 2)
    assert ece([1.0, 0.0], [1, 0]) == 0.0
    assert ece([], []) is None


def test_a_summary_is_the_mean_over_the_rows_that_have_a_measure() -> None:
    found = summarise(
        [
            {"R@5": 1.0, "confidence": 0.9, "answerable": 1.0, "answered": 1.0, "right": 1.0, "ms_total": 10.0},
            {"R@5": 0.0, "confidence": 0.4, "answerable": 1.0, "answered": 1.0, "right": 0.0, "ms_total": 20.0},
            {"refused": 1.0, "confidence": 0.1, "answerable": 0.0, "answered": 0.0, "right": 1.0, "ms_total": 30.0},
        ]
    )
    assert found == pytest.approx(
        {
            "R@5": 0.5,
            "refused": 1.0,
            "AUROC": 1.0,
            "AURC": (0 + 1 / 2) / 2,  # over the two that were answered
            "ECE": (0.1 + 0.4) / 2,
            "p50_total_ms": 20.0,
            "p95_total_ms": 29.0,
        }
    )
    assert found.keys() <= REGISTRY.keys()


def test_no_rows_give_no_figures() -> None:
    assert summarise([]) == {}
    assert intervals([]) == {}


def test_every_figure_has_an_interval_that_holds_it() -> None:
    random = np.random.default_rng(2)
    rows = []
    for number in range(60):
        found = [ROW[each] for each in random.choice(20, 10, replace=False)]
        question = NOBODY if number % 4 == 0 else asked((300, 450))
        rows.append(
            measure(
                question,
                answer(found, [citation("x", int(random.integers(250, 500)))], confidence=float(random.random())),
                ROW,
            )
        )
    figures, spans = summarise(rows), intervals(rows, samples=300)
    assert figures.keys() == spans.keys()
    assert {n for n, v in figures.items() if not spans[n][0] - 1e-9 <= v <= spans[n][1] + 1e-9} <= {
        "ECE"
    }  # biased upwards
    low, high = spans["Success@10"]
    error = math.sqrt(figures["Success@10"] * (1 - figures["Success@10"]) / 45)
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.35)
