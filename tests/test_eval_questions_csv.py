"""CSV rows become questions, and a fault names its line and column."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_sets import CSV, kept

from eval.questions.formats import read_records
from eval.questions.load import load_questions
from eval.questions.model import Gold, Question
from rag.errors import InputError


def test_csv_rows_of_one_id_are_one_question(tmp_path: Path) -> None:
    assert load_questions([kept(tmp_path / "set.csv", CSV)]) == [
        Question(
            "q1",
            "When did it stop, and why?",
            True,
            ("Who ran it?", "And where?"),
            (Gold("hearing.txt", 120, 180), Gold("podcast.md", 900, 950)),
            ("in May", "since May"),
            ("lexical", "date"),
        ),
        Question("q2", "Who paid?", False),
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("\ufeff" + CSV.replace("\n", "\r\n"), "set.csv"),
        (CSV.replace("stop, and", "stop and").replace('"', "").replace(",", "\t"), "set.tsv"),
        (CSV.replace("stop, and", "stop and").replace(",", ";"), "set.csv"),
        (CSV, "set.txt"),
    ],
)
def test_what_spreadsheets_write_is_read_as_the_same(tmp_path: Path, content: str, name: str) -> None:
    questions = load_questions([kept(tmp_path / name, content)])
    assert [(q.id, q.answerable, len(q.relevant), len(q.answers)) for q in questions] == [
        ("q1", True, 2, 2),
        ("q2", False, 0, 0),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,question\nq1,Why?\n", ":1: answerable: there is no such column"),
        ("id,question,answerable\nq1,Why?,maybe\n", ":2: answerable: expected true or false, found 'maybe'"),
        ("id,question,answerable\nq1,,true\n", ":2: question: is missing"),
        ("id,question,answerable\n,Why?,true\n", ":2: id: is empty"),
        ("id,question,answerable\nq1,Why, then?,true\n", ":2: 4 cells under 3 columns; quote a cell that holds ','"),
        ('id,question,answerable\nq1,"Why?,true\n', ": is no sound CSV: unexpected end of data"),
        (CSV.replace("120", "1e2"), ":2: relevant[0].start: expected a whole number, found '1e2'"),
        (CSV.replace("950", "900"), ":3: relevant[1].end: 900 is not behind the start, 900"),
        (CSV.replace("900,950", "900,"), ":3: relevant[1].end: is missing"),
        (CSV.replace("q1,,,", "q1,When?,,"), ":3: question: 'When?' is not what "),
    ],
)
def test_a_fault_in_csv_is_told_by_line_and_column(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        load_questions([kept(tmp_path / "set.csv", content)])


def test_a_csv_row_of_several_lines_is_told_by_its_first(tmp_path: Path) -> None:
    path = kept(tmp_path / "set.csv", 'id,question,answerable\nq1,"Why\nso?",true\nq2,When?,perhaps\n')
    assert [record.place for record in read_records(path)] == [f"{path}:2", f"{path}:4"]
