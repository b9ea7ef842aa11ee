"""Pieces of speech in JSON: the objects that have a text, with who says it and when, by the path of keys to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.readers.columns import (
    SPEAKER_KEYS,
    START_NAMES,
    TEXT_NAMES,
    as_time,
    in_seconds,
    is_speech,
    name_parts,
    names_people,
    rank,
    ranked,
)
from rag.readers.cues import Cue

MAX_DEPTH = 40
_BLOCKS = ("text_blocks", "blocks", "paragraphs", "elements", "sentences")
_WORDS = ("punctuated_word", "word", "value")  # of which whole sentences are made, if there is nothing larger
_NAMES = ("full", "full_name", "display_name", "real_name", "name", "label", "last_name", "title", "role", "id")
_KINDS = frozenset({"type", "subtype", "kind", "event"})
_SENTENCE_ENDS = re.compile(r"[.!?。！？]$")
_DEEDS = frozenset("action join joined leave left topic purpose".split())

Path = tuple[str, ...]
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of JSON, with who says it and when, if it says so."""

    text: str
    speaker: str = ""
    start_s: float | None = None
    is_word: bool = False


def pieces_of(loaded: Any) -> tuple[dict[Path, list[Piece]], dict[Path, list[str]]]:
    """Pieces by the path of keys that leads to them, in order; and what kinds of entries were no speech.

    Raises ValueError for what is nested too deeply.

    >>> pieces_of({"talk": [{"who": "Ann", "text": "Why?"}, {"type": "join", "text": "Bo came."}]})[0]
    {('talk',): [Piece(text='Why?', speaker='Ann', start_s=None, is_word=False)]}
    """
    found: dict[Path, list[Object]] = {}
    for path, each in _objects(loaded, (), 0):
        found.setdefault(path, []).append(each)
    groups: dict[Path, list[Piece]] = {}
    silent: dict[Path, list[str]] = {}
    for path, objects in found.items():
        deeds = [(_deed(each), each) for each in objects]
        pieces = _pieces([each for deed, each in deeds if not deed])
        if pieces:
            groups[path] = _once(pieces)
            if left := [deed for deed, each in deeds if deed and _long_text(each)]:
                silent[path] = left
    return groups, silent


def cues_of(pieces: Sequence[Piece]) -> Iterator[Cue]:
    """Pieces as cues; single words of one speaker are joined to sentences, signs to the word before."""
    said = ""
    first: Piece | None = None
    for piece in pieces:
        sign = piece.is_word and not any(map(str.isalnum, piece.text))
        goes_on = piece.is_word and first and piece.speaker == first.speaker and not _SENTENCE_ENDS.search(said)
        if first and not sign and not goes_on:
            yield Cue(said, first.speaker, first.start_s)
            said, first = "", None
        if first is None:
            said, first = piece.text.strip(), piece
        else:
            said += ("" if sign else " ") + piece.text.strip()
    if first:
        yield Cue(said, first.speaker, first.start_s)


def _objects(value: Any, path: Path, depth: int) -> Iterator[tuple[Path, Object]]:
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


def _pieces(objects: Sequence[Object]) -> list[Piece]:
    """What the objects of one list say, with the keys that tell most among all of them."""
    keys = list(dict.fromkeys(key for each in objects for key in each))
    texts = [
        keys[n]
        for n in ranked(keys, TEXT_NAMES)
        if is_speech([value for each in objects if isinstance(value := each.get(keys[n]), str)])
    ]
    people = [keys[n] for n in ranked(keys, SPEAKER_KEYS) if keys[n] not in texts[:1]]
    people = [key for key in people if _tells_people(key, [_person(each.get(key)) for each in objects])]
    if "user_profile" in keys:  # Slack's "user" is a number of the house
        people.insert(0, "user_profile")
    spoken = [(each, *said) for each in objects if (said := _text(each, texts))[0].strip()]
    starts = _starts([each for each, *_ in spoken])
    single = len(spoken) > 1 and 5 * sum(is_word for *_, is_word in spoken) >= 4 * len(spoken)
    found: list[Piece] = []
    for (each, text, is_word), start in zip(spoken, starts, strict=True):
        speaker = next(filter(None, (_person(each.get(key)) for key in people)), "")
        found += _by_word(each, text) or [Piece(text, speaker, start, is_word and single)]
    return found


def _by_word(each: Object, text: str) -> list[Piece]:
    """The words of a piece, if they are said by several people; a piece's own speaker is then one of them only."""
    inner = each.get("words")
    if not isinstance(inner, list) or not all(isinstance(word, dict) for word in inner):
        return []
    if len({_person(word.get("speaker")) for word in inner}) < 2:
        return []
    words = [replace(word, is_word=True) for word in _pieces(inner)]
    return words if letters_of(words) == letters_of([Piece(text)]) else []


def letters_of(pieces: Sequence[Piece]) -> str:
    """What pieces say, without case, spaces and signs, so that lists can be compared."""
    return "".join(filter(str.isalnum, "".join(piece.text for piece in pieces).casefold()))


def _tells_people(key: str, values: Sequence[str]) -> bool:
    return names_people(values, telling=rank(key, SPEAKER_KEYS) == 0) and not all(
        as_time(value) is not None for value in values if value
    )


def _text(piece: Object, keys: Sequence[str]) -> tuple[str, bool]:
    """What is said in a piece, its text or that of its blocks; and whether it is one word of many."""
    for key in keys:
        if isinstance(value := piece.get(key), str) and value.strip():
            return value, not re.search(r"\s", value.strip()) and value.isascii()
    if told := _block_text(piece):
        return told, False
    if word := next((value for key in _WORDS if isinstance(value := piece.get(key), str)), ""):
        return word, True
    options = piece.get("alternatives") or piece.get("nBest")  # of what was heard, the likeliest first
    if isinstance(options, list) and options and isinstance(options[0], dict):
        text = _long_text(options[0]) or str(options[0].get("display") or "")
        return text, " " not in text.strip()
    return "", False


def _block_text(piece: Object) -> str:
    for key in _BLOCKS:
        blocks = piece.get(key)
        if isinstance(blocks, list):
            texts = (_long_text(block) or _word(block) for block in blocks if isinstance(block, dict))
            told = [text for text in texts if text]
            return ("" if key == "elements" else "\n").join(told)
    return ""


def _long_text(piece: Object) -> str:
    keys = list(piece)
    for n in ranked(keys, TEXT_NAMES):
        if isinstance(value := piece[keys[n]], str) and value:
            return value
    return _block_text(piece)


def _word(block: Object) -> str:
    return next((value for key in _WORDS if isinstance(value := block.get(key), str)), "")


def _person(value: Any) -> str:
    """The name in a text, a number, or an object with a name under one of its keys."""
    if isinstance(value, dict):
        return next((named for key in _NAMES if (named := _person(_under(value, key)))), "")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"Speaker {value}"
    if isinstance(value, str) and value.strip().casefold() not in ("", "none", "null", "unknown"):
        return f"Speaker {value}" if re.fullmatch(r"[A-Za-z0-9]", value) else value
    return ""


def _under(value: Object, name: str) -> Any:
    found = next((item for key, item in value.items() if "_".join(name_parts(key)) == name), None)
    return None if isinstance(found, dict | list) else found


def _starts(pieces: Sequence[Object]) -> list[float | None]:
    keys = list(dict.fromkeys(key for each in pieces for key in each))
    times = [keys[n] for n in ranked(keys, START_NAMES)] + [key for key in keys if key in ("timestamps", "offsets")]
    key = next((key for key in times if any(as_time(each.get(key)) is not None for each in pieces)), None)
    if key is None:
        return [None] * len(pieces)
    written = [each.get(key) for each in pieces]
    return in_seconds([as_time(value) for value in written], [value for value in written if value is not None], key)


def _deed(piece: Object) -> str:
    """The kind of an entry that tells what happened, not what was said; empty for all others."""
    kinds = (value for key, value in piece.items() if key in _KINDS and isinstance(value, str))
    return next((kind for kind in kinds if _DEEDS.intersection(name_parts(kind))), "")


def _once(pieces: list[Piece]) -> list[Piece]:
    """Without words that stand twice: speech services repeat all of them at the end, with their speakers."""
    named = [piece for piece in pieces if piece.speaker]
    nameless = [piece.text.strip() for piece in pieces if not piece.speaker]
    return named if named and nameless == [piece.text.strip() for piece in named] else pieces
