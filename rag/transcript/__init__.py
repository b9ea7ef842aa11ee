"""Text → a document: turns under their speakers' names, roles, title, date and place.

Who speaks where is found by `rag.transcript.labels`, the text between two labels becomes turns in
`rag.transcript.turns`, and what stands above the first is read in `rag.transcript.metadata`. `rag.transcript.check` looks at
the result as a stranger would, and says what to doubt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from rag.text.language import language_of
from rag.text.spans import trim
from rag.transcript.check import check
from rag.transcript.grammars.logs import note_of_log
from rag.transcript.labels import find_labels
from rag.transcript.marks import Labels
from rag.transcript.metadata import declared_language, is_title, read_front_matter, read_header, title_of_file
from rag.transcript.page_lines import without_line_numbers
from rag.transcript.prologue import Spoken, spoken_labels
from rag.transcript.seen import with_soft_spaces
from rag.transcript.stamp_forms import in_usual_form
from rag.transcript.turns import STAMP, read_named_turns, read_turns
from rag.types import Document, Hints, LeftOut, Turn

_NAMED_BY_FORMAT = Labels((), "named by the file's format", 1.0)


def parse(text: str, *, source: str, path: str = "", hints: Hints | None = None) -> Document:
    """A transcript from its canonical text.

    >>> document = parse("Talk, Oslo, 3 May 2024\\n\\nQ: Why?\\n\\nAnn Reed: It was late.", source="talk.txt")
    >>> document.date, document.place, [(turn.speaker, turn.role) for turn in document.turns]
    ('2024-05-03', 'Oslo', [('Q', 'interviewer'), ('Ann Reed', 'respondent')])
    >>> document.grammar
    'label with colon'
    """
    whole, text = text, with_soft_spaces(text)  # of the same length: all offsets hold
    meta, body = read_front_matter(text)
    hints = hints or Hints()
    # As long as the text, with the same characters in the same places but for time stamps in forms of their own.
    usual = text if hints.turns else in_usual_form(text)
    plain = text if hints.turns else without_line_numbers(usual)
    spoken = Spoken(_NAMED_BY_FORMAT) if hints.turns else spoken_labels(plain, find_labels(plain, body))
    labels = spoken.labels
    header = read_header(
        usual,
        body,
        _first_line(text, labels, hints),
        meta,
        source,
        labelled=_is_labelled(labels, hints),
        declared_title=hints.title,
        people=_printed_labels(labels, hints),
    )
    reading = read_named_turns(text, hints, header) if hints.turns else read_turns(usual, body, spoken, header)
    said = text[reading.turns[0].start :] if reading.turns else text
    document = Document(
        id=document_id(whole),
        title=_title(text, source, reading.turns, header.title, hints),
        date=header.date or hints.date,
        place=header.place or hints.place,
        source=source,
        text=whole,
        turns=reading.turns,
        path=path,
        participants=tuple(dict.fromkeys([*hints.participants, *header.participants])),
        left_out=tuple(
            LeftOut(*trim(text, *out.span), out.why) if out.why == STAMP else out for out in reading.left_out
        ),
        notes=(*hints.notes, *note_of_log(labels.marks), *reading.notes),
        pages=hints.pages,
        times=hints.times,
        language=hints.language or declared_language(meta) or language_of(said),
        grammar=labels.grammar,
        confidence=labels.confidence,
    )
    return check(document, disputed=labels.disputed)


def document_id(text: str) -> str:
    """The id of a document: the beginning of its text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_labelled(labels: Labels, hints: Hints) -> bool:
    return bool(labels.marks or hints.turns)


def _title(text: str, source: str, turns: Sequence[Turn], found: str, hints: Hints) -> str:
    """The title that the format declares, or the one found above the turns; what is a part of a turn is none."""
    if hints.title and is_title(hints.title):
        return hints.title
    said = any(turn.speaker for turn in turns) and any(text.startswith(found, turn.start) for turn in turns[:3])
    return title_of_file(source) if found and said else found


def _printed_labels(labels: Labels, hints: Hints) -> list[str]:
    return list(dict.fromkeys([*(mark.label for mark in labels.marks), *(label for label, *_ in hints.turns)]))


def _first_line(text: str, labels: Labels, hints: Hints) -> int:
    """Where the line of the first label begins; the end of a text that has none."""
    if hints.turns:
        named = next((start for label, start, *_ in hints.turns if label), hints.turns[0][1])
        return text.rfind("\n", 0, named) + 1
    return labels.marks[0].start if labels.marks else len(text)
