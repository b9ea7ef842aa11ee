"""ragas sets become questions, their contexts found in the transcripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made_sets import faults_in, kept, lines

from eval.questions.formats import read_records
from eval.questions.load import load_questions
from eval.questions.model import Gold, Question
from eval.questions.record import Fault
from eval.questions.validation import validate
from rag.transcript import parse

TALK = "Ann Reed: The ferry stopped in May.\n\nBo Lind: Nobody paid for it.\nNot a penny.\n"
NEW = {
    "user_input": "When did it stop?",
    "reference": "stopped in May",
    "reference_contexts": ["The ferry stopped in May."],
}
OLD = {
    "question": "Who paid?",
    "ground_truth": "The record names nobody.",
    "contexts": ["Nobody paid for it. Not a penny."],
}
RAGAS_QUESTIONS = [
    Question("set-1", "When did it stop?", True, (), (Gold("talk.txt", 10, 35),), ("stopped in May",)),
    Question("set-2", "Who paid?", True, (), (Gold("talk.txt", 46, 78),)),
]


@pytest.mark.parametrize("content", [lines(NEW, OLD), json.dumps([NEW, OLD])])
def test_ragas_contexts_are_found_in_the_transcripts_beside_the_set(tmp_path: Path, content: str) -> None:
    kept(tmp_path / "transcripts" / "talk.txt", TALK)
    assert load_questions([kept(tmp_path / "set.jsonl", content)]) == RAGAS_QUESTIONS


def test_ragas_contexts_are_found_in_the_documents_given(tmp_path: Path) -> None:
    path = kept(tmp_path / "set.json", [NEW, OLD])
    assert load_questions([path], documents=[parse(TALK, source="talk.txt")]) == RAGAS_QUESTIONS
    assert validate([path], [parse(TALK, source="talk.txt")]) == []


@pytest.mark.parametrize("as_column", [list, lambda values: {str(n): value for n, value in enumerate(values)}])
def test_ragas_columns_are_read_as_rows(tmp_path: Path, as_column: Any) -> None:
    columns = {name: as_column([NEW[name], NEW[name]]) for name in NEW}
    kept(tmp_path / "talk.txt", TALK)
    questions = load_questions([kept(tmp_path / "set.json", columns)])
    assert [question.question for question in questions] == ["When did it stop?"] * 2
    assert questions[1].relevant == (Gold("talk.txt", 10, 35),)


def test_a_ragas_conversation_is_a_question_with_its_history(tmp_path: Path) -> None:
    said = [
        {"content": "Who ran the ferry?", "type": "human"},
        {"content": "The town.", "type": "ai"},
        {"content": "When did it stop?", "type": "human"},
    ]
    kept(tmp_path / "talk.txt", TALK)
    question = load_questions([kept(tmp_path / "set.json", [{**NEW, "user_input": said}])])[0]
    assert (question.history, question.question) == (("Who ran the ferry?",), "When did it stop?")


def test_a_ragas_row_without_contexts_is_unanswerable_and_a_context_that_is_nowhere_is_told(tmp_path: Path) -> None:
    kept(tmp_path / "talk.txt", TALK)
    path = kept(
        tmp_path / "set.jsonl",
        lines(
            {**NEW, "reference_contexts": []},
            {**NEW, "reference_contexts": ["It never stopped."]},
            {"user_input": "?"},
            3,
        ),
    )
    assert faults_in(path) == [
        ":2: reference_contexts[0]: none of the 1 transcripts holds 'It never stopped.'",
        ":3: reference_contexts: is missing",
        ":4: no question: expected an object, found 3",
    ]
    first = next(iter(read_records(path)))
    assert not isinstance(first, Fault)
    assert first.fields["answerable"] is False


def test_a_context_that_is_said_twice_is_gold_twice(tmp_path: Path) -> None:
    kept(tmp_path / "talk.txt", "Ann Reed: Yes, it is.\n\nBo Lind: Yes, it is.\n")
    path = kept(tmp_path / "set.jsonl", lines({**NEW, "reference_contexts": ["Yes, it is."]}))
    assert load_questions([path])[0].relevant == (Gold("talk.txt", 10, 21), Gold("talk.txt", 32, 43))
