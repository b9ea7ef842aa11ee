"""Quotes alone: a model returns numbers of sentences, and no word that it writes is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from conftest import BUNDLED
from hypothesis import given
from hypothesis import strategies as st
from made_models import ADDRESSES, BOTH, GATES, assert_sound, numbered

from eval.measures import summarise
from eval.questions.load import load_questions
from eval.questions.model import Question
from eval.runs.model import RunSettings
from eval.runs.run import run
from rag.answer.chosen import MAX_QUOTES, SHOWN, places_of, read_choice
from rag.archive import Archive
from rag.assistant import Assistant
from rag.errors import GeneratorError, InputError
from rag.generators import NumberedPassage
from rag.generators.replies import parse_choice
from rag.notes import FellBack, no_answer_within
from rag.testing import ScriptedGenerator
from rag.types import Filters

ELSEWHERE = "What is the boiling point of tungsten?"
PASSAGES = [numbered("One. ", "Two. ", "Three."), numbered("Four. ", "Five.", document="e")]


def quoted(*numbers: object) -> list[str]:
    return [quote.text for quote in read_choice(numbers, PASSAGES).quotes]


def test_numbers_are_quoted_best_first_and_chosen_neighbours_are_one_quote() -> None:
    assert quoted("2.2", "1.1") == ["Five.", "One. "]
    assert quoted("1.3", "2.1", "1.2") == ["Two. Three.", "Four. "]
    assert quoted("1.1", "1.3", "1.2") == ["One. Two. Three."]
    assert quoted("1.1-1.3") == ["One. Two. Three."]


def test_what_is_no_number_of_a_sentence_is_dropped() -> None:
    assert quoted("9.9", "0.1", "1.0", "1.4", "nothing", "", None, ["1.1"], True, "2", 1.2) == ["Two. "]
    assert read_choice(["9.9"], PASSAGES).gave
    assert not read_choice(["I am sorry"], PASSAGES).gave


@given(st.lists(st.one_of(st.text(alphabet="0123456789.-–[], ato", max_size=12), st.floats(), st.none()), max_size=8))
def test_whatever_a_model_gives_quotes_are_the_passages_own_words(numbers: list[Any]) -> None:
    choice = read_choice(numbers, PASSAGES)
    assert len(choice.quotes) <= MAX_QUOTES
    for quote in choice.quotes:
        assert quote.passage.text[quote.start : quote.end] == quote.text
    places = [(q.passage.document_id, at) for q in choice.quotes for at in range(q.start, q.end)]
    assert len(set(places)) == len(places)


def test_a_long_range_is_its_first_sentence() -> None:
    assert places_of(["1.1-1.90", "1.5-1.2", "1.1-2.3"]) == [(1, 1), (1, 5)]


@pytest.mark.parametrize(
    ("reply", "numbers"),
    [
        ("2.3, 4.1", ["2.3", "4.1"]),
        ("[2.3] [4.1]", ["2.3", "4.1"]),
        ("The answer is in 2.3-2.5.", ["2.3-2.5"]),
        ("<think>1.1?</think>NONE", []),
        ("none", []),
        ("2.3\n4.1\n", ["2.3", "4.1"]),
    ],
)
def test_a_reply_is_read_for_its_numbers(reply: str, numbers: list[str]) -> None:
    assert parse_choice(reply) == numbers


@pytest.mark.parametrize("reply", ["", "Nobody knows.", "1,500 people", "2024.12.31.5"])
def test_a_reply_without_a_choice_is_a_failure_and_no_refusal(reply: str) -> None:
    with pytest.raises(GeneratorError):
        parse_choice(reply)


class Chooses:
    """Has only `choose`."""

    def __init__(self, choice: Callable[[str, Sequence[NumberedPassage]], Any]) -> None:
        self._choice = choice
        self.shown: list[Sequence[NumberedPassage]] = []

    def choose(self, question: str, passages: Sequence[NumberedPassage]) -> Any:
        self.shown.append(passages)
        return self._choice(question, passages)


def test_a_model_chooses_from_forty_passages_and_what_it_chose_comes_first(bundled: Archive) -> None:
    generator = Chooses(lambda question, passages: ["30.1", "2.1"])
    answer = Assistant(bundled, generator=generator).ask(GATES, k=3)
    (shown,) = generator.shown
    assert len(shown) == SHOWN
    assert_sound(bundled, answer)
    assert [citation.quote for citation in answer.citations[:1]] == [shown[29].sentences[0].text]
    assert {citation.quote for citation in answer.citations} == {shown[n].sentences[0].text for n in (29, 1)}
    assert [hit.passage for hit in answer.passages[:2]] == [shown[29].passage, shown[1].passage]
    assert (len(answer.passages), answer.generator, answer.note) == (3, "Chooses", "")


def test_the_model_decides_and_not_the_threshold(bundled: Archive) -> None:
    assert Assistant(bundled).ask(ELSEWHERE).status == "not_on_record"
    assert Assistant(bundled, generator=Chooses(lambda *_: ["1.1"])).ask(ELSEWHERE).status == "answered"
    refused = Assistant(bundled, generator=Chooses(lambda *_: [])).ask(GATES)
    assert (refused.status, refused.citations, refused.generator) == ("not_on_record", (), "Chooses")
    assert "123 answer passages" in refused.text


def test_where_nothing_is_to_be_searched_no_model_is_asked(bundled: Archive) -> None:
    generator = Chooses(lambda *_: ["1.1"])
    answer = Assistant(bundled, generator=generator).ask(GATES, filters=Filters(before="1999"))
    assert (answer.status, generator.shown) == ("not_on_record", [])


def raises(*_: Any) -> Any:
    raise GeneratorError("model.example: it is overloaded")


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (raises, "model.example: it is overloaded"),
        (lambda *_: ["9.99", "77.1"], "the numbers that it gave are those of no sentence"),
        (lambda *_: None, "it failed: TypeError"),
        (lambda *_: threading.Event().wait(5), no_answer_within(0.2)),
    ],
)
def test_where_it_fails_the_record_is_quoted_as_without_it(
    bundled: Archive, choice: Callable[..., Any], reason: str
) -> None:
    limit = 0.2 if "0.2" in reason else 60
    failing = Assistant(bundled, generator=Chooses(choice), timeout_s=limit)
    answer, plain = failing.ask(GATES), Assistant(bundled).ask(GATES)
    assert (answer.text, answer.citations, answer.generator) == (plain.text, plain.citations, "extractive")
    assert [hit.passage for hit in answer.passages] == [hit.passage for hit in plain.passages]
    assert answer.notes[0] == FellBack("Chooses", reason)
    silent = failing.ask(ELSEWHERE)
    assert silent.status == "not_on_record"
    assert silent.note.startswith(f"The Chooses generator did not answer ({reason}). “")


def test_a_model_that_writes_and_chooses_chooses_unless_prose_is_wanted(bundled: Archive) -> None:
    both = ScriptedGenerator("It is so [1].", choose=["1.1"])
    assert Assistant(bundled, generator=both).ask(GATES).text.endswith("” [1]")
    assert both.requests == []
    assert Assistant(bundled, generator=both, answer="prose").ask(GATES).text == "It is so [1]."
    writes = ScriptedGenerator("It is so [1].")
    assert Assistant(bundled, generator=writes).ask(GATES).text == "It is so [1]."
    # Quotes never hold a word of a model: if it cannot choose, it is not asked.
    assert Assistant(bundled, generator=writes, answer="quotes").ask(GATES).generator == "extractive"
    assert Assistant(bundled, generator=Chooses(lambda *_: ["1.1"]), answer="prose").ask(GATES).generator == "Chooses"
    with pytest.raises(InputError, match="choose quotes or prose"):
        Assistant(bundled, answer="poetry")
    with pytest.raises(InputError, match="it has none of generate, choose and variants"):
        Assistant(bundled, generator=object())  # type: ignore[arg-type]


def test_a_follow_up_is_put_to_the_model_in_full(bundled: Archive) -> None:
    seen: list[str] = []
    generator = ScriptedGenerator(
        "",
        variants=["When will the first gate be lowered?"],
        choose=lambda question, passages: [seen.append(question) or "1.1"],  # type: ignore[func-returns-value]
    )
    Assistant(bundled, generator=generator).ask("And the first one?", history=[GATES])
    Assistant(bundled, generator=generator).ask(GATES)
    assert seen == ["When will the first gate be lowered?", GATES]


@BOTH
@pytest.mark.parametrize(
    ("model", "status", "generator_named"),
    [("well", "answered", True), ("ranges", "answered", True), ("refuses", "not_on_record", True),
     ("wrong-numbers", "answered", False), ("invents", "answered", False)],
)  # fmt: skip
def test_a_server_s_model_chooses_and_nothing_of_its_text_is_shown(
    bundled: Archive, model_server: str, model: str, status: str, generator_named: bool, generator: str
) -> None:
    pytest.importorskip(generator, reason=f"the {generator} package is not installed")
    options = {"model": model, "base_url": f"{model_server}{ADDRESSES[generator]}"}
    answer = Assistant(bundled, generator=generator, options=options).ask(GATES)
    assert_sound(bundled, answer)
    assert (answer.status, answer.generator == generator) == (status, generator_named)
    assert "choose" not in answer.text.lower()


class Honest:
    """Chooses the sentences that the gold of a question set names, and none for a question that has none."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._gold = {question.question: question for question in questions}

    def choose(self, question: str, passages: Sequence[NumberedPassage]) -> list[str]:
        asked = self._gold[question]
        return [
            f"{p}.{s}"
            for p, numbered in enumerate(passages, start=1)
            for s, sentence in enumerate(numbered.sentences, start=1)
            if asked.is_relevant(numbered.passage.source, sentence.start, sentence.end)
        ]


def test_an_honest_model_refuses_every_near_miss_and_quotes_what_is_found(bundled: Archive) -> None:
    questions = [q for q in load_questions([BUNDLED / "hearing.jsonl"]) if not q.history]
    assert sum(not question.answerable for question in questions) >= 5
    done = run(bundled, questions, settings=RunSettings(reader="heuristic"), generator=Honest(questions))
    figures = summarise([row.measures for row in done.rows])
    assert figures["refused"] == 1.0
    assert figures["wrongly_refused"] <= 0.1  # not among forty passages of 123
    assert figures["first_quote"] >= 0.9
