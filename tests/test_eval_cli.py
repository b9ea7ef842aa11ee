"""`onrecord eval …` as a user types it: figures on stdout, failures in one line on stderr, and the exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import BUNDLED
from made_sets import few_of
from one_process import Commands, one_process


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Some questions of two bundled sets: twenty that are answered there, and eight that are not."""
    folder = tmp_path_factory.mktemp("sets")
    return [few_of(BUNDLED / name, folder) for name in ("hearing.jsonl", "podcast.jsonl")]


@pytest.fixture(scope="module")
def onrecord() -> Iterator[Commands]:
    with one_process() as commands:
        yield commands


@pytest.fixture(scope="module")
def runs(onrecord: Commands, sets: list[Path], bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs: `fusion` and `dense`."""
    folder = tmp_path_factory.mktemp("runs")
    for name in ("fusion", "dense"):
        done = onrecord(
            *("eval", "run", *sets, "--archive", bundled_folder, "--retrieval", name, "--out", folder / name),
            cwd=folder,
        )
        assert (done.returncode, done.stderr) == (0, "")
        (folder / f"{name}.out").write_text(done.stdout, encoding="utf-8")
    return folder


def test_a_run_prints_every_measure_with_interval_and_n_within_80_columns(onrecord: Commands, runs: Path) -> None:
    printed = (runs / "fusion.out").read_text(encoding="utf-8")
    lines = printed.splitlines()[:-1]  # the last one names files, as long as their paths are
    assert max(len(line) for line in lines) <= 80
    shown = {line.split()[0]: line.split()[-1] for line in lines if line.strip()}
    assert {"R@5": "20", "refused": "8"}.items() <= shown.items()
    assert sorted(file.name for file in (runs / "fusion").iterdir()) == ["report.html", "run.json"]


def test_json_is_one_value_and_agrees_with_the_rows(
    onrecord: Commands, sets: list[Path], bundled_folder: Path, tmp_path: Path
) -> None:
    done = onrecord("eval", "run", *sets, "--archive", bundled_folder, "--out", tmp_path / "r", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    rows = json.loads((tmp_path / "r" / "run.json").read_text(encoding="utf-8"))["rows"]
    assert said["questions"] == len(rows) == 28
    values = [row["measures"]["R@5"] for row in rows if "R@5" in row["measures"]]
    assert said["measures"]["R@5"]["value"] == pytest.approx(sum(values) / len(values))
    assert said["measures"]["R@5"]["n"] == len(values) == 20
    assert sum(said["causes"].values()) == sum(bool(row["cause"]) for row in rows)


def test_one_command_ingests_and_evaluates_into_an_archive_of_the_runs_own(
    onrecord: Commands, sets: list[Path], tmp_path: Path
) -> None:
    done = onrecord(*("eval", "run", sets[0], "--ingest", BUNDLED, "--out", "r", "--json"), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["questions"] == 14
    assert sorted(file.name for file in (tmp_path / "r").iterdir()) == ["archive", "report.html", "run.json"]
    assert not (tmp_path / "archive").exists()


def test_a_set_that_brings_its_own_texts_is_ingested_and_evaluated_by_one_command(
    onrecord: Commands, tmp_path: Path
) -> None:
    context = "The harbour was closed in March. Nobody could say for how long, and the ferries went elsewhere."
    asked = [
        {"id": "1", "question": "When was the harbour closed?", "answers": [{"text": "March", "answer_start": 26}]},
        {"id": "2", "question": "What is the boiling point of tungsten?", "answers": [], "is_impossible": True},
    ]
    squad = {"version": "v2.0", "data": [{"title": "Harbour", "paragraphs": [{"context": context, "qas": asked}]}]}
    (tmp_path / "squad.json").write_text(json.dumps(squad), encoding="utf-8")
    done = onrecord("eval", "run", "squad.json", "--ingest", "squad.json", "--out", "r", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    values = {name: measure["value"] for name, measure in json.loads(done.stdout)["measures"].items()}
    assert (values["Success@1"], values["gold_chars@1"], values["first_quote"]) == (1.0, 1.0, 1.0)


def test_compare_names_what_changed(onrecord: Commands, runs: Path) -> None:
    done = onrecord("eval", "compare", "fusion", "dense", cwd=runs)
    assert (done.returncode, done.stderr) == (0, "")
    assert "B − A" in done.stdout
    said = json.loads(onrecord("eval", "compare", "fusion", "dense", "--json", cwd=runs).stdout)
    found = {each["name"]: each for each in said["differences"]}
    assert found["R@5"]["difference"] == pytest.approx(found["R@5"]["b"] - found["R@5"]["a"])
    assert {flip["by"] for flip in said["flips"]} >= {"answer", "Success@1"}


def test_a_gate_exits_0_where_bars_are_met_100_where_missed_and_1_where_broken(onrecord: Commands, runs: Path) -> None:
    def status(*bars: str) -> int:
        return onrecord("eval", "gate", "fusion", *bars, cwd=runs).returncode

    assert status("--min", "R@5=0.5", "--max", "wrongly_refused=0.5") == 0
    assert status("--min", "R@5=0.5", "--min", "R@5=1.01") == 100
    for bars in (["--min", "R@5"], ["--min", "R@6=0.5"], []):
        done = onrecord("eval", "gate", "fusion", *bars, cwd=runs)
        assert (done.returncode, done.stderr.count("\n"), done.stdout) == (1, 1, "")
    assert onrecord("eval", "gate", "nowhere", "--min", "R@5=0.5", cwd=runs).returncode == 1
    assert onrecord("eval", "gate", cwd=runs).returncode == 2


def test_a_gate_writes_junit(onrecord: Commands, runs: Path, tmp_path: Path) -> None:
    done = onrecord("eval", "gate", "fusion", "--min", "R@5=1.01", "--junit", tmp_path / "j.xml", cwd=runs)
    assert done.returncode == 100
    assert ElementTree.parse(tmp_path / "j.xml").getroot()[0].get("failures") == "1"


def test_a_sweep_has_a_column_a_setting(
    onrecord: Commands, sets: list[Path], bundled_folder: Path, tmp_path: Path
) -> None:
    words = ["eval", "sweep", sets[0], "--archive", bundled_folder, "--retrieval", "fusion", "--retrieval", "bm25"]
    done = onrecord(*words, "-k", 5, "-k", 10, "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    said = {each["name"]: each["measures"] for each in json.loads(done.stdout)}
    assert list(said) == ["fusion k=5", "fusion k=10", "bm25 k=5", "bm25 k=10"]
    assert "R@10" not in said["fusion k=5"]
    assert said["fusion k=5"]["R@5"] == said["fusion k=10"]["R@5"]
    table = onrecord(*words, "-k", 5, "-k", 10, cwd=tmp_path).stdout
    assert max(len(line) for line in table.splitlines()) <= 80
    assert list(tmp_path.iterdir()) == []


def test_calibrate_stores_what_it_fits_unless_told_not_to(
    onrecord: Commands, sets: list[Path], bundled_copy: Path, tmp_path: Path
) -> None:
    words = ["eval", "calibrate", *sets, "--archive", bundled_copy]
    assert onrecord(*words, "--dry-run", cwd=tmp_path).returncode == 0
    assert not (bundled_copy / "calibration.json").exists()
    done = onrecord(*words, "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    (stored,) = json.loads((bundled_copy / "calibration.json").read_text(encoding="utf-8"))["models"].values()
    assert stored["threshold"] == said["calibration"]["threshold"]
    assert stored["fitted_on"] == "28 questions: hearing.jsonl, podcast.jsonl"
    (bundled_copy / "calibration.json").write_text("{", encoding="utf-8")
    done = onrecord("ask", "When will the gates move?", "--archive", bundled_copy, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (1, 1, "")
    assert "calibration.json is damaged" in done.stderr


def test_bad_input_is_told_in_one_line(
    onrecord: Commands, sets: list[Path], runs: Path, bundled_folder: Path, tmp_path: Path
) -> None:
    broken, empty, elsewhere = (tmp_path / name for name in ("broken.jsonl", "empty.jsonl", "elsewhere.jsonl"))
    broken.write_text("{\n", encoding="utf-8")
    empty.write_text("", encoding="utf-8")
    gold = {"source": "lost.txt", "start": 0, "end": 3}
    question = {"id": "1", "question": "Why?", "answerable": True, "relevant": [gold], "answers": ["x"]}
    elsewhere.write_text(json.dumps(question) + "\n", encoding="utf-8")
    for path, told in (
        (broken, "broken.jsonl:1"),
        (empty, "question"),
        (elsewhere, "lost.txt"),
        (tmp_path / "no", "no"),
    ):
        done = onrecord("eval", "run", path, "--archive", bundled_folder, "--out", "r", cwd=tmp_path)
        assert (done.returncode, done.stderr.count("\n"), done.stdout) == (1, 1, ""), path
        assert told in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "r").exists()
    done = onrecord("eval", "run", sets[0], "--archive", bundled_folder, "--out", runs / "other", cwd=runs)
    assert done.returncode == 0
    done = onrecord("eval", "compare", "fusion", "other", cwd=runs)
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (1, 1, "")
    assert "different questions" in done.stderr
    assert onrecord("eval", "run", cwd=tmp_path).returncode == 2
