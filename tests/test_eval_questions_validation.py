"""Every fault of a set is named by line and field, and sound sets have none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import BUNDLED, ROOT
from outside import not_here

from eval.questions.validation import Fault, validate
from rag.transcript import parse
from rag.types import Document

TEXT = "Ann Reed: The ferry stopped in May.\n\nBo Lind: Nobody paid for it.\n"
TALK = parse(TEXT, source="talk.txt")
SOUND = {
    "id": "q1",
    "question": "When?",
    "answerable": True,
    "relevant": [{"source": "talk.txt", "start": 10, "end": 35}],
}
COMMITTEE = ROOT.parent / "shared" / "data" / "committee_meetings"


def gold(start: int, end: int, source: str = "talk.txt") -> dict[str, Any]:
    return {"relevant": [{"source": source, "start": start, "end": end}]}


def faults_of(tmp_path: Path, *lines: Any, documents: list[Document] | None = None) -> list[tuple[int, str, str]]:
    """(line, field, text) of each fault."""
    path = tmp_path / "set.jsonl"
    path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in lines))
    found = validate([path], [TALK] if documents is None else documents)
    return [(int(fault.place.removeprefix(f"{path}:")), fault.field, fault.text) for fault in found]


def test_a_sound_set_has_no_fault(tmp_path: Path) -> None:
    unanswerable = {"id": "q2", "question": "Why?", "answerable": False}
    assert faults_of(tmp_path, {**SOUND, "answers": ["in\nMAY"]}, unanswerable) == []


@pytest.mark.parametrize(
    ("changed", "field", "text"),
    [
        (gold(10, len(TEXT) + 1), "relevant[0].end", "67 is outside talk.txt, which has 66 characters"),
        (gold(67, 70), "relevant[0].start", "67 is outside talk.txt, which has 66 characters"),
        (gold(35, 37), "relevant[0]", "there is nothing but white space in talk.txt from 35 to 37"),
        (gold(1, 5, "talks.txt"), "relevant[0].source", "there is no document 'talks.txt'; did you mean 'talk.txt'?"),
        (gold(1, 5, "x"), "relevant[0].source", "there is no document 'x'"),
        ({"relevant": []}, "relevant", "an answerable question needs the range that answers it"),
        ({"answerable": False}, "relevant", "an unanswerable question has no range that answers it"),
        (
            {"answerable": False, "relevant": [], "answers": ["May"]},
            "answers",
            "an unanswerable question has no answers",
        ),
        ({"answers": ["in May", "in June"]}, "answers[1]", "'in June' is not in talk.txt"),
        ({"history": "Who?"}, "history", "expected a list of texts, found 'Who?'"),
        ({"history": [1]}, "history[0]", "expected a text, found 1"),
        ({"question": ""}, "question", "is empty"),
        ({"answerable": "yes"}, "answerable", "expected true or false, found 'yes'"),
    ],
)
def test_a_fault_is_named_by_line_and_field(tmp_path: Path, changed: dict[str, Any], field: str, text: str) -> None:
    assert faults_of(tmp_path, {"id": "q0", "question": "Why?", "answerable": False}, {**SOUND, **changed}) == [
        (2, field, text)
    ]


def test_all_faults_are_told_and_not_only_the_first(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        "{",
        {**SOUND, "question": 3, "tags": "x", **gold(9, 4)},
        SOUND,
        {**SOUND, **gold(0, 900)},
        {**SOUND, "id": "q3", "answers": ["June"], **gold(0, 900)},
    )
    path = tmp_path / "set.jsonl"
    assert [(line, field) for line, field, _ in found] == [
        (1, ""),
        (2, "question"),
        (2, "relevant[0].end"),
        (2, "tags"),
        (4, "id"),
        (5, "relevant[0].end"),
        (5, "answers[0]"),
    ]
    assert found[4][2] == f"'q1' is also the id of {path}:3"


def test_two_files_of_one_name_are_both_meant(tmp_path: Path) -> None:
    longer = parse(TEXT + "Ann Reed: In June then.\n", source="talk.txt")
    line = {**SOUND, **gold(10, len(TEXT) + 5), "answers": ["in june"]}
    assert len(faults_of(tmp_path, line)) == 2
    assert faults_of(tmp_path, line, documents=[TALK, longer]) == []


def test_a_file_that_is_no_set_is_one_fault_and_the_others_are_still_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Some words.")
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "set.jsonl").write_text(json.dumps({**SOUND, "id": 1}))
    found = validate([tmp_path / name for name in ("none.jsonl", "notes.txt", "empty.jsonl", "set.jsonl")], [TALK])
    assert [fault.place.removeprefix(f"{tmp_path}/") for fault in found] == [
        "none.jsonl",
        "notes.txt",
        "empty.jsonl",
        "set.jsonl:1",
    ]


def test_a_gold_range_of_a_csv_row_is_told_by_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(
        "id,question,answerable,source,start,end\nq1,When?,yes,talk.txt,1,9\nq1,,,tale.txt,1,9\nq1,,,talk.txt,1,99\n"
    )
    assert [str(fault) for fault in validate([path], [TALK])] == [
        f"{path}:3: relevant[1].source: there is no document 'tale.txt'; did you mean 'talk.txt'?",
        f"{path}:4: relevant[2].end: 99 is outside talk.txt, which has 66 characters",
    ]


def test_a_fault_is_one_line_whatever_the_set_holds(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({**SOUND, "answers": ["one\ntwo" * 50]}))
    (fault,) = validate([path], [TALK])
    assert isinstance(fault, Fault)
    assert "\n" not in str(fault)
    assert len(fault.text) < 90


def test_the_bundled_sets_are_sound() -> None:
    documents = [
        parse(path.read_text(encoding="utf-8"), source=path.name)
        for path in [*BUNDLED.glob("*.md"), *BUNDLED.glob("*.txt")]
    ]
    assert validate(sorted(BUNDLED.glob("*.jsonl")), documents) == []


def test_the_committee_meetings_are_sound() -> None:
    if not COMMITTEE.is_dir():
        not_here("../shared/data/committee_meetings")
    documents = [
        parse(path.read_text(encoding="utf-8"), source=path.name) for path in (COMMITTEE / "transcripts").glob("*.txt")
    ]
    assert validate([COMMITTEE / "questions.jsonl"], documents) == []
