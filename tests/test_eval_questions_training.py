"""The questions to train with: each stands once, fits its transcript, and is counted rightly by the README."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT / "tests" / "sets"
TRAINING = sorted((SETS / "training").glob("*.jsonl"))
README = (SETS / "training" / "README.md").read_text(encoding="utf-8")


def records_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def folded(question: str) -> str:
    return " ".join(question.casefold().split())


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SETS / "training"))
    return importlib.import_module("check")


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.stem)
def test_an_id_and_a_question_stand_once_in_a_set(path: Path) -> None:
    for key in ("id", "question"):
        times = Counter(folded(record[key]) for record in records_of(path))
        assert {text for text in times if times[text] > 1} == set()


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.stem)
def test_the_readme_counts_the_questions_and_tags_of_a_set(path: Path) -> None:
    records = records_of(path)
    assert re.findall(rf"`{path.name}`: ([\d,]+) questions", README) == [f"{len(records):,}"]
    tags = Counter(tag for record in records for tag in record["tags"])
    column = ["tag", *(name.split("-")[0] for name in re.findall(r"^- `([\w-]+)\.jsonl`:", README, re.M))]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in README.splitlines() if row.startswith("| `")]
    written = {row[0].strip("`"): row[column.index(path.stem.split("-")[0])] for row in rows}
    assert written == {tag: f"{tags[tag]:,}" for tag in written}
    assert set(tags) <= set(written)


def test_every_question_about_a_bundled_transcript_fits_it(check: ModuleType) -> None:
    folder = ROOT / "eval" / "sets"
    records = records_of(SETS / "training" / "bundled.jsonl")
    assert {record["id"]: faults for record in records if (faults := list(check.faults(record, folder)))} == {}


def test_a_paraphrase_about_a_bundled_transcript_shares_no_stem_with_its_answer(check: ModuleType) -> None:
    folder = ROOT / "eval" / "sets"
    records = [record for record in records_of(SETS / "training" / "bundled.jsonl") if "paraphrase" in record["tags"]]
    shared = {record["id"]: words for record in records if (words := check.shared(record, folder)[0])}
    assert shared == {}


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.stem)
def test_no_question_that_measures_is_one_to_train_with(path: Path) -> None:
    measuring = [*SETS.glob("*.jsonl"), *(ROOT / "eval" / "sets").glob("*.jsonl")]
    asked = {folded(record["question"]) for other in measuring for record in records_of(other) if "question" in record}
    assert sorted(asked & {folded(record["question"]) for record in records_of(path)}) == []
