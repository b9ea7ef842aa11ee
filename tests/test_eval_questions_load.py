"""Question sets: read, and true to their sources."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import BUNDLED, ROOT
from hypothesis import given
from hypothesis import strategies as st
from outside import not_here

from eval.questions.load import load_questions, question_of
from eval.questions.model import Gold, Question
from eval.questions.record import Record
from rag.errors import InputError
from rag.transcript import parse

OTHER = ("understood", "variants")  # files beside the sets that are none: what is understood, and what is searched
SETS = sorted(
    file
    for file in [*BUNDLED.glob("*.jsonl"), *(ROOT / "tests" / "sets").glob("*.jsonl")]
    if not file.stem.endswith(OTHER)
)
FOLDERS = [
    BUNDLED,
    *(ROOT.parent / "shared" / folder for folder in ("corpus", "data/layouts/bitcoin", "data/press_briefings")),
]


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
                not_here(f"{gold.source}")
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


SOUND = {"id": "q1", "question": "Why?", "answerable": True, "relevant": [{"source": "a.txt", "start": 1, "end": 4}]}


def written(tmp_path: Path, *lines: object, name: str = "set.jsonl") -> Path:
    """A set of one line each: texts as they are, anything else as JSON."""
    path = tmp_path / name
    path.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), encoding="utf-8"
    )
    return path


def test_every_field_of_a_question_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        SOUND | {"history": ["Who?"], "answers": ["so"], "tags": ["lexical"], "speaker": "Ann Reed", "note": 7},
        "",
        {"id": "q2", "question": "When?", "answerable": False},
    )
    assert load_questions([path]) == [
        Question("q1", "Why?", True, ("Who?",), (Gold("a.txt", 1, 4),), ("so",), ("lexical",), "Ann Reed"),
        Question("q2", "When?", False),
    ]


def test_a_source_is_matched_on_its_file_name(tmp_path: Path) -> None:
    path = written(tmp_path, SOUND | {"relevant": [{"source": "talks/a.txt", "start": 1, "end": 4}]})
    assert load_questions([path])[0].relevant == (Gold("a.txt", 1, 4),)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[" * 5000, "no question: nested too deeply"),
        ([], "no question: expected an object, found []"),
        ({"question": "Why?", "answerable": False}, "id: is missing"),
        ({"id": "1", "answerable": False}, "question: is missing"),
        ({"id": "1", "question": "Why?"}, "answerable: is missing"),
        (SOUND | {"id": 7}, "id: expected a text, found 7"),
        (SOUND | {"question": ["Why?"]}, "question: expected a text, found ['Why?']"),
        (SOUND | {"question": " "}, "question: is empty"),
        ('{"id": "1", "question": "\\ud800", "answerable": false}', "question: holds half of a surrogate pair"),
        (SOUND | {"answerable": "false"}, "answerable: expected true or false, found 'false'"),
        (SOUND | {"answerable": None}, "answerable: expected true or false, found null"),
        (SOUND | {"answerable": 1}, "answerable: expected true or false, found 1"),
        (SOUND | {"history": "Who?"}, "history: expected a list of texts, found 'Who?'"),
        (SOUND | {"history": ["Who?", 3]}, "history[1]: expected a text, found 3"),
        (SOUND | {"answers": [""]}, "answers[0]: is empty"),
        (SOUND | {"tags": {}}, "tags: expected a list of texts, found {}"),
        (SOUND | {"relevant": {}}, "relevant: expected a list of ranges, found {}"),
        (SOUND | {"relevant": [3]}, "relevant[0]: expected an object with source, start and end, found 3"),
        (SOUND | {"relevant": [{"start": 1, "end": 2}]}, "relevant[0].source: is missing"),
        (
            SOUND | {"relevant": [{"source": 1, "start": 1, "end": 2}]},
            "relevant[0].source: expected a file name, found 1",
        ),
        (SOUND | {"relevant": [{"source": "a", "start": "1", "end": 2}]}, "relevant[0].start: expected a whole number"),
        (SOUND | {"relevant": [{"source": "a", "start": 1.0, "end": 2}]}, "relevant[0].start: expected a whole number"),
        (
            SOUND | {"relevant": [{"source": "a", "start": True, "end": 2}]},
            "relevant[0].start: expected a whole number",
        ),
        (
            SOUND | {"relevant": [{"source": "a", "start": -1, "end": 2}]},
            "relevant[0].start: -1 is before the text begins",
        ),
        (
            SOUND | {"relevant": [{"source": "a", "start": 4, "end": 2}]},
            "relevant[0].end: 2 is not behind the start, 4",
        ),
        (
            SOUND | {"relevant": [{"source": "a", "start": 4, "end": 4}]},
            "relevant[0].end: 4 is not behind the start, 4",
        ),
        (SOUND | {"awnsers": ["so"]}, "awnsers: is no field of a question; write 'answers'"),
        (SOUND | {"id": "0"}, "id: '0' is also the id of "),
    ],
)
def test_a_line_that_is_no_question_is_told_by_file_line_and_field(tmp_path: Path, line: object, told: str) -> None:
    path = written(tmp_path, {"id": "0", "question": "Why?", "answerable": False}, line)
    with pytest.raises(InputError, match=re.escape(f"{path}:2: {told}")) as caught:
        load_questions([path])
    assert "\n" not in str(caught.value)


def test_the_same_id_in_two_files_is_an_error_and_so_is_the_same_file_twice(tmp_path: Path) -> None:
    one, two = written(tmp_path, SOUND), written(tmp_path, SOUND, name="other.jsonl")
    for again in (two, one):
        with pytest.raises(InputError, match=re.escape(f"{again}:1: id: 'q1' is also the id of {one}:1")):
            load_questions([one, again])


def test_a_line_separator_inside_a_question_ends_no_line(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(SOUND | {"question": "Why\u2028now?"}, ensure_ascii=False))
    assert [question.question for question in load_questions([path])] == ["Why\u2028now?"]


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_set_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"set\.jsonl: there is no question in it"):
        load_questions([path])


def test_a_set_that_is_not_there_or_is_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read: No such file"):
        load_questions([tmp_path / "none.jsonl"])
    (tmp_path / "set.jsonl").write_bytes(b'{"id": "\xff"}')
    with pytest.raises(InputError, match=r"set\.jsonl: is not UTF-8 \(byte 8\)"):
        load_questions([tmp_path / "set.jsonl"])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4))
def test_any_value_in_any_field_gives_a_question_or_faults_that_name_a_field(value: object) -> None:
    for field in ("id", "question", "answerable", "history", "relevant", "answers", "tags", "speaker"):
        question, faults = question_of(Record("set.jsonl:1", SOUND | {field: value}))
        assert (question is None) == bool(faults)
        assert all(fault.field.startswith(field) and "\n" not in str(fault) for fault in faults)
