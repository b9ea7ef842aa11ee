"""Settings: flag, environment, file, default."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import Settings, load_settings
from rag.errors import SettingsError


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(tmp_path: Path) -> None:
    (tmp_path / "onrecord.toml").write_text('archive = "file"\nk = 3\ngenerator = "file"\n', encoding="utf-8")
    environment = {"ONRECORD_ARCHIVE": "env", "ONRECORD_K": "4", "HOME": "x"}
    found = load_settings(tmp_path, environment=environment, archive="flag", k=None)
    assert found == Settings(archive="flag", encoder=None, generator="file", k=4)
    assert load_settings(tmp_path / "nowhere", environment={}) == Settings("archive", None, "extractive", 8)


@pytest.mark.parametrize(
    ("toml", "environment", "told"),
    [
        ('archiv = "a"', {}, "no setting 'archiv'; did you mean 'archive'"),
        ("", {"ONRECORD_GENERATR": "x"}, "no setting 'ONRECORD_GENERATR'; did you mean 'generator'"),
        ('k = "many"', {}, "k must be a whole number, not 'many'"),
        ("k = 0", {}, "k is 0; it must be at least 1"),
        ("archive = 3", {}, "archive must be a text, not 3"),
        ("archive =", {}, "onrecord.toml"),
    ],
)
def test_what_cannot_be_a_setting_is_told(tmp_path: Path, toml: str, environment: dict[str, str], told: str) -> None:
    (tmp_path / "onrecord.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load_settings(tmp_path, environment=environment)
