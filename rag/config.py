"""Settings, read once at the edge: flag, then environment, then `onrecord.toml`, then default.

A few keys do not need a settings library: pydantic-settings took 0.3 s to import, a quarter of the time that a first
answer may take.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path

from rag.errors import SettingsError

FILE = "onrecord.toml"
PREFIX = "ONRECORD_"
ANSWERS = ("quotes", "prose")
# Variables that are read elsewhere, before there are any settings.
_OTHER_VARIABLES = frozenset(
    {"ONRECORD_API_KEY", "ONRECORD_TOKEN", "ONRECORD_AUTH", "ONRECORD_CACHE", "ONRECORD_PLUGINS"}
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; None means the default of whatever uses it."""

    archive: str = "archive"
    encoder: str | None = None
    precision: str = "auto"  # that new passages are encoded in: auto, float32 or bfloat16
    reader: str = "trained"  # reads the passages found: trained, heuristic, or a model's name
    generator: str = "extractive"
    k: int = 8
    model: str | None = None  # the generator's, if it has one
    base_url: str | None = None  # where an OpenAI-compatible server answers
    timeout_s: int = 60  # for a whole answer
    strict: bool = False  # keep supported sentences only
    answer: str | None = None  # quotes, or prose; None: quotes where the generator can choose sentences

    @property
    def generator_options(self) -> dict[str, str | None]:
        """The options that a generator is made with, by name."""
        return {"model": self.model, "base_url": self.base_url}


def load_settings(
    folder: Path | None = None, *, environment: Mapping[str, str] | None = None, **flags: str | int | bool | None
) -> Settings:
    """The settings in force. Raises SettingsError for an unknown key, naming the nearest known one.

    >>> load_settings(Path("nowhere"), environment={"ONRECORD_K": "5"}, archive="mine")
    Settings(archive='mine', encoder=None, precision='auto', reader='trained', generator='extractive', k=5, model=None, base_url=None, timeout_s=60, strict=False, answer=None)
    """
    environment = os.environ if environment is None else environment
    settings = _merge(Settings(), _from_file((folder or Path()) / FILE), FILE)
    variables = {
        name: value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in _OTHER_VARIABLES and value
    }
    settings = _merge(
        settings, {name[len(PREFIX) :].lower(): value for name, value in variables.items()}, "the environment"
    )
    return _merge(settings, {name: value for name, value in flags.items() if value is not None}, "the command line")


def _from_file(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _merge(settings: Settings, values: Mapping[str, object], origin: str) -> Settings:
    known = [field.name for field in fields(Settings)]
    for name, value in values.items():
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.0)
            shown = f"{PREFIX}{name.upper()}" if origin == "the environment" else name
            raise SettingsError(
                f"{origin}: there is no setting {shown!r}; did you mean {near[0]!r}? known: {', '.join(known)}"
            )
        settings = replace(settings, **{name: _typed(name, value, origin)})  # type: ignore[arg-type]
    return settings


def _typed(name: str, value: object, origin: str) -> object:
    if name == "strict":
        return _as_bool(value, origin)
    if name in ("k", "timeout_s"):
        try:
            number = int(str(value))
        except ValueError as error:
            raise SettingsError(f"{origin}: {name} must be a whole number, not {value!r}") from error
        if number < 1:
            raise SettingsError(f"{origin}: {name} is {number}; it must be at least 1")
        return number
    if not isinstance(value, str):
        raise SettingsError(f"{origin}: {name} must be a text, not {value!r}")
    if not value.strip():
        raise SettingsError(f"{origin}: {name} is empty; give it a name, or leave it out")
    if name == "answer" and value not in ANSWERS:
        raise SettingsError(f"{origin}: answer is {value!r}; choose {' or '.join(ANSWERS)}")
    return value


def _as_bool(value: object, origin: str) -> bool:
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if str(value).lower() not in known:
        raise SettingsError(f"{origin}: strict must be true or false, not {value!r}")
    return known[str(value).lower()]
