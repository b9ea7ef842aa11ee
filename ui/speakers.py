"""Who speaks in a document, as the page's script gets it, and how a reader puts it right."""

from __future__ import annotations

from typing import Any

from rag.archive import Archive
from rag.errors import InputError
from rag.text.wording import shortened
from rag.transcript.changes import Change, suggestions, with_change
from rag.transcript.corrections import Correction, format_corrections, parse_corrections
from rag.types import Document

FIRST_WORDS_CHARS = 90


def speakers_view(archive: Archive, document: Document) -> dict[str, Any]:
    """Every speaker with role, turns, words, first words and printed labels; suggestions; what was corrected."""
    own = archive.correction(document.id)
    return {
        "id": document.id,
        "speakers": [_speaker(document, name) for name in document.speakers if name],
        "unnamed": sum(not turn.speaker for turn in document.turns),
        "suggestions": [[change.act, change.name, change.to] for change in suggestions(document)],
        "title": document.title,
        "date": document.date or "",
        "place": document.place or "",
        "corrected": own != Correction(),
        "correction": _written(own),
    }


def _speaker(document: Document, name: str) -> dict[str, Any]:
    turns = [turn for turn in document.turns if turn.speaker == name]
    first = document.text[turns[0].start : turns[0].end]
    return {
        "name": name,
        "role": turns[0].role,
        "turns": len(turns),
        "words": sum(len(document.text[turn.start : turn.end].split()) for turn in turns),
        "first": shortened(first, FIRST_WORDS_CHARS),
        "labels": list(dict.fromkeys(turn.label for turn in turns if turn.label)),
        "certain": all(turn.certain for turn in turns),
    }


def correct_speakers(archive: Archive, document: Document, value: dict[str, Any]) -> dict[str, Any]:
    """Make one change, or put an earlier correction back; the speakers as they are then. Raises InputError."""
    before = archive.correction(document.id)
    if "restore" in value:
        correction = _read(str(value["restore"]))
    else:
        try:
            act, name, to = map(str, value["change"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("the change is not in the form that this page sends") from error
        correction = with_change(document, before, Change(act, name, to))  # type: ignore[arg-type]
    corrected = archive.correct(document.id, correction)
    return {**speakers_view(archive, corrected), "before": _written(before)}


def _written(correction: Correction) -> str:
    """A correction as text, to be given back as it is."""
    return format_corrections({"": correction}) if correction != Correction() else ""


def _read(text: str) -> Correction:
    return parse_corrections(text, where="the correction").get("", Correction())
