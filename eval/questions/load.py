"""Files of questions → checked questions, or everything that is wrong with them.

`formats` reads a file of any format into records in the contract's JSON form. A record becomes a `Question` here, or a
list of faults. Values are never converted on the way: `"answerable": "false"` would become true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from eval.questions.formats import read_records
from eval.questions.model import Gold, Question
from eval.questions.record import Fault, Record, shown
from rag.errors import InputError
from rag.types import Document

FIELDS = ("id", "question", "answerable", "history", "relevant", "answers", "tags", "speaker")
_MISSING = object()


def load_questions(paths: Iterable[str | Path], *, documents: Iterable[Document] | None = None) -> list[Question]:
    """The questions of several sets, in order, whatever their formats.

    A format that gives its gold as text looks for it in `documents`; without them, in the transcripts beside the file.
    Raises InputError for the first fault, with file, line and field.
    """
    questions: list[Question] = []
    for _, read in read_questions(paths, documents=documents):
        if isinstance(read, Fault):
            raise InputError(str(read))
        questions.append(read)
    return questions


def read_questions(
    paths: Iterable[str | Path], *, documents: Iterable[Document] | None = None
) -> Iterator[tuple[Record | None, Question | Fault]]:
    """Each question with the record that it was read from, and a fault in the place of each one that is not sound."""
    known = list(documents) if documents is not None else None
    places: dict[str, str] = {}
    for path in paths:
        empty = True
        for read in read_records(Path(path), documents=known):
            empty = False
            if isinstance(read, Fault):
                yield None, read
                continue
            question, faults = question_of(read)
            if question is not None and question.id in places:
                faults = [Fault(read.place, "id", f"{question.id!r} is also the id of {places[question.id]}")]
            if faults or question is None:
                yield from ((read, fault) for fault in faults)
            else:
                places[question.id] = read.place
                yield read, question
        if empty:
            yield None, Fault(str(path), "", "there is no question in it; give a set with at least one")


def question_of(record: Record) -> tuple[Question | None, list[Fault]]:
    """The question of a record, or None and everything that is wrong with it.

    >>> question_of(Record("set.jsonl:1", {"id": "q1", "question": "Why?", "answerable": "false"}))
    (None, [Fault(place='set.jsonl:1', field='answerable', text="expected true or false, found 'false'")])
    """
    check = _Check(record)
    for name in record.fields:
        # Sets may have fields of their own. One that is nearly ours is a typo, and would be ignored silently.
        if name not in FIELDS and (near := get_close_matches(name.strip().lower(), FIELDS, n=1, cutoff=0.85)):
            check.fault(name, f"is no field of a question; write {near[0]!r}, or another name for something else")
    answerable = record.fields.get("answerable", _MISSING)
    if not isinstance(answerable, bool):
        check.fault("answerable", _expected("true or false", answerable))
    question = Question(
        id=check.text("id"),
        question=check.text("question"),
        answerable=answerable is True,
        history=check.texts("history"),
        relevant=check.gold(),
        answers=check.texts("answers"),
        tags=check.texts("tags"),
        speaker=check.text("speaker") if "speaker" in record.fields else "",
    )
    return (None, check.faults) if check.faults else (question, [])


class _Check:
    """Takes typed values out of a record, and keeps what is wrong with them."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.faults: list[Fault] = []

    def fault(self, field: str, text: str, *, place: str = "") -> None:
        self.faults.append(Fault(place or self.record.place, field, text))

    def text(self, field: str) -> str:
        return self._text(field, self.record.fields.get(field, _MISSING))

    def texts(self, field: str) -> tuple[str, ...]:
        values = self.record.fields.get(field, [])
        if not isinstance(values, list):
            self.fault(field, _expected("a list of texts", values))
            return ()
        return tuple(self._text(f"{field}[{number}]", value) for number, value in enumerate(values))

    def gold(self) -> tuple[Gold, ...]:
        values = self.record.fields.get("relevant", [])
        if not isinstance(values, list):
            self.fault("relevant", _expected("a list of ranges", values))
            return ()
        return tuple(gold for number, value in enumerate(values) if (gold := self._range(number, value)))

    def _text(self, field: str, value: Any) -> str:
        if not isinstance(value, str):
            self.fault(field, _expected("a text", value))
        elif not value.strip():
            self.fault(field, "is empty")
        elif any("\ud800" <= char <= "\udfff" for char in value):
            self.fault(field, "holds half of a surrogate pair, which is no character")
        else:
            return value
        return ""

    def _range(self, number: int, value: Any) -> Gold | None:
        field, place = f"relevant[{number}]", self.record.place_of_gold(number)
        if not isinstance(value, Mapping):
            self.fault(field, _expected("an object with source, start and end", value), place=place)
            return None
        source, start, end = (value.get(name, _MISSING) for name in ("source", "start", "end"))
        before = len(self.faults)
        if not isinstance(source, str) or not source.strip():
            self.fault(f"{field}.source", _expected("a file name", source), place=place)
        for name, offset in (("start", start), ("end", end)):
            if isinstance(offset, bool) or not isinstance(offset, int):
                self.fault(f"{field}.{name}", _expected("a whole number", offset), place=place)
        if len(self.faults) > before:
            return None
        if start < 0:
            self.fault(f"{field}.start", f"{start} is before the text begins", place=place)
        elif end <= start:
            self.fault(f"{field}.end", f"{end} is not behind the start, {start}", place=place)
        else:
            return Gold(file_name(source), start, end)
        return None


def _expected(what: str, value: Any) -> str:
    return "is missing" if value is _MISSING else f"expected {what}, found {shown(value)}"


def file_name(source: str) -> str:
    """What a source is matched on: the last part of a path.

    >>> file_name("transcripts/interview.txt")
    'interview.txt'
    """
    return PurePosixPath(source).name or source
