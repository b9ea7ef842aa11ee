"""CHAT, the transcripts of child language and aphasia research (`.cha`): `*PAR:` is said, `%mor:` and its like are about it.

Codes for retracing, pauses and errors stay, as the words of the file; the times of the recording, in control characters
behind an utterance, become seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.errors import InputError
from rag.readers.cues import Cue, assemble
from rag.readers.text import decode_any
from rag.text.dates import find_date
from rag.types import Hints

_TIER = re.compile(r"(?P<kind>[*%@])(?P<name>[^:\n]{1,60})(?::[^\S\n]*(?P<rest>.*))?$", re.S)
_BULLET = re.compile(r"[\x15\u2022](?:%?(?:snd|mov):\"[^\"]*\"_)?(?P<start>\d{1,10})_\d{1,10}[\x15\u2022]")
_GAP = re.compile(r" +(?=[.?!,;:])")
_NO_NAMES = frozenset("target_child child mother father investigator participant adult unidentified sibling".split())


def read(data: bytes, name: str) -> tuple[str, Hints]:
    """Canonical text of what is said in a CHAT file. Raises InputError.

    >>> read(b"@Begin\\n@Participants:\\tINT Ines Investigator, PAR Per Participant\\n*INT:\\twhy ?\\n%com:\\tlow voice\\n*PAR:\\tso .\\n", "a.cha")[0]
    'Ines: why?\\n\\nPer: so.\\n'
    """
    text, note = decode_any(data)
    people: dict[str, str] = {}
    cues: list[Cue] = []
    title, date, tiers = "", None, 0
    for kind, tier, rest in _tiers(text):
        if kind == "*":
            bullet = _BULLET.search(rest)
            start = int(bullet["start"]) / 1000 if bullet else None
            said = _GAP.sub("", " ".join(_BULLET.sub(" ", rest).split()))
            cues.append(Cue(said, people.get(tier, tier), start))
        elif kind == "%":
            tiers += 1
        elif tier == "Participants":
            people = dict(_people(rest))
        elif tier == "Date":
            date = (find_date(rest.replace("-", " ")) or (None,))[0]
        elif tier in ("Title", "Situation") and not title:
            title = rest
    if not any(cue.text for cue in cues):
        raise InputError("nobody says anything in this CHAT file; an utterance begins with *NAME: and a tab")
    text, hints = assemble(cues, title=title, date=date)
    notes = [note] if note else []
    if tiers:
        notes.append(f"left out: {tiers:,} lines about what is said, such as %mor and %com")
    return text, Hints(title=hints.title, date=hints.date, turns=hints.turns, times=hints.times, notes=tuple(notes))


def _tiers(text: str) -> Iterator[tuple[str, str, str]]:
    """The lines of a file by their sign, name and content; those that begin with white space go on with the one before."""
    for line in re.split(r"\n(?=[*%@])", text):
        if match := _TIER.match(line.strip("\n")):
            yield match["kind"], match["name"].strip(), " ".join((match["rest"] or "").split())


def _people(listed: str) -> Iterator[tuple[str, str]]:
    """Codes and names: `PAR Per Participant` is Per, and `PAR Participant` has no name."""
    for entry in listed.split(","):
        code, *words = entry.split()[:4] or [""]
        named = [word for word in words[:-1] if word.casefold() not in _NO_NAMES]
        if code and named:
            yield code, " ".join(named).replace("_", " ")
