"""Recorded variants are replayed through the code that a model's go through, and figures are reported by tag."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import BUNDLED
from made_runs import made_row

from eval.questions.load import load_questions
from eval.questions.model import Question
from eval.runs.model import RunSettings
from eval.runs.replay import load_variants
from eval.runs.run import run
from eval.show.figures import by_tag
from rag.archive import Archive
from rag.errors import InputError

SETS = Path(__file__).parent / "sets"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "variants.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("variants", "sets"),
    [
        ("briefings-variants.jsonl", ["briefings.jsonl"]),
        ("bundled-variants.jsonl", ["bundled-held-out.jsonl", *map(str, sorted(BUNDLED.glob("*.jsonl")))]),
    ],
)
def test_every_question_of_a_set_has_its_recorded_variants(variants: str, sets: list[str]) -> None:
    recorded = load_variants(SETS / variants)
    asked = [json.loads(line) for name in sets for line in (SETS / name).read_text(encoding="utf-8").splitlines()]
    found = [recorded.variants(each["question"], each.get("history", [])) for each in asked]
    assert [each["question"] for each, own in zip(asked, found, strict=True) if len(own) != 5] == []


def test_variants_are_looked_up_with_the_questions_before(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        json.dumps({"question": "And then?", "history": ["Who sank?"], "variants": ["What came after it sank?"]}),
        "",
        json.dumps({"question": "And then?", "variants": ["What came then?"]}),
    )
    recorded = load_variants(path, [Question("1", "And then?", False)])
    assert recorded.variants("And then?", ["Who sank?"]) == ("What came after it sank?",)
    assert recorded.variants(" And then? ", []) == ("What came then?",)
    assert recorded.variants("Why?", []) == ()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "variants.jsonl:1: no JSON"),
        ("[]", "variants.jsonl:1: expected an object with a question"),
        ('{"question": 5}', "variants.jsonl:1: expected an object with a question"),
        ('{"question": "Why?", "variants": "x"}', "variants.jsonl:1: variants: expected a list of texts"),
        ('{"question": "Why?", "history": [1], "variants": []}', "variants.jsonl:1: history: expected a list of texts"),
        ('{"question": "Who?", "variants": ["x"]}', "it has variants for none of the 1 questions"),
    ],
)
def test_a_file_that_holds_no_variants_of_the_questions_is_told_by_its_line(
    tmp_path: Path, line: str, fault: str
) -> None:
    with pytest.raises(InputError, match=fault.replace("[", r"\[")):
        load_variants(written(tmp_path, line), [Question("1", "Why?", False)])


def test_a_missing_file_of_variants_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_variants(tmp_path / "none.jsonl")


def test_recorded_variants_find_more_of_the_bundled_answers_than_the_questions_alone(bundled: Archive) -> None:
    questions = [q for q in load_questions([BUNDLED / "podcast.jsonl"]) if "paraphrase" in q.tags]
    recorded = load_variants(SETS / "bundled-variants.jsonl", questions)
    settings = RunSettings(reader="heuristic")
    alone = run(bundled, questions, settings=settings)
    helped = run(bundled, questions, settings=replace(settings, variants="v"), generator=recorded)
    assert [row.error for row in helped.rows if row.error] == []
    assert sum(row.measures["RR@10"] for row in helped.rows) > sum(row.measures["RR@10"] for row in alone.rows)


def test_the_main_measures_are_given_for_each_tag() -> None:
    found = {"Success@1": 1.0, "first_quote": 0.0}
    rows = [
        replace(made_row("a", measures=found), tags=("short",)),
        replace(made_row("b", measures={"Success@1": 0.0}), tags=("plain", "short")),
        replace(made_row("c", measures={"refused": 1.0}, answerable=False), tags=("plain",)),
        made_row("d", measures=found),
    ]
    assert by_tag(rows) == {
        "plain": {"n": 2, "Success@1": 0.0, "refused": 1.0},
        "short": {"n": 2, "Success@1": 0.5, "first_quote": 0.0},
    }
    assert by_tag(rows[3:]) == {}
