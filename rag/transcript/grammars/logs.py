"""Logs of chats: every line is somebody's message, whatever the name looks like.

A nickname has no shape: "nixo", "qx()", "+41 79 000 00 00" and "Rui | Valves" are people. What makes the label is that
nearly every line of the kind opens with one, so the lines are judged together and the names are not judged at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rag.text.lexicon import patterns
from rag.text.names import fold
from rag.transcript.grammars.common import SPACE
from rag.transcript.header_keys import header_kind
from rag.transcript.label_shapes import NO_NAMES, has_name_shape
from rag.transcript.marks import LOG, Line, Mark, Source
from rag.transcript.stamps import STAMP, is_rising, seconds_into

_STAMPED = re.compile(rf"{SPACE}(?P<stamp>{STAMP})(?P<gap>{SPACE}[-–—|]?{SPACE})(?=\S)")
_NAME = r"[^\s:：*#>\[\]\-–—•](?:[^:：\n*]{0,58}?[^\s:：*])??"
_NAMED = re.compile(rf"(?P<label>{_NAME}){SPACE}[:：](?=\s|$|[^\x00-\x7f]){SPACE}")
_NICK = re.compile(
    rf"{SPACE}(?:(?P<stamp0>{STAMP}){SPACE})?(?P<mark>\*\*)?(?:(?P<stamp>{STAMP}){SPACE})?"
    rf"<(?:[ @%&~]|\+(?!\d))?(?P<label>[^\s<>:/][^<>:\n]{{0,40}})>(?:{SPACE}[\[<(](?P<relayed>[^\[\]<>()\n]{{1,40}})[\])>])?(?(mark)\*\*)"
    rf"{SPACE}(?=\S)"
)
_ACTION = re.compile(rf"{SPACE}(?:{STAMP}{SPACE})?(?:\*\*)?(?:\*|-!-|-->|<--|---?){SPACE}(?P<who>[^\s*]{{1,40}})")
_FROM_TO = re.compile(rf"{patterns('chat_from_words')}\s+(?P<who>\S.*?)\s+{patterns('chat_to_words')}\s+\S", re.I)
_DENSE, _LEAST = 0.8, 4


def find_stamped_names(source: Source) -> list[Mark]:
    """`00:05:41  nick:  text`, `02/05/2031, 14:05 - Ann Reed: text` on nearly every line that has a stamp."""
    stamped = [
        (line, match)
        for line in source.lines
        if line.text.lstrip(" \t[(\\")[:1].isdigit() and (match := _STAMPED.match(line.text)) and match["gap"]
    ]
    if len(stamped) < _LEAST:
        return []
    found: list[Mark] = []
    without: list[Mark] = []
    for line, match in stamped:
        seconds = seconds_into(match["stamp"])
        named = _NAMED.match(line.text, match.end())
        if named and _can_be_called(named["label"]):
            found.append(Mark(named["label"], line.start, line.start + named.end(), seconds, True, kind=LOG))
        elif _has_date(match["stamp"]):  # what the program itself says; behind a recording's time somebody goes on
            without.append(Mark("", line.start, line.end, seconds, True))
    found = _senders(found)
    if not _is_log(found, len(stamped)) or not is_rising([mark.seconds for mark in found]):
        return []
    return _in_order(found, without)


def find_nicknames(source: Source) -> list[Mark]:
    """`<nick> text`, with a stamp before it or in bold, on nearly every line."""
    lines = [line for line in source.lines if "<" in line.text[:50]]
    if len(lines) < _LEAST:
        return []
    matches = [(line, match) for line in lines if (match := _NICK.match(line.text))]
    relays = _relays([match for _, match in matches])
    found = []
    for line, match in matches:
        label, end = match["label"].strip(), match.end()
        if match["relayed"] and label in relays:
            label = match["relayed"].strip()
        elif match["relayed"] and not match["mark"]:
            end = match.start("relayed") - 1  # something that is said in brackets
        stamp = match["stamp"] or match["stamp0"]
        found.append(Mark(label, line.start, line.start + end, seconds_into(stamp), line.opens, kind=LOG))
    started = [line for line in source.lines if found and line.start >= found[0].start]
    actions = _actions(started, {mark.label for mark in found})
    if not _is_log(found, len(started) - len(actions)):
        return []
    return _in_order(found, actions)


def _in_order(found: Sequence[Mark], nobodys: Sequence[Mark]) -> list[Mark]:
    behind = [mark for mark in nobodys if mark.start > found[0].start]
    return sorted([*found, *behind], key=lambda mark: mark.start)


def _is_log(found: Sequence[Mark], units: int) -> bool:
    """Whether labels open nearly all lines of their kind, and those who speak again and again are several."""
    counts = Counter(mark.key for mark in found)
    recurring = [key for key, count in counts.items() if count > 1]
    return (
        len(found) >= max(_LEAST, _DENSE * units)
        and len(recurring) >= 2
        and sum(counts[key] for key in recurring) >= 0.5 * len(found)
    )


def _senders(found: list[Mark]) -> list[Mark]:
    """The names of those who write, where every label says to whom as well: "From Ann Reed to Everyone"."""
    matches = [_FROM_TO.match(mark.label) for mark in found]
    if sum(map(bool, matches)) < _DENSE * len(found):
        return found
    return [replace(mark, label=match["who"]) if match else mark for mark, match in zip(found, matches, strict=True)]


def _can_be_called(label: str) -> bool:
    return header_kind(label) is None and fold(label.split()[0]).strip(".,") not in NO_NAMES


def _has_date(stamp: str) -> bool:
    return bool(re.match(r"[\[(\\]*(?:\d{4}-|\d{1,2}[./])\d", stamp))


def _relays(matches: Sequence[re.Match[str]]) -> set[str]:
    """Nicknames of programs that pass on what people write elsewhere: a second name stands behind each of theirs."""
    counts = Counter(match["label"].strip() for match in matches)
    passed = Counter(match["label"].strip() for match in matches if match["relayed"])
    inside = {match["label"].strip() for match in matches if match["relayed"] and match["mark"]}
    return {nick for nick, count in passed.items() if count == counts[nick] and (count > 1 or nick in inside)}


def _actions(lines: Sequence[Line], nicks: set[str]) -> list[Mark]:
    """Lines on which somebody does or joins something, which nobody says: "* ferro nods"."""
    found = []
    for line in lines:
        match = _ACTION.match(line.text) if line.text.lstrip(" \t*\\[(0123456789:.])-<>!")[:1].strip() else None
        if match and match["who"].strip("*:") in nicks:
            found.append(Mark("", line.start, line.end, None, True))
    return found


def note_of_log(marks: Sequence[Mark]) -> tuple[str, ...]:
    """A note that a document was read as a log, where names were taken that do not look like any; none elsewhere."""
    messages = [mark for mark in marks if mark.kind == LOG]
    if all(has_name_shape(mark.label) for mark in messages):
        return ()
    senders = len({mark.key for mark in messages})
    return (f"read as a log: {len(messages):,} messages by {senders:,} senders, each line by the name at its head",)
