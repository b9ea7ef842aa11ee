"""A conversation: what was asked and answered, and the JSON form in which a browser keeps it.

What comes back from a browser is read as strictly as a file from a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast, get_args

from rag.answer.citations import find_markers
from rag.errors import InputError
from rag.json_forms import answer_to_json, claim_to_json
from rag.notes import AbsentNames, Note, Occurrences, SavedNotes, note_text
from rag.types import Answer, Citation, Claim, Filters, Passage, ScoredPassage, SearchExtent, Support

NEAREST = 3  # passages kept with an answer: those that are shown where the record is silent
MAX_EXCHANGES = 500
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer, or with the reason why there is none."""

    question: str
    filters: Filters = EVERYTHING
    answer: Answer | None = None
    error: str = ""


def history_of(exchanges: Sequence[Exchange], most: int) -> list[str]:
    """The last questions that were answered, oldest first."""
    return [exchange.question for exchange in exchanges if exchange.answer][-most:]


def to_json(exchanges: Sequence[Exchange]) -> list[dict[str, Any]]:
    """What `from_json` reads."""
    return [
        {
            "question": exchange.question,
            "filters": asdict(exchange.filters),
            "answer": _answer_to_json(exchange.answer) if exchange.answer else None,
            "error": exchange.error,
        }
        for exchange in exchanges
    ]


def from_json(value: object) -> list[Exchange]:
    """The exchanges of a kept conversation. Raises InputError where it was changed or damaged."""
    try:
        items = _list(value)
        if len(items) > MAX_EXCHANGES:
            raise ValueError(f"{len(items)} exchanges")
        return [_exchange(_dict(item)) for item in items]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"this conversation cannot be read ({error}); delete it and ask again") from error


def _answer_to_json(answer: Answer) -> dict[str, Any]:
    fields = answer_to_json(answer)
    fields["passages"] = fields["passages"][:NEAREST]
    fields["claims"] = [claim_to_json(claim) for claim in answer.claims]
    fields["markers"] = [list(marker) for marker in answer.markers]
    fields["searched"] = list(answer.searched)
    fields["filters"] = asdict(answer.filters)
    return fields


def _exchange(fields: Mapping[str, Any]) -> Exchange:
    answer = fields["answer"]
    return Exchange(
        question=_text(fields["question"]),
        filters=_filters(_dict(fields["filters"])),
        answer=_answer(_dict(answer)) if answer is not None else None,
        error=_text(fields["error"]),
    )


def _answer(fields: Mapping[str, Any]) -> Answer:
    text = _text(fields["text"])
    citations = tuple(_citation(_dict(item)) for item in _list(fields["citations"]))
    status = fields["status"]
    if status not in ("answered", "not_on_record"):
        raise ValueError(f"status {status!r}")
    numbers = {citation.marker for citation in citations}
    if len(numbers) < len(citations):
        raise ValueError("two citations with one number")
    markers = [(_int(start), _int(end), _int(number)) for start, end, number in _list(fields["markers"])]
    there = [(found.start(), found.end(), found[1]) for found in find_markers(text, [c.quote for c in citations])]
    possible = [(start, end, int(number)) for start, end, number in there if number in map(str, numbers)]
    if markers != [marker for marker in possible if marker in markers]:
        raise ValueError("markers that are not in its text")
    cover = fields["cover"]
    return Answer(
        question=_text(fields["question"]),
        query=_text(fields["query"]),
        status=status,
        text=text,
        confidence=_number(fields["confidence"]),
        generator=_text(fields["generator"]),
        citations=citations,
        passages=tuple(_passage(_dict(item)) for item in _list(fields["passages"])),
        timings_ms={_text(stage): _number(spent) for stage, spent in _dict(fields["timings_ms"]).items()},
        markers=tuple(markers),
        searched=tuple(_text(leg) for leg in _list(fields["searched"])),
        filters=_filters(_dict(fields["filters"])),
        cover=_cover(_dict(cover)) if cover is not None else None,
        claims=tuple(_claim(_dict(item), text) for item in _list(fields["claims"])),
        notes=_notes(fields),
    )


def _notes(fields: Mapping[str, Any]) -> tuple[Note, ...]:
    """The notes of a saved answer. The values beside their words do not make up all kinds of notes; then the words stand."""
    text = _text(fields["note"])
    absent = tuple(_text(name) for name in _list(fields["absent"]))
    counts = tuple((_text(word), _int(count)) for word, count in _dict(fields["occurrences"]).items())
    values: list[Note] = [AbsentNames(absent)] if absent else []
    values += [Occurrences(counts)] if counts else []
    return tuple(values) if note_text(values) == text else (SavedNotes(text), *values)


def _claim(fields: Mapping[str, Any], text: str) -> Claim:
    start, end = _int(fields["start"]), _int(fields["end"])
    if fields["support"] not in get_args(Support) or not 0 <= start <= end <= len(text):
        raise ValueError("claim")
    markers = tuple(_int(number) for number in _list(fields["markers"]))
    return Claim(start, end, fields["support"], markers, _text(fields["reason"]))


def _citation(fields: Mapping[str, Any]) -> Citation:
    start, end = _range(fields)
    return Citation(
        marker=_int(fields["marker"]),
        passage_id=_text(fields["passage_id"]),
        document_id=_text(fields["document_id"]),
        title=_text(fields["title"]),
        source=_text(fields["source"]),
        date=_date(fields["date"]),
        speaker=_text(fields["speaker"]),
        role=_role(fields["role"]),
        asked=_text(fields["asked"]),
        quote=_text(fields["quote"]),
        start=start,
        end=end,
        seconds=_seconds(fields["seconds"]),
        verified=fields["verified"] is True,
        page=_optional(fields.get("page")),  # conversations of before pages were known have none
    )


def _passage(fields: Mapping[str, Any]) -> ScoredPassage:
    start, end = _range(fields)
    passage = Passage(
        id=_text(fields["passage_id"]),
        document_id=_text(fields["document_id"]),
        source=_text(fields["source"]),
        speaker=_text(fields["speaker"]),
        role=_role(fields["role"]),
        asked=_text(fields["asked"]),
        start=start,
        end=end,
        text=_text(fields["text"]),
        title=_text(fields["title"]),
        date=_date(fields["date"]),
        seconds=_seconds(fields["seconds"]),
    )
    return ScoredPassage(passage, _number(fields["score"]))


def _filters(fields: Mapping[str, Any]) -> Filters:
    return Filters(
        speaker=tuple(_text(name) for name in _list(fields["speaker"])),
        document=tuple(_text(name) for name in _list(fields["document"])),
        after=_optional(fields["after"]),
        before=_optional(fields["before"]),
        role=tuple(_role(role) for role in _list(fields["role"])),
    )


def _cover(fields: Mapping[str, Any]) -> SearchExtent:
    return SearchExtent(
        _int(fields["documents"]),
        _int(fields["speakers"]),
        _int(fields["passages"]),
        _date(fields["first"]),
        _date(fields["last"]),
    )


def _role(value: object) -> Any:
    if value not in ("interviewer", "respondent", "other"):
        raise ValueError(f"role {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    value.encode()  # half a character cannot be shown; UnicodeEncodeError is a ValueError
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _date(value: object) -> str | None:
    text = _optional(value)
    if text is not None:
        date.fromisoformat(text)
    return text


def _int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number was expected, not {type(value).__name__}")
    if not 0 <= value < 1 << 53:
        raise ValueError("a number that counts nothing")
    return value


def _range(fields: Mapping[str, Any]) -> tuple[int, int]:
    start, end = _int(fields["start"]), _int(fields["end"])
    if start > end:
        raise ValueError(f"a range from {start} to {end}")
    return start, end


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    if not abs(value) < 1e15:  # nor what is no number
        raise ValueError("a number that measures nothing")
    return float(value)


def _seconds(value: object) -> float | None:
    return None if value is None else _number(value)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"a list was expected, not {type(value).__name__}")
    return list(value)


def _dict(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"an object was expected, not {type(value).__name__}")
    return cast(dict[str, Any], value)
