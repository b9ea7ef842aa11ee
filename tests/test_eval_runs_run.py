"""A run: what is asked, what is kept, why an answer is wrong, and that it is read back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import BUNDLED

from eval.questions.load import load_questions
from eval.questions.model import Gold, Question
from eval.runs.causes import (
    FAILED,
    NOT_CHOSEN,
    NOT_RETRIEVED,
    REFUSED_WRONGLY,
    SHOULD_HAVE_REFUSED,
    WRONG_SENTENCE,
    cause_of,
)
from eval.runs.files import RUN_FILE, digest_of, load_run, save_run
from eval.runs.model import RunSettings
from eval.runs.run import run
from rag.archive import Archive
from rag.errors import InputError
from rag.generators import GenerationRequest
from rag.types import Answer, Citation, Passage, ScoredPassage

FOUND = "How many hectares of eelgrass will be lost for good?"
NOWHERE = Question("3", "What is the boiling point of tungsten?", False)


def gold_of(archive: Archive, sentence: str) -> Gold:
    document = next(document for document in archive.documents() if document.source == "hearing.md")
    place = document.text.index(sentence)
    return Gold("hearing.md", place, place + len(sentence))


@pytest.fixture
def questions(bundled: Archive) -> list[Question]:
    gold = gold_of(bundled, "We expect to lose nineteen of those for good")
    return [
        Question("1", FOUND, True, relevant=(gold,), answers=("nineteen",), tags=("lexical",)),
        Question("2", FOUND, True, relevant=(Gold("hearing.md", 0, 3),), answers=("no such answer",)),
        NOWHERE,
    ]


def test_every_question_is_kept_with_what_came_back_and_its_cause(bundled: Archive, questions: list[Question]) -> None:
    done = run(bundled, questions)
    first, second, third = done.rows
    assert [row.cause for row in done.rows] == ["", NOT_RETRIEVED, ""]
    assert [row.status for row in done.rows] == ["answered", "answered", "not_on_record"]
    assert "nineteen" in first.quotes[0].text
    assert first.gold[0].text == "We expect to lose nineteen of those for good"
    assert len(first.passages) == 10
    assert first.passages[0].relevant
    assert not any(passage.relevant for passage in second.passages)
    assert third.quotes == ()
    names = ("Success@1", "R@5", "first_quote", "wrongly_refused")
    assert [first.measures[name] for name in names] == [1.0, 1.0, 1.0, 0.0]
    assert [second.measures[name] for name in names] == [0.0, 0.0, 0.0, 0.0]
    assert third.measures["refused"] == 1.0
    for row in done.rows:
        for place in row.quotes:
            assert bundled.document(place.document_id).text[place.start : place.end] == place.text


def test_a_run_is_read_back_as_it_was_written(bundled: Archive, questions: list[Question], tmp_path: Path) -> None:
    done = run(bundled, questions, sets=[BUNDLED / "hearing.jsonl"])
    assert save_run(done, tmp_path / "deep" / "run") == tmp_path / "deep" / "run" / RUN_FILE
    assert load_run(tmp_path / "deep" / "run") == done
    assert load_run(tmp_path / "deep" / "run" / RUN_FILE) == done
    assert [file.name for file in (tmp_path / "deep" / "run").iterdir()] == [RUN_FILE]


def test_a_run_names_what_was_run(bundled: Archive, questions: list[Question]) -> None:
    done = run(bundled, questions, settings=RunSettings("dense", 5), sets=[BUNDLED / "hearing.jsonl"])
    assert (done.settings.retrieval, done.settings.k, done.settings.generator) == ("dense", 5, "extractive")
    assert (done.archive.documents, done.archive.passages) == bundled.counts()
    assert done.archive.fingerprint == bundled.encoder.fingerprint
    assert [(each.name, each.sha256) for each in done.sets] == [("hearing.jsonl", digest_of(BUNDLED / "hearing.jsonl"))]
    assert {"python", "onrecord", "numpy"} <= set(done.versions)


def test_no_measure_looks_deeper_than_k(bundled: Archive, questions: list[Question]) -> None:
    row = run(bundled, questions[:1], settings=RunSettings(k=5)).rows[0]
    assert len(row.passages) == 5
    assert "R@5" in row.measures
    assert "R@10" not in row.measures
    assert "nDCG@10" not in row.measures


class Breaks:
    """A generator that fails whenever it is used."""

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        raise RuntimeError("no such luck")
        yield ""


def test_a_question_that_fails_is_kept_with_its_error_and_scores_zero(
    bundled: Archive, questions: list[Question]
) -> None:
    done = run(bundled, questions, generator=Breaks())
    assert [row.status for row in done.rows] == ["failed", "failed", "not_on_record"]
    assert [row.cause for row in done.rows] == [FAILED, FAILED, ""]
    assert done.rows[0].error == (
        "The Breaks generator did not answer (it failed: RuntimeError). These are quotes from the record instead."
    )
    assert [done.rows[0].measures[name] for name in ("Success@1", "R@5", "first_quote")] == [0.0, 0.0, 0.0]


def passage(number: int, start: int, end: int) -> ScoredPassage:
    found = Passage(f"p{number}", "d", "a.txt", "Ada", "respondent", "", start, end, "x" * (end - start))
    return ScoredPassage(found, 1.0 / number)


def citation(number: int, start: int, end: int, quote: str) -> Citation:
    return Citation(1, f"p{number}", "d", "", "a.txt", None, "Ada", "respondent", "", quote, start, end, None, True)


QUESTION = Question("q", "When?", True, relevant=(Gold("a.txt", 100, 120),), answers=("in May",))
SILENCE = Answer("When?", "When?", "not_on_record", "", 0.1, "extractive", (), ())
RIGHT, OTHER = passage(1, 90, 150), passage(2, 200, 260)


@pytest.mark.parametrize(
    ("question", "answer", "cause"),
    [
        (QUESTION, replace(SILENCE, status="answered", citations=(citation(1, 100, 120, "It was in May."),), passages=(RIGHT,)), ""),
        (QUESTION, replace(SILENCE, status="answered", citations=(citation(2, 200, 220, "In June."),), passages=(OTHER,)), NOT_RETRIEVED),
        (QUESTION, replace(SILENCE, status="answered", citations=(citation(2, 200, 220, "In June."),), passages=(OTHER, RIGHT)), NOT_CHOSEN),
        (QUESTION, replace(SILENCE, status="answered", citations=(citation(1, 130, 150, "I see."),), passages=(RIGHT,)), WRONG_SENTENCE),
        (QUESTION, replace(SILENCE, passages=(OTHER, RIGHT)), REFUSED_WRONGLY),
        (QUESTION, replace(SILENCE, passages=(OTHER,)), NOT_RETRIEVED),
        (QUESTION, replace(SILENCE, status="answered", passages=(RIGHT,)), NOT_CHOSEN),
        (QUESTION, None, FAILED),
        (NOWHERE, SILENCE, ""),
        (NOWHERE, replace(SILENCE, status="answered", citations=(citation(1, 1, 9, "Hot."),), passages=(RIGHT,)), SHOULD_HAVE_REFUSED),
        (replace(QUESTION, answers=()), replace(SILENCE, status="answered", citations=(citation(1, 119, 150, "."),), passages=(RIGHT,)), ""),
        (replace(QUESTION, answers=()), replace(SILENCE, status="answered", citations=(citation(1, 120, 150, "."),), passages=(RIGHT,)), WRONG_SENTENCE),
    ],
)  # fmt: skip
def test_the_cause_is_the_first_stage_that_lost_the_answer(
    question: Question, answer: Answer | None, cause: str
) -> None:
    assert cause_of(question, answer) == cause


def test_nothing_to_ask_and_sources_that_are_not_there_are_told(bundled: Archive) -> None:
    with pytest.raises(InputError, match="the question set is empty"):
        run(bundled, [])
    lost = Question("1", "Why?", True, relevant=(Gold("lost.txt", 0, 3),))
    with pytest.raises(InputError, match=r"the questions are about lost\.txt, not in .*; run: onrecord ingest"):
        run(bundled, [lost])
    with pytest.raises(InputError, match="two questions are called '3'"):
        run(bundled, [NOWHERE, NOWHERE])


def test_settings_that_mean_nothing_are_told() -> None:
    with pytest.raises(InputError, match=r"no retrieval 'bm52'; choose one of fusion, dense, bm25"):
        RunSettings("bm52")
    with pytest.raises(InputError, match="-k is 0"):
        RunSettings(k=0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "rows": []}', "\xff"])
def test_a_damaged_run_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / RUN_FILE).write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"run\.json is no run of this version"):
        load_run(tmp_path)
    with pytest.raises(InputError, match=r"there is no run in .*nowhere; run: onrecord eval run"):
        load_run(tmp_path / "nowhere")


def test_a_measure_that_is_no_number_makes_a_run_damaged(
    bundled: Archive, questions: list[Question], tmp_path: Path
) -> None:
    file = save_run(run(bundled, questions[:1]), tmp_path)
    content = json.loads(file.read_text(encoding="utf-8"))
    content["rows"][0]["measures"]["R@5"] = "1.0"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="question '1' has a measure that is no number"):
        load_run(tmp_path)


def test_the_bundled_sets_are_asked_the_same_way_twice(bundled: Archive) -> None:
    questions = load_questions([BUNDLED / "hearing.jsonl"])[:5]
    one, two = run(bundled, questions), run(bundled, questions)
    assert one.questions_sha256 == two.questions_sha256
    assert one.archive == two.archive
    assert [replace(row, timings_ms={}, measures={}) for row in one.rows] == [
        replace(row, timings_ms={}, measures={}) for row in two.rows
    ]
