"""JSON and JSON Lines: any file with a list of pieces of speech, wherever in the file the list is.

Whisper, WhisperX, Oyez, AssemblyAI, Deepgram and records of parliaments all come down to a list of objects with a text,
and perhaps a speaker and a time. Lists are distinguished by the path of keys that leads to them. Of those that hold the
same words the one that names most is read; a list within the pieces of another that holds other words is about them, and is not read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path as FolderPath
from typing import Any

from rag.errors import InputError
from rag.readers.cues import assemble
from rag.readers.json_pieces import Path, Piece, cues_of, letters_of, pieces_of
from rag.readers.slack import messages_of, read_slack
from rag.readers.text import decode
from rag.text.dates import find_date
from rag.types import Hints

_TITLES = ("title", "name", "doc_title", "episode_title", "headline")
_DATES = ("date", "recorded", "published", "published_at", "created_at", "upload_date")


def read(data: bytes, name: str, *, beside: FolderPath | None = None) -> tuple[str, Hints]:
    """Canonical text of the speech in a JSON file that lies in the folder `beside`. Raises InputError."""
    try:
        loaded = _loaded(decode(data))
        if messages := messages_of(loaded):
            return read_slack(loaded, messages, beside)
        groups, silent = pieces_of(loaded)
    except json.JSONDecodeError as error:
        raise InputError(f"this is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"this JSON cannot be read: {_reason(error)}") from error
    if not groups:
        raise InputError(
            "no speech was found in this JSON; onrecord reads lists of objects with a text, as Whisper writes: "
            '{"segments": [{"start": 0.0, "speaker": "Ann", "text": "…"}]}'
        )
    path = _best(groups)
    pieces = groups[path]
    top = loaded if isinstance(loaded, dict) else {}
    text, hints = assemble(
        cues_of(pieces),
        title=next((top[key].strip() for key in _TITLES if isinstance(top.get(key), str)), ""),
        date=_date(top),
        language=top["language"] if isinstance(top.get("language"), str) else None,
    )
    return text, replace(hints, notes=_notes(pieces, silent.get(path, ())))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise
    # JSON Lines: a value a line.
    loaded = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                loaded.append(json.loads(line, parse_constant=_refuse))
            except json.JSONDecodeError as error:
                raise ValueError(f"line {number} is no JSON of its own: {error.msg}") from error
    return loaded


def _best(groups: dict[Path, list[Piece]]) -> Path:
    """The list to read."""
    words = {path: letters_of(pieces) for path, pieces in groups.items()}
    own = [path for path in groups if not any(_within(path, other) for other in groups)]
    # A speaker is worth more than a few characters: words repeat their segments, and a summary names nobody.
    first = max(own, key=lambda path: (2 if any(piece.speaker for piece in groups[path]) else 1) * len(words[path]))
    same = [path for path in groups if words[path] == words[first]]
    return max(same, key=lambda path: (*_told(groups[path]), -len(groups[path])))


def _within(path: Path, other: Path) -> bool:
    return len(path) > len(other) and path[: len(other)] == other


def _told(pieces: Sequence[Piece]) -> tuple[float, int]:
    """How much of what is said has a speaker, and how often the speaker changes."""
    said = sum(len(piece.text) for piece in pieces) or 1
    named = sum(len(piece.text) for piece in pieces if piece.speaker)
    changes = sum(a.speaker != b.speaker for a, b in pairwise(pieces))
    return round(named / said, 2), changes


def _notes(pieces: Sequence[Piece], silent: Sequence[str]) -> tuple[str, ...]:
    notes = []
    nameless = sum(not piece.speaker for piece in pieces)
    if len(pieces) > nameless >= len(pieces) / 2:
        notes.append(f"{nameless} of {len(pieces)} pieces name nobody; check who speaks there")
    if silent:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(silent).items()))
        notes.append(f"entries left out that are no speech: {kinds}")
    return tuple(notes)


def _date(top: dict[str, Any]) -> str | None:
    written = [str(top.get(key) or "") for key in _DATES]
    for part in top.values():  # records write day, month and year apart
        if isinstance(part, dict) and {"day", "month", "year"} <= part.keys():
            written.append(f"{part['day']} {part['month']} {part['year']}")
    return next((found[0] for value in written if (found := find_date(value))), None)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).split(";")[0]
