"""What a person corrects in the reading of a transcript: names, roles, metadata, and what is no part of it.

    ["talk.txt"]                                # a file's name, the beginning of a document's id, or "*" for all
    rename = { "Speaker 1" = "Ann Reed" }
    merge = [["Ann Reed", "A. Reed"]]           # one person; the first name stands for all
    role = { "Jo Field" = "interviewer" }       # interviewer, respondent or other
    drop = [3, "7-9"]                           # turns, counted from 1 as they are read before anything is dropped
    drop_characters = ["1200-1350"]             # a part of the text, by its offsets
    title = "A talk"
    date = "2024-05-03"
    place = "Oslo"

An archive keeps them in its folder and applies them whenever the file is read again. Unknown names
are errors: a typo must not leave a wrong attribution in place.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

from rag.errors import InputError
from rag.text.spans import trim, without
from rag.types import Document, LeftOut, Role, Span

FILE = "corrections.toml"
EVERY = "*"
META_KEYS = ("title", "date", "place", "language")
_KEYS = ("rename", "merge", "role", "drop", "drop_characters", *META_KEYS)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is corrected in one document."""

    rename: Mapping[str, str] = field(default_factory=dict)
    merge: tuple[tuple[str, ...], ...] = ()
    role: Mapping[str, Role] = field(default_factory=dict)
    drop: tuple[Span, ...] = ()  # half-open ranges of turns, from 0
    drop_characters: tuple[Span, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)


Corrections = dict[str, Correction]


def load_corrections(path: Path) -> Corrections:
    """The corrections in a TOML file. Raises InputError with what is wrong and what would be right."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f'{path} is no valid TOML ({error}); write ["file.txt"] and below it rename = {{ "A" = "B" }}'
        ) from error
    return {
        name: _correction(table, f"{path}, [{json.dumps(name, ensure_ascii=False)}]") for name, table in tables.items()
    }


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
            role={**before.role, **correction.role},
            drop=tuple(dict.fromkeys([*before.drop, *correction.drop])),
            drop_characters=tuple(dict.fromkeys([*before.drop_characters, *correction.drop_characters])),
            meta={**before.meta, **correction.meta},
        )
    return result


def apply_correction(document: Document, correction: Correction, *, lenient: bool = False) -> Document:
    """The document with its corrections. Raises InputError for a name or a turn that it does not have, unless `lenient`.

    Names are those of the document as it was read, or labels as they are printed: a label that was taken for somebody
    else's becomes its own person. What is renamed can be given a role under either name.
    """
    document = _with_labels_apart(document, correction)
    names = _new_names(document, correction, lenient=lenient)
    roles = _new_roles(document, correction, names, lenient=lenient)
    turns = [
        replace(turn, speaker=(name := names[turn.speaker]), role=roles[name] if name else turn.role)
        for turn in document.turns
    ]
    cut = _cuts(document, correction, lenient=lenient)
    kept = [
        replace(turn, start=start, end=end)
        for turn in turns
        for span in without((turn.start, turn.end), cut)
        for start, end in [trim(document.text, *span)]
        if end > start
    ]
    meta: dict[str, Any] = dict(correction.meta)
    left_out = {*document.left_out, *(LeftOut(*span, "dropped by a correction") for span in cut)}
    return replace(document, turns=tuple(kept), left_out=tuple(sorted(left_out)), **meta)


def _with_labels_apart(document: Document, correction: Correction) -> Document:
    """The document, where each printed label that the correction names, and that is no speaker's name, is one."""
    named = {*correction.rename, *correction.role, *(name for group in correction.merge for name in group)}
    apart = named - set(document.speakers)
    if not any(turn.label in apart for turn in document.turns):
        return document
    turns = (replace(turn, speaker=turn.label) if turn.label in apart else turn for turn in document.turns)
    return replace(document, turns=tuple(turns))


def _speaks(document: Document, name: str, what: str, *, lenient: bool) -> bool:
    """Whether somebody of that name speaks. Raises InputError if not, unless `lenient`; `what` says what for."""
    if name in document.speakers or lenient:
        return name in document.speakers
    labels = (turn.label for turn in document.turns)
    there = (
        ", ".join(repr(each) for each in dict.fromkeys([*document.speakers, *labels]) if each) or "nobody with a name"
    )
    raise InputError(f"nobody called {name!r} to {what}; there are: {there}")


def _new_names(document: Document, correction: Correction, *, lenient: bool) -> dict[str, str]:
    """The name of each speaker after what is merged and what is renamed."""
    names = document.speakers
    merged_into: dict[str, str] = {}
    for group in correction.merge:
        for name in group:
            if _speaks(document, name, "merge", lenient=lenient):
                merged_into[name] = group[0]
    renamed: dict[str, str] = {}
    for name, new in correction.rename.items():
        if not _speaks(document, name, "rename", lenient=lenient):
            continue
        own = merged_into.get(name, name)
        if new in names and merged_into.get(new, new) != own and new not in correction.rename:
            if lenient:
                continue
            raise InputError(
                f"{new!r} is somebody else there; to make {name!r} the same person "
                f"write merge = [[{_quoted(new)}, {_quoted(name)}]]"
            )
        renamed[own] = new
    return {name: renamed.get(own := merged_into.get(name, name), own) for name in names}


def _new_roles(
    document: Document, correction: Correction, names: Mapping[str, str], *, lenient: bool
) -> dict[str, Role]:
    """The role of each speaker by the new name; of merged ones that of the first named."""
    roles: dict[str, Role] = {}
    for turn in document.turns:
        roles.setdefault(names[turn.speaker], turn.role)
    for first, *_ in correction.merge:
        own = next((turn.role for turn in document.turns if turn.speaker == first), None)
        if own:
            roles[names[first]] = own
    for name, role in correction.role.items():
        if name in roles or _speaks(document, name, "give a role to", lenient=lenient):
            roles[names.get(name, name)] = role
    return roles


def _cuts(document: Document, correction: Correction, *, lenient: bool) -> list[Span]:
    """The ranges of the text that are dropped."""
    count, length = len(document.turns), len(document.text)
    cut: list[Span] = []
    for first, last in correction.drop:
        if last <= count:
            cut += [(turn.start, turn.end) for turn in document.turns[first:last]]
        elif not lenient:
            raise InputError(f"there is no turn {last} to drop; it has {count}")
    for start, end in correction.drop_characters:
        if end <= length:
            cut.append((start, end))
        elif not lenient:
            raise InputError(f"there is no character {end} to drop; it has {length}")
    return cut


def format_corrections(corrections: Corrections) -> str:
    """Corrections as TOML, to be read again by `load_corrections`."""
    lines: list[str] = []
    for name, correction in corrections.items():
        lines.append(f"[{_quoted(name)}]")
        for key, table in (("rename", correction.rename), ("role", correction.role)):
            if table:
                pairs = ", ".join(f"{_quoted(old)} = {_quoted(new)}" for old, new in table.items())
                lines.append(f"{key} = {{ {pairs} }}")
        if correction.merge:
            lines.append(
                f"merge = [{', '.join('[' + ', '.join(map(_quoted, group)) + ']' for group in correction.merge)}]"
            )
        if correction.drop:
            lines.append(f"drop = [{', '.join(_quoted(f'{first + 1}-{last}') for first, last in correction.drop)}]")
        if correction.drop_characters:
            lines.append(f"drop_characters = [{', '.join(_quoted(f'{a}-{z}') for a, z in correction.drop_characters)}]")
        lines += [f"{key} = {_quoted(value)}" for key, value in correction.meta.items()]
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
        role=role,  # type: ignore[arg-type]
        drop=tuple(_range(given, f"{where}, drop", first=1) for given in _listed(table.get("drop", []))),
        drop_characters=tuple(
            _range(given, f"{where}, drop_characters", first=0) for given in _listed(table.get("drop_characters", []))
        ),
        meta=meta,
    )


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


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, once what JSON leaves raw is escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
