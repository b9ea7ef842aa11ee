"""What a column of a table or a key of JSON holds: its name proposes, its content decides.

Names are compared without case, signs and camel humps, and count if they end in a known name or add no more than "id"
or "label" to one. The most telling name wins; then speech has letters and spaces, and who speaks recurs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from rag.text.clock import rounded_seconds_of
from rag.text.lexicon import union

TEXT_NAMES, SPEAKER_NAMES = union("text_columns"), union("speaker_columns")
START_NAMES, END_NAMES = union("start_columns"), union("end_columns")
SPEAKER_KEYS = SPEAKER_NAMES | {"from", "sender", "user"}
DAY_S, EPOCH_S = 86_400.0, 1e9
MAX_LABEL = 60  # no name is longer
# Names that stand for much else as well, the vaguest last: they count alone, and behind all others.
_VAGUE = ("author", "name", "user", "sender", "role", "from", "label", "message", "body", "words", "line")
_QUALIFIERS = frozenset("id tag name label display code offset time s ms hh mm ss sec seconds of".split())
_NO_PERSON = union("other_columns")
_STAMP = re.compile(r"(-?)((?:\d{1,3}:)?\d{1,3}:\d{2})(?::\d{2}(?=$|\]))?([.,]\d+)?\]?(?=$|\s)")


def name_parts(name: str) -> list[str]:
    """The words of a column's name or a key.

    >>> name_parts("speakerDisplayName"), name_parts("Start (hh:mm)"), name_parts("start_ms")
    (['speaker', 'display', 'name'], ['start', 'hh', 'mm'], ['start', 'ms'])
    """
    return re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).casefold())


@lru_cache(maxsize=4096)
def rank(name: str, known: frozenset[str]) -> int | None:
    """How telling a name is among the `known` ones, 0 the most; None if it is none of them.

    >>> rank("Speaker ID", SPEAKER_NAMES), rank("label", SPEAKER_NAMES), rank("fileName", SPEAKER_NAMES)
    (0, 7, None)
    """
    parts = name_parts(name)
    joined = "_".join(parts)
    if joined in known or "".join(parts) in known:
        return _VAGUE.index(joined) + 1 if joined in _VAGUE else 0
    if not parts:
        return None
    if parts[-1] in known and parts[-1] not in _VAGUE:
        return 0
    return 0 if parts[0] in known and parts[0] not in _VAGUE and _QUALIFIERS.issuperset(parts[1:]) else None


def ranked(names: Sequence[str], known: frozenset[str]) -> list[int]:
    """The positions of the names that are known, the most telling first."""
    found = [(place, number) for number, name in enumerate(names) if (place := rank(name, known)) is not None]
    return [number for _, number in sorted(found)]


def is_speech(values: Sequence[str]) -> bool:
    """Whether values can be what is said: they have letters and differ.

    >>> is_speech(["Why?", "It rained."]), is_speech(["1", "2"]), is_speech(["speech", "speech", "speech"])
    (True, False, False)
    """
    held = [value for value in values if value.strip()]
    lettered = sum(any(map(str.isalpha, value)) for value in held)
    return bool(held) and 2 * lettered >= len(held) and (len(held) < 3 or len(set(held)) > 1)


def names_people(values: Sequence[str], *, telling: bool) -> bool:
    """Whether values can be who speaks: short, and recurring unless the column's name is `telling`.

    >>> names_people(["Ann", "Bo", "Ann", "Bo"], telling=False), names_people(["1", "2", "3"], telling=True)
    (True, False)
    """
    held = [value.strip() for value in values if value.strip()]
    if not held or _counts_up(held) or sum(map(len, held)) > MAX_LABEL * len(held):
        return False
    if telling:
        return True
    # One value for all is a kind, and values that never recur are titles.
    return len(set(held)) > 1 and (len(held) < 4 or len(set(held)) < len(held)) if len(held) > 1 else True


def unknown_speaker(names: Sequence[str], columns: Sequence[Sequence[str]], taken: Sequence[int]) -> int | None:
    """The one column of short capitalised values that recur and follow each other in turn; None if there is no such one."""
    found = [
        number
        for number, values in enumerate(columns)
        if number not in taken and _NO_PERSON.isdisjoint(name_parts(names[number])) and _recurs(values)
    ]
    return found[0] if len(found) == 1 else None


def once_said(values: Sequence[str]) -> frozenset[str]:
    """The single words that stand once among values that recur: headings of a column, and no people."""
    return frozenset(value for value, count in Counter(values).items() if count == 1 and " " not in value.strip())


def _recurs(values: Sequence[str]) -> bool:
    held = [value.strip() for value in values if value.strip()]
    if len(held) < 4 or max(map(len, held)) > MAX_LABEL or any(as_time(value) is not None for value in held):
        return False
    if not all(any(map(str.isalpha, value)) and not value[0].islower() for value in held):
        return False
    counts = Counter(held)
    recurring = sum(count > 1 for count in counts.values())
    turns = sum(a != b for a, b in pairwise(held))
    return recurring >= 2 and 3 * len(counts) <= 2 * len(held) and 2 * turns >= len(held) - 1


def _counts_up(held: Sequence[str]) -> bool:
    if len(held) < 3 or not all(value.isdecimal() for value in held):
        return False
    return all(int(b) > int(a) for a, b in pairwise(held))


def as_time(value: object) -> float | None:
    """A number, a clock, or the first of a pair or an object of them as a number; None for anything else.

    >>> as_time("01:02"), as_time("[00:03:43] begins"), as_time([1.5, 2.0]), as_time({"from": 3}), as_time("later")
    (62.0, 223.0, 1.5, 3.0, None)
    """
    if isinstance(value, list | tuple):
        return as_time(value[0]) if value and not isinstance(value[0], list | dict) else None
    if isinstance(value, dict):
        inner = next((item for key, item in value.items() if rank(str(key), START_NAMES) is not None), None)
        return as_time(inner) if not isinstance(inner, list | dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    written = str(value).strip()
    if re.fullmatch(r"[\[(]?\d{1,12}(?:[.,]\d+)?[\])]?s?", written):
        at = float(written.strip("[]()s").replace(",", "."))
        return at if at < EPOCH_S else None  # the seconds since 1970 are no place in a talk
    match = _STAMP.match(written.lstrip("[(").replace(")", "]"))
    return rounded_seconds_of(match[2] + (match[3] or "")) if match and not match[1] else None


def in_seconds(times: Sequence[float | None], written: Sequence[object], name: str = "") -> list[float | None]:
    """Times that may count milliseconds, as seconds: whole numbers that exceed a day, or a column that says so."""
    whole = all(re.fullmatch(r"\d+", str(value)) for value in written)
    # Whisper's tables count milliseconds and do not say so: whole numbers, mostly over a thousand apart.
    known = [value for value in times if value is not None]
    steps = sorted(b - a for a, b in pairwise(known))
    slow = bool(steps) and steps[len(steps) // 2] >= 400
    if name_parts(name)[-1:] == ["ms"] or (whole and known and (max(known) > DAY_S or slow)):
        return [None if value is None else value / 1000 for value in times]
    return list(times)
