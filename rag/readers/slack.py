"""Slack exports: a JSON file a day, with messages whose authors are ids; `users.json` beside it says who they are.

Mentions, channels and links are written as people see them, and so are the three entities that Slack escapes.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.readers.cues import Cue, assemble
from rag.types import Hints

_TS = re.compile(r"\d{9,10}\.\d{4,6}")
_LINK = re.compile(r"<(?P<sign>[@#!]?)(?P<target>[^<>|\n]{1,2000})(?:\|(?P<shown>[^<>\n]{0,500}))?>")
_SAID = frozenset(
    {"", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "reply_broadcast"}
)
_MOST_BYTES = 50_000_000  # of the list of users

Object = Mapping[str, Any]


def messages_of(loaded: Any) -> list[Object]:
    """The messages of a Slack export; none if a JSON file is something else.

    >>> len(messages_of([{"type": "message", "user": "U1", "text": "Yes.", "ts": "1893456000.000200"}]))
    1
    """
    listed = loaded.get("messages") if isinstance(loaded, dict) else loaded
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        return []
    return listed if all(_TS.fullmatch(str(each.get("ts"))) and "text" in each for each in listed) else []


def read_slack(loaded: Any, messages: Sequence[Object], beside: Path | None) -> tuple[str, Hints]:
    """Canonical text of a Slack export, messages of one person that follow each other being one turn. Raises InputError."""
    names = _names(loaded, messages) if beside is None else {**_listed_beside(beside), **_names(loaded, messages)}
    silent: Counter[str] = Counter()
    said: list[tuple[str, str]] = []
    for each in messages:
        kind = str(each.get("subtype") or "")
        if kind not in _SAID:
            silent[kind] += 1
        elif words := _as_seen(str(each.get("text") or ""), names).strip():
            said.append((_author(each, names), words))
    if not said:
        raise InputError("nobody says anything in this Slack export; export the channel with its messages")
    cues = (Cue("\n\n".join(words for _, words in run), who) for who, run in groupby(said, key=lambda each: each[0]))
    day = datetime.fromtimestamp(float(str(messages[0]["ts"])), UTC).date().isoformat()
    text, hints = assemble(cues, date=day)
    notes = []
    if silent:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(silent.items()))
        notes.append(f"entries left out that are no speech: {kinds}")
    unknown = sorted({str(each.get("user")) for each in messages if each.get("user")} - names.keys())
    if unknown:
        notes.append(f"no name is known for {', '.join(unknown[:5])}; put users.json of the export beside the file")
    return text, Hints(date=hints.date, turns=hints.turns, notes=tuple(notes))


def _author(message: Object, names: Mapping[str, str]) -> str:
    user = str(message.get("user") or "")
    return names.get(user) or str(message.get("username") or "") or user


def _names(loaded: Any, messages: Sequence[Object]) -> dict[str, str]:
    """Names by ids, from a list of users in the file and from the messages' own profiles."""
    listed = loaded.get("users") if isinstance(loaded, dict) else None
    found = dict(_of_users(listed))
    for each in messages:
        profile = each.get("user_profile")
        if isinstance(profile, dict) and (name := _name(profile)):
            found.setdefault(str(each.get("user") or ""), name)
    return found


def _of_users(listed: Any) -> Iterator[tuple[str, str]]:
    for user in listed if isinstance(listed, list) else ():
        if isinstance(user, dict):
            profile = user.get("profile")
            if name := (_name(profile) if isinstance(profile, dict) else "") or _name(user):
                yield str(user.get("id") or ""), name


def _name(profile: Object) -> str:
    return next((str(profile[key]) for key in ("real_name", "display_name", "name") if profile.get(key)), "")


def _listed_beside(folder: Path) -> dict[str, str]:
    """The users of the export that a file lies in: their list is in the same folder or in the one above."""
    for path in (folder / "users.json", folder.parent / "users.json"):
        with suppress(OSError, ValueError, RecursionError):
            if path.stat().st_size <= _MOST_BYTES:
                return dict(_of_users(json.loads(path.read_text("utf-8"))))
    return {}


def _as_seen(text: str, names: Mapping[str, str]) -> str:
    def shown(link: re.Match[str]) -> str:
        if link["sign"] == "@":
            return f"@{names.get(link['target']) or link['shown'] or link['target']}"
        return f"{link['sign'].replace('!', '@')}{link['shown'] or link['target']}"

    return html.unescape(_LINK.sub(shown, text))
