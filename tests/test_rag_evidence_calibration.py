"""A calibration kept with its archive: read back as it was, per model, and never trusted when damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import BUNDLED

from rag.archive import open_archive
from rag.assistant import Assistant
from rag.errors import ArchiveError
from rag.evidence.calibration import (
    CALIBRATION_FILE,
    DEFAULT_CALIBRATION,
    TRAINED_CALIBRATION,
    Calibration,
    CurvePoint,
    load_calibration,
    save_calibration,
)
from rag.rerankers import HEURISTIC, TRAINED, fingerprint_of, load_reranker
from rag.types import Signals

NOTHING_IS_SURE = Calibration(
    bias=-30.0,
    coefficients=(0.0,) * 10,
    threshold=0.5,
    curve=(CurvePoint(0.9, 0.5, 0.0), CurvePoint(0.1, 1.0, 0.25)),
    fitted_on="4 questions",
)
QUESTION = "When will the gates move?"


def test_a_calibration_is_read_back_as_it_was_for_its_own_model_only(tmp_path: Path) -> None:
    path = tmp_path / CALIBRATION_FILE
    save_calibration(path, NOTHING_IS_SURE, encoder="a-model", fingerprint="f1")
    other = Calibration(bias=1.0, coefficients=(1.0,) * 10, threshold=0.25)
    save_calibration(path, other, encoder="another", fingerprint="f2")
    assert load_calibration(path, fingerprint="f1") == NOTHING_IS_SURE
    assert load_calibration(path, fingerprint="f2") == other
    assert load_calibration(path, fingerprint="f3") is None


def test_a_confidence_is_the_logistic_function_of_the_weighted_signals() -> None:
    calibration = Calibration(
        bias=-1.0, coefficients=(2.0, 0.0, 0.0, 0.0, 0.0, 0.0, -3.0, 0.0, 0.0, 0.5), threshold=0.5
    )
    # -1 + 2 * 0.5 - 3 * 0.25 = -0.75, and 1 / (1 + e^0.75) = 0.320821
    assert calibration.confidence(Signals(0.5, 1, 1, 1, 1, 1, 0.25)) == pytest.approx(0.320821, abs=1e-6)
    # with 2 units of size it is 0.25
    assert calibration.confidence(Signals(0.5, 1, 1, 1, 1, 1, 0.25, size=2.0)) == pytest.approx(0.562177, abs=1e-6)


def test_an_assistant_uses_the_calibration_of_its_archive_which_an_ingest_leaves_alone(bundled_copy: Path) -> None:
    archive = open_archive(bundled_copy)
    assert archive.calibration() is None
    assert Assistant(archive, reader=HEURISTIC).ask(QUESTION).status == "answered"
    archive.set_calibration(NOTHING_IS_SURE)
    written = (bundled_copy / CALIBRATION_FILE).read_bytes()
    archive.ingest([BUNDLED])
    archive.remove("hearing.md")
    assert (bundled_copy / CALIBRATION_FILE).read_bytes() == written
    again = open_archive(bundled_copy)
    assert again.calibration() == NOTHING_IS_SURE
    assert Assistant(again, reader=HEURISTIC).ask(QUESTION).status == "not_on_record"


def test_each_reader_has_a_calibration_of_its_own(bundled_copy: Path) -> None:
    archive = open_archive(bundled_copy)
    reader = load_reranker(TRAINED)
    assert Assistant(archive, reader=TRAINED).calibration == TRAINED_CALIBRATION
    assert Assistant(archive, reader=HEURISTIC).calibration == DEFAULT_CALIBRATION
    archive.set_calibration(NOTHING_IS_SURE, reader=fingerprint_of(reader))
    assert Assistant(archive, reader=TRAINED).calibration == NOTHING_IS_SURE
    assert Assistant(archive, reader=HEURISTIC).calibration == DEFAULT_CALIBRATION


def test_an_archive_without_documents_has_no_calibration(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "new")
    assert archive.calibration() is None
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("threshold", 1.5),
        ("bias", "high"),
        ("bias", float("nan")),
        ("coefficients", {"dense": 1.0}),
        ("curve", [[1, 2]]),
    ],
)
def test_a_damaged_calibration_is_told_in_one_line(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / CALIBRATION_FILE
    save_calibration(path, NOTHING_IS_SURE, encoder="a-model", fingerprint="f1")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["models"]["f1"][key] = value
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"calibration\.json is damaged .* delete it"):
        load_calibration(path, fingerprint="f1")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2, "models": {}}', '{"version": 1, "models": []}', "\xff"]
)
def test_a_file_that_is_no_calibration_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / CALIBRATION_FILE
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ArchiveError, match=r"calibration\.json is damaged"):
        load_calibration(path, fingerprint="f1")


def test_a_calibration_belongs_to_the_encoder_and_the_reading_model_together(bundled_copy: Path) -> None:
    archive = open_archive(bundled_copy)
    archive.set_calibration(NOTHING_IS_SURE, reader="a-reader")
    assert archive.calibration() is None
    assert archive.calibration(reader="another") is None
    assert archive.calibration(reader="a-reader") == NOTHING_IS_SURE


def test_a_calibration_from_before_there_were_reading_models_gives_them_no_say(tmp_path: Path) -> None:
    path = tmp_path / CALIBRATION_FILE
    save_calibration(path, NOTHING_IS_SURE, encoder="a-model", fingerprint="f1")
    content = json.loads(path.read_text(encoding="utf-8"))
    for name in ("relevance", "answer"):
        del content["models"]["f1"]["coefficients"][name]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert load_calibration(path, fingerprint="f1") == NOTHING_IS_SURE
