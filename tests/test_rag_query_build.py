"""Follow-ups without a language model: what is searched, and how often the answer is found first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.benchmarks.followups import WAYS, Figures, figures
from eval.questions.load import load_questions
from eval.questions.model import Gold
from rag.archive import Archive, open_archive
from rag.query.build import build_query, context_dependence
from rag.types import Query

SETS = Path(__file__).resolve().parent / "sets"
SPEAKERS = ("Henrike Vaal", "Chief Engineer Tobias Merrin", "Ms. Pirelle")

texts = st.text(max_size=60)


@pytest.mark.parametrize(
    ("question", "weight"),
    [
        ("Why?", 2.0),
        ("And then?", 2.0),
        ("How much?", 2.0),
        ("Where did they meet?", 2.0),  # one word of its own, "meet", and a pronoun
        ("And Merkel?", 2.0),  # goes on, and asks nothing itself
        ("What about the second one?", 2.0),
        ("And who signed?", 1.0),  # one word of its own, and goes on
        ("How warm did it get?", 1.0),  # two, "warm" and "get", and a pronoun
        ("And how much has the company earned from it?", 1.0),  # "company", "earned"
        ("And how many jobs will the works bring?", 0.5),  # three, "jobs", "works", "bring", and goes on
        ("Who is Runa?", 0.5),  # one word of its own
        ("Will Moscow stop regarding him as legitimate after May 21?", 0.5),  # six, and a pronoun
        ("Wie teuer wird die Brücke?", 0.5),  # no word is known
        ("大坝要花多少钱", 0.5),
        ("And how many jobs will the works bring to Ansgar?", 0.0),  # four
        ("Where did the seed bank keep its duplicates?", 0.0),  # "its" is the bank's
        ("What is in jar number 17?", 0.0),
        ("What happened to Vantreight's first thesis?", 0.0),
    ],
)
def test_a_question_leans_by_its_pronouns_its_beginning_and_its_few_words(question: str, weight: float) -> None:
    assert context_dependence(question) == weight


def test_a_question_that_leans_is_also_searched_with_the_one_before_it() -> None:
    assert build_query("Who paid for it?", ["What did the bridge cost?"]).variants == (
        ("Who paid for it?", 1.0),
        ("What did the bridge cost? Who paid for it?", 2.0),
    )


def test_a_question_that_stands_alone_leaves_the_conversation_behind() -> None:
    query = build_query("What is in jar number 17?", ["What does the barrier cost?", "Who pays for it?"])
    assert query.variants == (("What is in jar number 17?", 1.0),)
    assert query.text == "What is in jar number 17?"


def test_the_context_reaches_back_to_the_last_question_that_stood_alone() -> None:
    history = ["Who dug the old canal?", "What did Vaal say about the barrier's price?", "And Merrin?"]
    assert build_query("Why?", history).text == "What did Vaal say about the barrier's price? And Merrin? Why?"
    assert build_query("Why?", ["And Merrin?"]).text == "And Merrin? Why?"


def test_the_context_is_three_questions_at_most() -> None:
    history = ["What did Vaal say about the barrier's price?", "And Merrin?", "Why?", "And then?"]
    assert build_query("Who said so?", history).text == "And Merrin? Why? And then? Who said so?"


def test_he_and_she_are_those_whom_the_conversation_named() -> None:
    history = ["What did Vaal promise the people on the island?"]
    assert build_query("Did she keep her word?", history, speakers=SPEAKERS).speakers == ("Henrike Vaal",)
    assert build_query("Was it kept?", history, speakers=SPEAKERS).speakers == ()
    assert build_query("What did the gauge on the pier show?", history, speakers=SPEAKERS).speakers == ()


def test_a_speaker_whom_the_question_names_takes_the_place_of_the_one_before() -> None:
    query = build_query("And what does Ms. Pirelle say to him?", ["What did Merrin ask for?"], speakers=SPEAKERS)
    assert query.speakers == ("Ms. Pirelle",)


def test_speakers_may_come_one_at_a_time() -> None:
    query = build_query("Why did she?", ["What did Vaal sign?"], speakers=iter(SPEAKERS))
    assert query.speakers == ("Henrike Vaal",)


def test_history_of_blanks_is_no_history() -> None:
    assert build_query("Why?", ["", " \n"]) == Query("Why?", (("Why?", 1.0),))


def test_half_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert build_query("Why \udcff?", ["What \udcfe?"]).variants == (("Why ??", 1.0), ("What ?? Why ??", 2.0))


@given(texts, st.lists(texts, max_size=4), st.lists(texts, max_size=3))
def test_the_literal_question_is_the_first_leg_and_every_leg_counts(
    question: str, history: list[str], speakers: list[str]
) -> None:
    query = build_query(question, history, speakers=speakers)
    assert query.variants[0] == (question, 1.0)
    assert all(weight > 0 for _, weight in query.variants)
    assert all(text.endswith(question) for text, _ in query.variants)
    assert set(query.speakers) <= set(speakers)


@given(texts, st.lists(texts, max_size=3))
def test_without_a_conversation_there_is_one_leg(question: str, speakers: list[str]) -> None:
    assert build_query(question, speakers=speakers).variants == ((question, 1.0),)


def test_more_answers_are_found_first_than_by_the_literal_question(bundled: Archive) -> None:
    questions = load_questions([SETS / "followups-bundled.jsonl"])
    reached = figures(bundled, questions, WAYS["fused"])
    assert reached.success_1 >= 0.58  # 23 of 36
    assert reached.success_5 >= 0.77  # 29
    assert reached.success_1 >= figures(bundled, questions, WAYS["literal"]).success_1 + 0.2


def test_follow_ups_to_a_real_interview_find_their_answers_first(corpus: Path, tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    archive.ingest([corpus])
    reached = figures(archive, load_questions([SETS / "followups-lavrov.jsonl"]), WAYS["fused"])
    assert reached.success_1 >= 0.79  # 20 of 24
    assert reached.success_5 >= 0.95  # 24


def test_a_change_of_subject_finds_no_less_than_the_question_alone_finds(bundled: Archive) -> None:
    asked = load_questions([SETS / "followups-bundled.jsonl"])
    changed = [question for question in asked if {"subject-change", "standalone"} & set(question.tags)]
    both, alone = figures(bundled, changed, WAYS["fused"]), figures(bundled, changed, WAYS["literal"])
    assert (both.success_1, both.success_5, both.recall_5) == pytest.approx((9 / 12, 11 / 12, 10.5 / 12))
    assert (alone.success_1, alone.success_5, alone.recall_5) == pytest.approx((8 / 12, 11 / 12, 10.5 / 12))


def test_figures_are_means_over_questions(bundled: Archive) -> None:
    question = load_questions([SETS / "followups-bundled.jsonl"])[0]
    hired = "Halloran Weyde hired me"
    text = next(d.text for d in bundled.documents() if d.source == "long-interview.txt")
    start = text.index(hired)
    here, nowhere = Gold("long-interview.txt", start, start + len(hired)), Gold("hearing.md", 0, 4)
    asked = [replace(question, relevant=(here,)), replace(question, relevant=(here, nowhere))]
    assert figures(bundled, asked, lambda _, speakers: build_query("Halloran Weyde hired me")) == Figures(
        1.0, 1.0, 0.75
    )
