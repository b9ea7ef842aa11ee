"""JSON: any file with a list of pieces of speech, wherever in the file the list is.

Whisper, WhisperX, Oyez, AssemblyAI and records of parliaments all come down to a list of objects with a text, and
perhaps a speaker and a time. Lists are distinguished by the path of keys that leads to them, and the one that says most
is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rag.errors import InputError
from rag.readers.columns import SPEAKER_NAMES, START_NAMES, TEXT_NAMES, as_time, in_seconds
from rag.readers.cues import Cue, assemble
from rag.readers.text import decode
from rag.text.dates import find_date
from rag.types import Hints

MAX_DEPTH = 40
_BLOCKS = ("text_blocks", "blocks", "paragraphs", "elements", "sentences")
_WORDS = ("value", "word", "punctuated_word")  # of which whole sentences are made, if there is nothing larger
_TITLES = ("title", "name", "doc_title", "episode_title", "headline")
_DATES = ("date", "recorded", "published", "published_at", "created_at", "upload_date")

Path = tuple[str, ...]


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of the speech in a JSON file. Raises InputError."""
    try:
        loaded = json.loads(decode(data), parse_constant=_refuse)
        groups = _groups(loaded)
    except json.JSONDecodeError as error:
        raise InputError(f"this is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"this JSON cannot be read: {_reason(error)}") from error
    if not groups:
        raise InputError(
            "no speech was found in this JSON; onrecord reads lists of objects with a text, as Whisper writes: "
            '{"segments": [{"start": 0.0, "speaker": "Ann", "text": "…"}]}'
        )
    # A speaker is worth more than a few characters: words repeat their segments, and a summary names nobody.
    best = max(groups.values(), key=lambda pieces: (2 if _named(pieces) else 1) * sum(len(_text(p)) for p in pieces))
    starts = in_seconds(*_starts(best, START_NAMES))
    cues = [Cue(_text(piece), _speaker(piece), start) for piece, start in zip(best, starts, strict=True)]
    top = loaded if isinstance(loaded, dict) else {}
    text, hints = assemble(
        cues,
        title=next((top[key].strip() for key in _TITLES if isinstance(top.get(key), str)), ""),
        date=_date(top),
        language=top["language"] if isinstance(top.get("language"), str) else None,
    )
    return text, hints


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


def _groups(loaded: Any) -> dict[Path, list[dict[str, Any]]]:
    """Objects with a text by the path of keys that leads to them, in order."""
    found: dict[Path, list[dict[str, Any]]] = {}
    for path, piece in _objects(loaded, (), 0):
        if _text(piece):
            found.setdefault(path, []).append(piece)
    return found


def _objects(value: Any, path: Path, depth: int) -> Iterator[tuple[Path, dict[str, Any]]]:
    if depth > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield path, item
            yield from _objects(item, (*path, "[]") if isinstance(item, list) else path, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _objects(item, (*path, key), depth + 1)


def _text(piece: dict[str, Any]) -> str:
    """What is said in a piece: its text, or that of its blocks."""
    for key, value in piece.items():
        if isinstance(value, str) and key.casefold() in TEXT_NAMES:
            return value
    for key in _BLOCKS:
        blocks = piece.get(key)
        if isinstance(blocks, list):
            told = [text for block in blocks if isinstance(block, dict) and (text := _text(block) or _word(block))]
            return ("" if key == "elements" else "\n").join(told)
    return ""


def _word(block: dict[str, Any]) -> str:
    return next((value for key in _WORDS if isinstance(value := block.get(key), str)), "")


def _speaker(piece: dict[str, Any]) -> str:
    for key, value in piece.items():
        if key.casefold() not in SPEAKER_NAMES:
            continue
        if isinstance(value, dict):
            value = next((value[k] for k in ("name", "full_name", "label", "last_name", "id") if value.get(k)), "")
        if isinstance(value, int) and not isinstance(value, bool):
            value = f"Speaker {value}"
        if isinstance(value, str) and value.casefold() not in ("", "none", "null", "unknown"):
            return f"Speaker {value}" if len(value) == 1 else value
    return ""


def _named(pieces: list[dict[str, Any]]) -> bool:
    return any(_speaker(piece) for piece in pieces)


def _starts(pieces: list[dict[str, Any]], names: frozenset[str]) -> tuple[list[float | None], list[Any]]:
    written = [next((value for key, value in piece.items() if key.casefold() in names), None) for piece in pieces]
    return [as_time(value) for value in written], [value for value in written if value is not None]
