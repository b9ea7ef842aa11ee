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

from rag.text.dates import find_date, is_date_line
from rag.text.lexicon import patterns, union
from rag.text.names import fold
from rag.text.sentences import CLAUSE_END, SENTENCE_END
from rag.transcript.header_keys import HeaderKind, header_kind
from rag.transcript.label_shapes import has_name_shape
from rag.transcript.venues import place_beside_date
from rag.types import Role

_JOINS_NAMES = re.compile(rf"\s*(?:[;,/]|\b{patterns('joining_words')}\b)\s*")
_BEFORE_DATES = union("weekdays") | union("before_dates")
_TELLS_ITS_DATE = re.compile(rf"^{patterns('date_phrases')}", re.I)
_OF_A_LIFE = re.compile(rf"\b{patterns('life_words')}\b", re.I)  # when somebody was born is not when somebody spoke
_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(.*?\n)(?:---|\.\.\.)[^\S\n]*(?:\n|$)", re.S)
_TITLE_KEYS, _PLACE_KEYS = ("title",), ("place", "location", "city", "venue")
_PEOPLE_KEYS = ("participants", "speakers")
_LANGUAGE_KEYS = ("language", "lang")
# Keys of front matter that hold a date: the most telling first. What is no date of the conversation, such as "updated", is none.
_DATE_KEY = re.compile(
    r"(?P<first>date)$|(?P<held>(?:event|interview|recording|session|meeting|hearing|air)_?date|date_?of_?\w+|recorded(?:_\w+)?|aired)$"
    r"|(?P<printed>(?:publish(?:ed|ing)?|publication|pub|release|posted)(?:_?(?:date|time|at|on))?|date_?published|pubdate)$"
)
_METADATA_KEY = re.compile(r"[a-z][a-z0-9_.-]*$")
_HEAD_LINES = 12  # of the header are looked at for places, and for dates in the midst of words
_DATE_LINES = 200  # of it for lines that are a date and little else
_UNLABELLED_CHARS, _UNLABELLED_LINES = 600, 4  # of a text without labels can be its header
_TITLE_CHARS, _TITLE_LINES, _TITLE_WORDS = 300, 6, 16
_MOST_YAML, _DEEPEST = 20_000, 200  # characters, brackets
_VALUE_CHARS, _VALUE_ITEMS, _MOST_PEOPLE = 1000, 20, 200
_LINK = re.compile(r"!?\[(?P<shown>[^\[\]\n]{1,300})\]\([^()\s]{1,500}\)")  # of Markdown: what is shown of it
_UTTERANCE = re.compile(r"[^:：]{1,60}[:：]\s+\S.*[.!?。？！][\"”’)]*$|[-–—]\s|>>")
_COUNT = re.compile(r"[\d.,\s]*(?:words?|pages?|min(?:ute)?s?|hours?|wörter|palabras|mots)?\W*$", re.I)
_RIGHTS = re.compile(rf"\W*(?:©|{patterns('rights_words')}\b)", re.I)
_SETTING = re.compile(r"_?[a-z][a-z_]{1,20}\s*:\s*\S{1,20}$")  # "page: 42"
_MARKUP = re.compile(r"\W*<|[{\[(]?\d+:\d\d|WEBVTT|\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s\d{1,2}[:.]\d\d")

_KNOWN_KEYS = frozenset(
    [*_TITLE_KEYS, *_PLACE_KEYS, *_PEOPLE_KEYS, *_LANGUAGE_KEYS, "author", "tags", "layout", "slug"]
)

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
    if not match or len(match[1]) > _MOST_YAML:
        return {}, 0
    loaded = _loaded(match[1])
    if isinstance(loaded, dict):
        meta = {str(key)[:_VALUE_CHARS].lower(): value for key, value in loaded.items()}
        # "Tom Hale: Where?" between two rules is a conversation, and no metadata.
        named = any(key in _KNOWN_KEYS or _DATE_KEY.match(_plain_key(key)) for key in meta)
        return (meta, match.end()) if named or all(_METADATA_KEY.match(str(key)) for key in loaded) else ({}, 0)
    return {}, 0 if "\n\n" in match[1] else match.end()


def _loaded(block: str) -> Any:
    """A block of YAML, without what could grow: no aliases within aliases, no merges, no deep nesting."""
    import yaml

    if block.count("[") + block.count("{") > _DEEPEST or "<<" in block:
        return {match[1]: match[2] for match in re.finditer(r"^([\w -]{1,40}):[^\S\n]+(\S.*)$", block, re.M)}
    try:
        # The loader in C, if PyYAML was built with it, is ten times as fast, and as safe.
        return yaml.load(block.replace("\t", "  "), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):  # YAML trips over the 30th of February
        return None


def _plain_key(key: str) -> str:
    return re.sub(r"[\s-]+", "_", key)


def declared_language(meta: Meta) -> str | None:
    """The language that front matter names, as two letters.

    >>> declared_language({"lang": "de-AT"}), declared_language({})
    ('de', None)
    """
    return _first_of(meta, _LANGUAGE_KEYS)[:2].lower() or None


def read_header(
    text: str,
    body: int,
    first: int,
    meta: Meta,
    source: str,
    *,
    labelled: bool,
    declared_title: str = "",
    people: Sequence[str] = (),
) -> Header:
    """What front matter, the lines from `body` to the first turn, and the file's name tell, in this order.

    `first` is where the first turn's label stands; a text that is not labelled has its header in its first lines.
    `declared_title` is the title that the file's format gives; `people` are the labels, which are no places.
    """
    head_end = first if labelled else min(len(text), body + _UNLABELLED_CHARS)
    lines = [stripped for line in text[body:head_end].split("\n") if (stripped := line.strip())]
    fields, free = _sorted_lines(lines if labelled else lines[:_UNLABELLED_LINES])
    place = _first_of(meta, _PLACE_KEYS) or next(iter(fields.get(HeaderKind.PLACE, [])), "")
    if not place:
        named = {fold(word) for name in people for word in name.split()}
        lines_with_dates = [*free[:_HEAD_LINES], declared_title]
        place = next((near for line in lines_with_dates if (near := place_beside_date(line, text, named))), "")
    names, declared = _people(fields, meta)
    return Header(
        title=_title(
            meta,
            fields,
            [line for line in free if not _explains(line, people) and not _is_of_a_life(line)],
            source,
            labelled=labelled,
        ),
        date=_date(meta, fields, free, declared_title, source),
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
    heads = (
        free[:_TITLE_LINES]
        if labelled
        else [line for line in free[:1] if not CLAUSE_END.search(line) and _is_short(line)]
    )
    shown = [_LINK.sub(r"\g<shown>", line) for line in heads]
    titles = [_clean(line.lstrip("# ").strip("*_ ")) for line in shown if is_title(line)]
    dates = [title for title in titles if _is_only_a_date(title)]
    title = next((title for title in titles if title not in dates), next(iter(dates), ""))
    return title[:_TITLE_CHARS] or title_of_file(source)


def title_of_file(source: str) -> str:
    """A title from a file's name, if its text has none.

    >>> title_of_file("harbour_talk-2.txt")
    'harbour talk 2'
    """
    return re.sub(r"[_\-\s]+", " ", PurePath(source).stem).strip()


def _explains(line: str, people: Sequence[str]) -> bool:
    """Whether a line is about a label: "AR: Ann Reed, engineer", "AR = Ann Reed"."""
    key = re.split(r"[:：=]", line, maxsplit=1)[0].strip(" *_")
    return key != line.strip(" *_") and ("=" in line or (len(key) <= 4 and key in people))


def _is_of_a_life(line: str) -> bool:
    """Whether a line tells when somebody was born or died, as data sheets do: "Date of birth: 3 May 1930"."""
    key, colon, _ = line.replace("：", ":").partition(":")
    return bool(colon and _OF_A_LIFE.search(key))


def is_title(line: str) -> bool:
    """Whether a line can be a title: no utterance, stamp, count or tag, and with letters in it.

    >>> is_title("A talk in Oslo"), is_title("spence: Nope."), is_title("10,712 words"), is_title("<?xml version='1.0'?>")
    (True, False, False, False)
    """
    line = line.strip("# *_\t")
    if not any(char.isalpha() for char in line) or len(line.strip("©.,:;!?-–—")) < 2 or line.endswith((":", "：")):
        return False
    return not (
        _RIGHTS.match(line)
        or _SETTING.match(line)
        or _COUNT.match(line)
        or _MARKUP.match(line)
        or _UTTERANCE.match(line)
    )


def _is_short(line: str) -> bool:
    """Whether a line that ends like no sentence is a heading, and not the text of captions."""
    return line.startswith("#") or (len(line.split()) <= _TITLE_WORDS and len(line) < 200)


def _is_only_a_date(line: str) -> bool:
    """Whether a line says nothing but a day: "Wednesday, 20 May 2031"."""
    found = find_date(line)
    rest = line[: found[1]] + " " + line[found[2] :] if found else line
    return bool(found) and all(word.lower() in _BEFORE_DATES for word in re.findall(r"[^\W_]+", rest))


def _date(
    meta: Meta, fields: Mapping[HeaderKind, list[str]], free: Sequence[str], declared_title: str, source: str
) -> str | None:
    free = [line for line in free if not _OF_A_LIFE.search(line)]
    head = free[:_HEAD_LINES]
    labels = [
        line
        for line in head
        if len(line.split()) < 6 or not SENTENCE_END.search(line) or _ends_with_date(line) or is_date_line(line)
    ]
    labels += [line for line in free[_HEAD_LINES:_DATE_LINES] if is_date_line(line)]
    telling = [s for line in head for s in re.split(r"(?<=[.!?])\s", line) if _TELLS_ITS_DATE.search(s)]
    places = [
        *_declared_dates(meta),
        *fields.get(HeaderKind.DATE, []),
        _clean(meta.get("title")),
        *labels,
        declared_title,
        *telling,
    ]
    # A file name joins its words with what a date pattern takes for part of a word.
    stem = PurePath(source).stem
    places += [value for values in fields.values() for value in values if not _OF_A_LIFE.search(value)]
    places += [re.sub(r"[_\s]+", " ", stem), *re.split(r"[_\s]+", stem)]
    return next((found[0] for place in places if place and (found := find_date(place))), None)


def _ends_with_date(line: str) -> bool:
    """Whether a heading with a full stop ends with a date behind a comma: "A talk, Oslo, 2 June 1998." """
    found = find_date(line)
    return bool(
        found and not line[found[2] :].strip(" .)*_") and line[: found[1]].rstrip().endswith((",", "(", "|", "–", "—"))
    )


def _declared_dates(meta: Meta) -> list[str]:
    """The values of keys of front matter that hold a date, the most telling first."""
    found = [
        (match.lastgroup or "", _clean(value))
        for key, value in meta.items()
        if (match := _DATE_KEY.match(_plain_key(key)))
    ]
    order = ("first", "held", "printed")
    return [value for _, value in sorted(found, key=lambda each: order.index(each[0]))]


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
            names += [name for item in listed[:_MOST_PEOPLE] if (name := _clean(item))]
    return tuple(dict.fromkeys(names)), declared


def _first_of(meta: Meta, keys: Sequence[str]) -> str:
    """The value of the first of some keys that has one, in one line."""
    value = None
    for key in keys:
        if value := meta.get(key):
            break
    return _clean(value)


def _clean(value: Any) -> str:
    """A value in one line; of a list its items, and nothing of what holds others, which can be any size."""
    if isinstance(value, list | tuple):
        return ", ".join(_clean(item) for item in value[:_VALUE_ITEMS] if not isinstance(item, list | tuple | dict))
    if value is None or isinstance(value, dict | set):
        return ""
    return re.sub(r"\s+", " ", value[:_VALUE_CHARS] if isinstance(value, str) else str(value)[:_VALUE_CHARS]).strip()
