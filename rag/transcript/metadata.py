"""Title, date, place and participants: from front matter, from the lines above the first turn, and from the file's
name.

A date or a place is found or it is not; neither is guessed. A sentence of the introduction tells of other days, so it
is asked for a date only if it says when the conversation took place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from rag.text.dates import find_date
from rag.text.lexicon import patterns, union
from rag.text.sentences import CLAUSE_END
from rag.transcript.header_keys import HeaderKind, header_kind
from rag.transcript.label_shapes import has_name_shape
from rag.types import Role

_BEFORE_DATES = union("weekdays") | union("before_dates")
_JOINS_NAMES = re.compile(rf"\s*(?:[;,/]|\b{patterns('joining_words')}\b)\s*")
_TELLS_ITS_DATE = re.compile(rf"^{patterns('date_phrases')}", re.I)
_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(.*?\n)(?:---|\.\.\.)[^\S\n]*(?:\n|$)", re.S)
_TITLE_KEYS, _PLACE_KEYS = ("title",), ("place", "location", "city")
_DATE_KEYS, _PEOPLE_KEYS = ("date", "published", "published_time", "recorded"), ("participants", "speakers")
_LANGUAGE_KEYS = ("language", "lang")
_HEAD_LINES = 12  # of the header are looked at for dates and places
_UNLABELLED_CHARS, _UNLABELLED_LINES = 600, 4  # of a text without labels can be its header
_TITLE_CHARS = 300

Meta = Mapping[str, Any]  # front matter, by its keys in small letters


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a transcript before its first turn is read."""

    title: str
    date: str | None  # ISO 8601
    place: str | None
    participants: tuple[str, ...]
    declared: dict[str, Role]  # participants whose roles are printed
    head: str = ""  # all that stands above the first turn


def read_front_matter(text: str) -> tuple[Meta, int]:
    """YAML between `---` lines at the top, and where the body begins.

    >>> read_front_matter("---\\nTitle: A talk\\n---\\nAnn Reed: Yes.")
    ({'title': 'A talk'}, 22)
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, 0
    import yaml

    try:
        # The loader in C, if PyYAML was built with it, is ten times as fast, and as safe.
        loaded = yaml.load(match[1].replace("\t", "  "), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, ValueError):  # YAML makes dates itself, and trips over the 30th of February
        loaded = None
    if "\n\n" in match[1]:  # a rule above the first turns, and another below them
        return {}, 0
    if not isinstance(loaded, dict):
        return {}, match.end()
    return {str(key).lower(): value for key, value in loaded.items()}, match.end()


def declared_language(meta: Meta) -> str | None:
    """The language that front matter names, as two letters.

    >>> declared_language({"lang": "de-AT"}), declared_language({})
    ('de', None)
    """
    return _first_of(meta, _LANGUAGE_KEYS)[:2].lower() or None


def read_header(text: str, body: int, first: int, meta: Meta, source: str, *, labelled: bool) -> Header:
    """What front matter, the lines from `body` to the first turn, and the file's name tell, in this order.

    `first` is where the first turn's label stands; a text that is not labelled has its header in its first lines.
    """
    head_end = first if labelled else min(len(text), body + _UNLABELLED_CHARS)
    lines = [stripped for line in text[body:head_end].split("\n") if (stripped := line.strip())]
    fields, free = _sorted_lines(lines if labelled else lines[:_UNLABELLED_LINES])
    place = _first_of(meta, _PLACE_KEYS) or next(iter(fields.get(HeaderKind.PLACE, [])), "")
    if not place:
        place = next((near for line in free[:_HEAD_LINES] if (near := _place_beside_date(line))), "")
    names, declared = _people(fields, meta)
    return Header(
        title=_title(meta, fields, free, source, labelled=labelled),
        date=_date(meta, fields, free, source),
        place=place or None,
        participants=names,
        declared=declared,
        head=text[body:head_end],
    )


def _sorted_lines(lines: Sequence[str]) -> tuple[dict[HeaderKind, list[str]], list[str]]:
    """The values of lines with a key that is known, by its kind; and the other lines."""
    fields: dict[HeaderKind, list[str]] = {}
    free: list[str] = []
    for line in lines:
        key, colon, value = line.strip("*_ ").replace("：", ":").partition(":")
        kind = header_kind(key)
        if colon and kind and value.strip(" *_"):
            fields.setdefault(kind, []).append(value.strip(" *_"))
        else:
            free.append(line)
    return fields, free


def _title(
    meta: Meta, fields: Mapping[HeaderKind, list[str]], free: Sequence[str], source: str, *, labelled: bool
) -> str:
    title = _first_of(meta, _TITLE_KEYS) or next(iter(fields.get(HeaderKind.TITLE, [])), "")
    if title:
        return title
    # Without labels the first line can be the first sentence of the text.
    heads = free[:1] if labelled else [line for line in free[:1] if not CLAUSE_END.search(line) and len(line) < 200]
    title = _clean(heads[0].lstrip("# ").strip("*_ "))[:_TITLE_CHARS] if heads else ""
    return title or re.sub(r"[_\-\s]+", " ", PurePath(source).stem).strip()


def _date(meta: Meta, fields: Mapping[HeaderKind, list[str]], free: Sequence[str], source: str) -> str | None:
    head = free[:_HEAD_LINES]
    labels = [line for line in head if len(line.split()) < 6 or not re.search(r"[.!?]$", line)]
    telling = [s for line in head for s in re.split(r"(?<=[.!?])\s", line) if _TELLS_ITS_DATE.search(s)]
    places = [_clean(meta.get(key)) for key in _DATE_KEYS]
    places += [*fields.get(HeaderKind.DATE, []), _clean(meta.get("title")), *labels, *telling]
    # A file name joins its words with what a date pattern takes for part of a word.
    places.append(re.sub(r"[_\s]+", " ", PurePath(source).stem))
    return next((found[0] for place in places if place and (found := find_date(place))), None)


def _people(fields: Mapping[HeaderKind, list[str]], meta: Meta) -> tuple[tuple[str, ...], dict[str, Role]]:
    """Who takes part, and the roles that are printed."""
    roles: dict[HeaderKind, Role | None] = {
        HeaderKind.ASKS: "interviewer",
        HeaderKind.ANSWERS: "respondent",
        HeaderKind.PRESENT: None,
    }
    names: list[str] = []
    declared: dict[str, Role] = {}
    for kind, role in roles.items():
        for value in fields.get(kind, []):
            for name in map(str.strip, _JOINS_NAMES.split(re.sub(r"\([^)]*\)", "", value))):
                if name and has_name_shape(name):
                    names.append(name)
                    if role:
                        declared[name] = role
    for key, listed in meta.items():
        if key in _PEOPLE_KEYS and isinstance(listed, list):
            names += [str(name) for name in listed]
    return tuple(dict.fromkeys(names)), declared


def _place_beside_date(line: str) -> str:
    """The place in "…, City Hall, Oslo, 3 May 2024", in "Oslo, 3 May 2024" and in "3 May 2024, Oslo"."""
    found = find_date(line)
    if not found:
        return ""
    _, start, end = found
    parts = [part.strip(" *_#") for part in re.split(r"[,;|·–—(]", line[:start].strip(" ,;|·–—(*_#"))]
    count = len(parts)
    while len(parts) > 1 and all(word.lower() in _BEFORE_DATES for word in parts[-1].split()):
        parts.pop()  # "Berlin, Freitag, den 2. Juli 2010"
    before = parts[-1]
    after = re.split(r"[,;|·–—)]", line[end:].strip(" ,;|·–—)*_"))[0].strip(" *_")
    separated = len(parts) < count or re.search(r"[,;|·–—(]\s*$", line[:start])
    if separated and _can_be_place(before):
        return before
    return after if re.match(r"\s*[,;|·–—]", line[end:]) and _can_be_place(after) else ""


def _can_be_place(candidate: str) -> bool:
    words = candidate.split()
    return (
        candidate.lower() not in _BEFORE_DATES
        and 1 <= len(words) <= 4
        and all(word[0].isupper() for word in words)
        and not re.search(r"\d", candidate)
    )


def _first_of(meta: Meta, keys: Sequence[str]) -> str:
    """The value of the first of some keys that has one, in one line."""
    value = None
    for key in keys:
        if value := meta.get(key):
            break
    return _clean(value)


def _clean(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value)).strip() if value is not None else ""
