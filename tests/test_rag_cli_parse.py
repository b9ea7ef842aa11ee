"""`onrecord parse`: a page of eighty columns, or the contract's JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.cli import main

TALK = "Talk, Oslo, 3 May 2024\n\nQ: Why?\n\nAnn Reed: It was late, and so we all went home by the long road over the hills.\n"


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["onrecord", "parse", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_the_json_has_the_contracts_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "talk.txt").write_text(TALK)
    value = json.loads(run(monkeypatch, capsys, str(tmp_path / "talk.txt"), "--json"))
    wanted = {"title", "date", "place", "source", "text", "turns", "grammar", "confidence", "notes", "left_out"}
    assert wanted <= value.keys()
    assert (value["date"], value["place"], value["text"]) == ("2024-05-03", "Oslo", TALK)
    assert TALK[value["turns"][0]["start"] : value["turns"][0]["end"]] == "Why?"
    assert {"speaker", "role", "start", "end", "seconds"} <= value["turns"][0].keys()
    assert all(piece.keys() == {"start", "end", "why"} for piece in value["left_out"])


def test_the_page_names_each_speaker_and_fits_eighty_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "talk.txt").write_text(TALK)
    lines = run(monkeypatch, capsys, str(tmp_path / "talk.txt")).splitlines()
    assert max(map(len, lines)) <= 80
    assert "date: 2024-05-03 · place: Oslo" in lines
    assert "  Q (interviewer), 1 turn, 1 word: Why?" in lines
    assert [line for line in lines if line.startswith("  Ann Reed (respondent), 1 turn, 16 words: It was late")]
