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
    assert load_settings(tmp_path / "nowhere", environment={}) == Settings("archive", None, generator="extractive", k=8)


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


@pytest.mark.parametrize("known", ["archive", "encoder", "generator"])
def test_a_key_with_one_letter_missing_names_the_key_that_was_meant(tmp_path: Path, known: str) -> None:
    for cut in range(len(known)):
        typed = known[:cut] + known[cut + 1 :]
        with pytest.raises(SettingsError) as told:
            load_settings(tmp_path, environment={f"ONRECORD_{typed.upper()}": "x"})
        assert str(told.value) == (
            f"the environment: there is no setting 'ONRECORD_{typed.upper()}'; did you mean {known!r}? "
            "known: archive, encoder, precision, reader, generator, k, model, base_url, timeout_s, strict, answer"
        )


def test_each_setting_can_come_from_each_place_and_the_stronger_place_wins(tmp_path: Path) -> None:
    values = {"archive": ("f", "e", "c"), "encoder": ("f", "e", "c"), "generator": ("f", "e", "c"), "k": (3, 4, 5)}
    for name, (in_file, in_environment, in_flag) in values.items():
        (tmp_path / "onrecord.toml").write_text(f"{name} = {in_file!r}\n", encoding="utf-8")
        environment = {f"ONRECORD_{name.upper()}": str(in_environment)}
        assert getattr(load_settings(tmp_path, environment={}), name) == in_file
        assert getattr(load_settings(tmp_path, environment=environment), name) == in_environment
        assert getattr(load_settings(tmp_path, environment=environment, **{name: in_flag}), name) == in_flag


def test_variables_that_are_empty_or_read_elsewhere_or_another_programs_set_nothing(tmp_path: Path) -> None:
    environment = {"ONRECORD_K": "", "ONRECORD_CACHE": "x", "ONRECORD_PLUGINS": "y", "PATH": "z", "K": "3"}
    assert load_settings(tmp_path, environment=environment) == Settings()


@pytest.mark.parametrize("value", ["true", "3.7", '"-1"', "-1", "[3]"])
def test_k_is_a_whole_number_of_at_least_one(tmp_path: Path, value: str) -> None:
    (tmp_path / "onrecord.toml").write_text(f"k = {value}\n", encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"^onrecord\.toml: k (must be a whole number|is -1; it must be at least 1)"
    ):
        load_settings(tmp_path, environment={})


def test_an_archive_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load_settings(tmp_path, environment={}, archive="")
