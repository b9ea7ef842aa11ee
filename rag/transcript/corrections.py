"""What a person corrects in the reading of a transcript: names, roles, metadata, and what is no part of it.

    ["talk.txt"]                                # a file's name, the beginning of a document's id, or "*" for all
    rename = { "Speaker 1" = "Ann Reed" }
    merge = [["Ann Reed", "A. Reed"]]           # one person; the first name stands for all
    split = ["The DEPUTY SPEAKER"]              # a printed label that is a person of its own
    nobody = ["Presenter"]                      # names nobody: the words stay, under no name
    role = { "Jo Field" = "interviewer" }       # interviewer, respondent or other
    drop = [3, "7-9"]                           # turns, counted from 1 as they are read before anything is dropped
    drop_characters = ["1200-1350"]             # a part of the text, by its offsets
    title = "A talk"
    date = "2024-05-03"
    place = "Oslo"

A person is named as the document shows them, or by any label that is printed there: a label that is named is a person
of its own from then on. An archive keeps corrections in its folder and applies them whenever the file is read again.
Unknown names are errors: a typo must not leave a wrong attribution in place.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args

from rag.errors import InputError
from rag.types import Document, Role, Span

FILE = "corrections.toml"
EVERY = "*"
META_KEYS = ("title", "date", "place", "language")
_KEYS = ("rename", "merge", "split", "nobody", "role", "drop", "drop_characters", *META_KEYS)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is corrected in one document."""

    rename: Mapping[str, str] = field(default_factory=dict)
    merge: tuple[tuple[str, ...], ...] = ()
    split: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    role: Mapping[str, Role] = field(default_factory=dict)
    drop: tuple[Span, ...] = ()  # half-open ranges of turns, from 0
    drop_characters: tuple[Span, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)


Corrections = dict[str, Correction]


def load_corrections(path: Path) -> Corrections:
    """The corrections in a TOML file. Raises InputError with what is wrong and what would be right."""
    try:
        return parse_corrections(path.read_text(encoding="utf-8"), where=str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise _no_toml(str(path), error) from error


def parse_corrections(text: str, *, where: str) -> Corrections:
    """The corrections in a TOML text, which is called `where` in errors. Raises InputError.

    >>> parse_corrections('["talk.txt"]\\nsplit = ["The Speaker"]', where="speakers.toml")["talk.txt"].split
    ('The Speaker',)
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(where, error) from error
    return {
        name: _correction(table, f"{where}, [{json.dumps(name, ensure_ascii=False)}]") for name, table in tables.items()
    }


def _no_toml(where: str, error: Exception) -> InputError:
    return InputError(f'{where} is no valid TOML ({error}); write ["file.txt"] and below it rename = {{ "A" = "B" }}')


def meta_correction(pairs: Iterable[str]) -> Correction:
    """A correction from `key=value` pairs, as typed behind `--meta`.

    >>> meta_correction(["date=2024-05-03", "place=Oslo"]).meta
    {'date': '2024-05-03', 'place': 'Oslo'}
    """
    table: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or key.strip() not in META_KEYS or not value.strip():
            raise InputError(f"--meta {pair!r}: write KEY=VALUE, where KEY is one of {', '.join(META_KEYS)}")
        table[key.strip()] = value.strip()
    return _correction(table, "--meta")


def for_document(corrections: Corrections, document: Document) -> list[tuple[str, Correction]]:
    """The sections that are about a document, the general one first."""
    named = [
        name
        for name in corrections
        if name in (document.source, Path(document.source).stem, document.path)
        or (len(name) >= 6 and document.id.startswith(name))
    ]
    return [(name, corrections[name]) for name in ([EVERY] if EVERY in corrections else []) + named if name != ""]


def merge_corrections(old: Corrections, new: Corrections) -> Corrections:
    """Old corrections with new ones laid over them, section by section and key by key."""
    result = dict(old)
    for name, correction in new.items():
        before = result.get(name, Correction())
        result[name] = Correction(
            rename={**before.rename, **correction.rename},
            merge=tuple(dict.fromkeys([*before.merge, *correction.merge])),
            split=tuple(dict.fromkeys([*before.split, *correction.split])),
            nobody=tuple(dict.fromkeys([*before.nobody, *correction.nobody])),
            role={**before.role, **correction.role},
            drop=tuple(dict.fromkeys([*before.drop, *correction.drop])),
            drop_characters=tuple(dict.fromkeys([*before.drop_characters, *correction.drop_characters])),
            meta={**before.meta, **correction.meta},
        )
    return result


def format_corrections(corrections: Corrections) -> str:
    """Corrections as TOML, to be read again by `load_corrections`."""
    lines: list[str] = []
    for name, correction in corrections.items():
        lines.append(f"[{quoted(name)}]")
        for key, table in (("rename", correction.rename), ("role", correction.role)):
            if table:
                pairs = ", ".join(f"{quoted(old)} = {quoted(new)}" for old, new in table.items())
                lines.append(f"{key} = {{ {pairs} }}")
        if correction.merge:
            lines.append(
                f"merge = [{', '.join('[' + ', '.join(map(quoted, group)) + ']' for group in correction.merge)}]"
            )
        for key, listed in (("split", correction.split), ("nobody", correction.nobody)):
            if listed:
                lines.append(f"{key} = [{', '.join(map(quoted, listed))}]")
        if correction.drop:
            lines.append(f"drop = [{', '.join(quoted(f'{first + 1}-{last}') for first, last in correction.drop)}]")
        if correction.drop_characters:
            lines.append(f"drop_characters = [{', '.join(quoted(f'{a}-{z}') for a, z in correction.drop_characters)}]")
        lines += [f"{key} = {quoted(value)}" for key, value in correction.meta.items()]
        lines.append("")
    return "\n".join(lines)


def _correction(table: Any, where: str) -> Correction:
    if not isinstance(table, dict):
        raise InputError(f'{where}: expected a section like ["file.txt"] with {", ".join(_KEYS)} below it')
    for key in table:
        if key not in _KEYS:
            raise InputError(f"{where}: there is no key {key!r}; known: {', '.join(_KEYS)}")
    role = _names(table.get("role", {}), f"{where}, role")
    for name, given in role.items():
        if given not in get_args(Role):
            raise InputError(f"{where}, role: {given!r} for {name!r} is none of {', '.join(get_args(Role))}")
    merge = table.get("merge", [])
    if not isinstance(merge, list) or not all(
        isinstance(group, list) and len(group) > 1 and all(isinstance(name, str) for name in group) for group in merge
    ):
        raise InputError(f'{where}, merge: expected lists of names, like [["Ann Reed", "A. Reed"]]')
    meta = {key: table[key] for key in META_KEYS if key in table}
    if isinstance(meta.get("date"), date):
        meta["date"] = meta["date"].isoformat()[:10]
    for key, value in meta.items():
        if not isinstance(value, str):
            raise InputError(f"{where}, {key}: expected a text in quotes, found {value!r}")
    if "date" in meta:
        try:
            meta["date"] = date.fromisoformat(meta["date"]).isoformat()
        except ValueError as error:
            raise InputError(f"{where}, date: {meta['date']!r} is no date; write it as 2024-03-28") from error
    return Correction(
        rename=_names(table.get("rename", {}), f"{where}, rename"),
        merge=tuple(tuple(group) for group in merge),
        split=_labels(table.get("split", []), f"{where}, split"),
        nobody=_labels(table.get("nobody", []), f"{where}, nobody"),
        role=role,  # type: ignore[arg-type]
        drop=tuple(_range(given, f"{where}, drop", first=1) for given in _listed(table.get("drop", []))),
        drop_characters=tuple(
            _range(given, f"{where}, drop_characters", first=0) for given in _listed(table.get("drop_characters", []))
        ),
        meta=meta,
    )


def _labels(value: Any, where: str) -> tuple[str, ...]:
    labels = _listed(value)
    if not all(isinstance(label, str) and label.strip() for label in labels):
        raise InputError(f'{where}: expected a list of names, like ["The Speaker"]')
    return tuple(labels)


def _names(table: Any, where: str) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(new, str) and new.strip() for new in table.values()):
        raise InputError(f'{where}: expected names, like {{ "Speaker 1" = "Ann Reed" }}')
    return dict(table)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _range(given: Any, where: str, *, first: int) -> Span:
    """ "7-9" or 7, counted from `first`, as a half-open range; characters are half-open as they are given."""
    start, _, end = str(given).replace("–", "-").partition("-")
    if start.strip().isdecimal() and (end or start).strip().isdecimal() and (first == 1 or end):
        span = int(start) - first, int(end or start)
        if 0 <= span[0] < span[1]:
            return span
    raise InputError(f'{where}: expected a number or a range like "7-9", found {given!r}')


def quoted(text: str) -> str:
    """A text as TOML writes it.

    >>> print(quoted('Dwayne "Rock" Cole'))
    "Dwayne \\"Rock\\" Cole"
    """
    # A JSON string is a TOML basic string, once what JSON leaves raw is escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
