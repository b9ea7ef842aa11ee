"""A conversation: what was asked and answered, and the JSON form in which a browser keeps it.

What comes back from a browser is read as strictly as a file from a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from rag.answer.citations import find_markers
from rag.errors import InputError
from rag.json_forms import answer_to_json, claim_to_json, understood_to_json
from rag.notes import AbsentNames, Note, Occurrence, Occurrences, SavedNotes, note_text
from rag.types import Answer, Citation, Claim, Filters, Passage, ScoredPassage, SearchExtent, Support, Understood
from ui.strict_json import a_list, an_object, day, number, record, text, whole

NEAREST = 3  # passages kept with an answer: those that are shown if the record is silent
MAX_EXCHANGES = 500
EVERYTHING = Filters()
NOTHING = Understood()
NOTHING_UNDERSTOOD = understood_to_json(NOTHING)  # in conversations from before questions were understood


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer, or with the reason why there is none."""

    question: str
    filters: Filters = EVERYTHING
    answer: Answer | None = None
    error: str = ""
    not_meant: Understood = NOTHING  # taken away by the visitor of what the question was taken to ask for


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
            "not_meant": understood_to_json(exchange.not_meant),
        }
        for exchange in exchanges
    ]


def from_json(value: object) -> list[Exchange]:
    """The exchanges of a kept conversation. Raises InputError if it was changed or damaged."""
    try:
        items = a_list(value)
        if len(items) > MAX_EXCHANGES:
            raise ValueError(f"{len(items)} exchanges")
        return [_exchange(an_object(item)) for item in items]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"this conversation cannot be read ({error}); delete it and ask again") from error


def _answer_to_json(answer: Answer) -> dict[str, Any]:
    fields = answer_to_json(answer)
    fields["passages"] = fields["passages"][:NEAREST]
    fields["claims"] = [claim_to_json(claim) for claim in answer.claims]
    fields["markers"] = [list(marker) for marker in answer.markers]
    fields["searched"] = list(answer.searched)
    fields["filters"] = asdict(answer.filters)
    counted = [each for note in answer.notes if isinstance(note, Occurrences) for each in note.words if each.others]
    fields["other_forms"] = {each.word: {"forms": list(each.forms), "others": each.others} for each in counted}
    return fields


def _exchange(fields: Mapping[str, Any]) -> Exchange:
    answer = fields["answer"]
    return Exchange(
        question=text(fields["question"]),
        filters=record(Filters, an_object(fields["filters"])),
        answer=_answer(an_object(answer)) if answer is not None else None,
        error=text(fields["error"]),
        not_meant=_understood(an_object(fields.get("not_meant", NOTHING_UNDERSTOOD))),
    )


def _answer(fields: Mapping[str, Any]) -> Answer:
    words = text(fields["text"])
    citations = tuple(_citation(an_object(item)) for item in a_list(fields["citations"]))
    extent = fields["cover"]
    level = "not_on_record" if fields["status"] == "not_on_record" else "answered"  # missing in older conversations
    return record(
        Answer,
        {"confidence_level": level, **fields},
        text=words,
        citations=citations,
        passages=tuple(_passage(an_object(item)) for item in a_list(fields["passages"])),
        timings_ms={text(stage): number(spent) for stage, spent in an_object(fields["timings_ms"]).items()},
        dangling=0,
        markers=_markers(fields["markers"], words, citations),
        filters=record(Filters, an_object(fields["filters"])),
        cover=_extent(an_object(extent)) if extent is not None else None,
        claims=tuple(_claim(an_object(item), words) for item in a_list(fields["claims"])),
        notes=_notes(fields),
        understood=_understood(an_object(fields.get("understood", NOTHING_UNDERSTOOD))),
    )


def _understood(fields: Mapping[str, Any]) -> Understood:
    """What a saved question was taken to ask for."""
    understood = record(Understood, fields, asked=(), spans=())
    for value in (understood.after, understood.before):
        day(value)
    return understood


def _markers(value: object, words: str, citations: Sequence[Citation]) -> tuple[tuple[int, int, int], ...]:
    """The markers of citations, each of which must be where its number is in the text."""
    numbers = {citation.marker for citation in citations}
    if len(numbers) < len(citations):
        raise ValueError("two citations with one number")
    markers = [(whole(start), whole(end), whole(number)) for start, end, number in a_list(value)]
    found = find_markers(words, [citation.quote for citation in citations])
    possible = [(one.start(), one.end(), int(one[1])) for one in found if one[1] in map(str, numbers)]
    if markers != [marker for marker in possible if marker in markers]:
        raise ValueError("markers that are not in its text")
    return tuple(markers)


def _notes(fields: Mapping[str, Any]) -> tuple[Note, ...]:
    """The notes of a saved answer.

    Names and counts are kept beside the notes' words. If they do not make up all of the words, the words are kept too.
    """
    words = text(fields["note"])
    absent = tuple(text(name) for name in a_list(fields["absent"]))
    forms = an_object(fields.get("other_forms", {}))  # missing in older conversations
    counts = tuple(
        _occurrence(word, count, forms.get(word)) for word, count in an_object(fields["occurrences"]).items()
    )
    values: list[Note] = [AbsentNames(absent)] if absent else []
    values += [Occurrences(counts)] if counts else []
    return tuple(values) if note_text(values) == words else (SavedNotes(words), *values)


def _occurrence(word: object, count: object, forms: object) -> Occurrence:
    if forms is None:
        return Occurrence(text(word), whole(count))
    other = an_object(forms)
    return Occurrence(text(word), whole(count), tuple(map(text, a_list(other["forms"]))), whole(other["others"]))


def _claim(fields: Mapping[str, Any], words: str) -> Claim:
    start, end = whole(fields["start"]), whole(fields["end"])
    if fields["support"] not in get_args(Support) or not 0 <= start <= end <= len(words):
        raise ValueError("claim")
    return record(Claim, fields)


def _citation(fields: Mapping[str, Any]) -> Citation:
    _check_range(fields)
    page = fields.get("page")  # missing if the document has no pages
    return record(
        Citation,
        fields,
        date=day(fields["date"]),
        verified=fields["verified"] is True,
        speaker_certain=fields.get("speaker_certain", True) is True,  # missing in older conversations
        page=text(page) if page is not None else None,
        quotes_another=fields.get("quotes_another") is True,
        introduction=text(fields.get("introduction", "")),
        url=text(fields.get("url", "")),
    )


def _passage(fields: Mapping[str, Any]) -> ScoredPassage:
    _check_range(fields)
    passage = record(
        Passage,
        fields,
        id=text(fields["passage_id"]),
        date=day(fields["date"]),
        turn=0,
        language=None,
        speaker_certain=fields.get("speaker_certain", True) is True,
    )
    return ScoredPassage(passage, number(fields["score"]))


def _extent(fields: Mapping[str, Any]) -> SearchExtent:
    extent = record(SearchExtent, fields)
    for value in (extent.first, extent.last):
        day(value)
    return extent


def _check_range(fields: Mapping[str, Any]) -> None:
    start, end = whole(fields["start"]), whole(fields["end"])
    if start > end:
        raise ValueError(f"a range from {start} to {end}")
