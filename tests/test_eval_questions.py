"""Question sets: read, and true to their sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import BUNDLED, ROOT

from eval.bench import measure_quality
from eval.questions import Gold, Question, load_questions
from rag.archive import Archive
from rag.errors import InputError
from rag.retrieval import DENSE, FUSION, Weights
from rag.transcript import parse

SETS = sorted([*BUNDLED.glob("*.jsonl"), *(ROOT / "tests" / "sets").glob("*.jsonl")])
FOLDERS = [BUNDLED, *(ROOT.parent / "shared" / folder for folder in ("corpus", "data/layouts/bitcoin"))]


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_all_gold_lies_in_answers_and_holds_the_answer(path: Path) -> None:
    sources = {file.name: file for folder in FOLDERS if folder.is_dir() for file in folder.iterdir()}
    questions = load_questions([path])
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert question.answerable == bool(question.relevant) == bool(question.answers), question.id
        texts = []
        for gold in question.relevant:
            if gold.source not in sources:
                pytest.skip(f"{gold.source} is not on this machine")
            document = parse(sources[gold.source].read_text(encoding="utf-8"), source=gold.source)
            assert any(
                t.role == "respondent" and t.start <= gold.start and gold.end <= t.end for t in document.turns
            ), question.id
            texts.append(document.text[gold.start : gold.end])
        for answer in question.answers:
            assert any(answer in text for text in texts), (question.id, answer)


def test_the_bundled_sets_hold_what_a_first_measurement_needs() -> None:
    questions = load_questions(sorted(BUNDLED.glob("*.jsonl")))
    unanswerable = [question for question in questions if not question.answerable]
    assert len(questions) >= 60
    assert 0.2 <= len(unanswerable) / len(questions) <= 0.3
    assert sum(bool(question.history) for question in questions) >= 4


def test_figures_agree_with_a_hand_worked_case(bundled: Archive) -> None:
    document = next(document for document in bundled.documents() if document.source == "hearing.md")
    sentence = "We expect to lose nineteen of those for good"
    place = document.text.index(sentence)
    found = Question(
        "1",
        "How many hectares of eelgrass will be lost for good?",
        True,
        (),
        (Gold("hearing.md", place, place + 9),),
        ("nineteen",),
    )
    missed = Question(
        "2",
        "How many hectares of eelgrass will be lost for good?",
        True,
        (),
        (Gold("hearing.md", 0, 3),),
        ("no such answer",),
    )
    silent = Question("3", "What is the boiling point of tungsten?", False)
    quality = measure_quality(bundled, [found, missed, silent], FUSION)
    assert (quality.questions, quality.recall_at_1, quality.recall_at_5) == (3, 0.5, 0.5)
    assert (quality.first_quote, quality.all_quotes, quality.wrongly_refused, quality.refused) == (0.5, 0.5, 0.0, 1.0)


def test_fusion_finds_more_than_either_side_and_nothing_finds_next_to_nothing(bundled: Archive) -> None:
    questions = [q for q in load_questions(sorted(BUNDLED.glob("*.jsonl"))) if q.answerable]
    fusion = measure_quality(bundled, questions, FUSION)
    dense = measure_quality(bundled, questions, DENSE)
    nothing = measure_quality(bundled, questions, Weights(0.0, 0.0, 0.0, 0.0, 0.0))
    assert fusion.recall_at_5 > dense.recall_at_5 > nothing.recall_at_5
    # A little under what was reached: a change that loses answers fails here.
    assert fusion.recall_at_1 >= 0.60
    assert fusion.recall_at_5 >= 0.80
    assert fusion.first_quote >= 0.52
    assert fusion.all_quotes >= 0.74
    assert fusion.wrongly_refused <= 0.10


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "1"}', '{"id": "1", "question": "?", "answerable": true, "relevant": [{"start": 1}]}']
)
def test_a_line_that_is_no_question_is_named_by_file_and_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": "0", "question": "Why?", "answerable": false}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"set\.jsonl:2: no question"):
        load_questions([path])
