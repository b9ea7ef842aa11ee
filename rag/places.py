"""Where a character of a document is: its page, and its time in the recording."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TypeVar

from rag.text.clock import clock
from rag.types import Document, LeftOut, Turn


def words_left_out(document: Document) -> list[LeftOut]:
    """What was left out and holds words; time stamps and rules are left out too, and not worth showing as such.

    >>> words_left_out(Document("d", "", None, None, "a.txt", "00:01 Notes", (), left_out=(LeftOut(0, 5), LeftOut(6, 11, "note"))))
    [LeftOut(start=6, end=11, why='note')]
    """
    return [piece for piece in document.left_out if re.search(r"[^\W\d_]", document.text[piece.start : piece.end])]


def page_at(document: Document, offset: int) -> str | None:
    """The label of the page that holds a character; None if the document has no pages.

    >>> document = Document("d", "", None, None, "a.pdf", "one two", (), pages=((0, "1"), (4, "2")))
    >>> page_at(document, 3), page_at(document, 4)
    ('1', '2')
    """
    return _last_before(document.pages, offset)


def pages_of(document: Document, start: int, end: int) -> str | None:
    """The label of the page that holds a range, or of the first and the last one; None if the document has no pages.

    >>> document = Document("d", "", None, None, "a.pdf", "one two", (), pages=((0, "1"), (4, "2")))
    >>> pages_of(document, 0, 3), pages_of(document, 0, 7)
    ('1', '1–2')
    """
    first, last = page_at(document, start), page_at(document, max(start, end - 1))
    return first if first == last else "–".join(filter(None, (first, last)))


def seconds_at(document: Document, offset: int) -> float | None:
    """Seconds into the recording at a character, by the last time stamp before it; None if there is none.

    >>> document = Document("d", "", None, None, "a.srt", "one two", (), times=((0, 0.5), (4, 2.0)))
    >>> seconds_at(document, 6)
    2.0
    """
    return _last_before(document.times, offset)


def seconds_within(document: Document, turn: Turn, offset: int) -> float | None:
    """Seconds at a place in a turn: the last time stamp within the turn, else when the turn begins."""
    place = bisect_right(document.times, offset, key=lambda time: time[0])
    if place and document.times[place - 1][0] >= turn.start:
        return document.times[place - 1][1]
    return turn.seconds if turn.seconds is not None else seconds_at(document, offset)


Value = TypeVar("Value")


def _last_before(places: tuple[tuple[int, Value], ...], offset: int) -> Value | None:
    number = bisect_right(places, offset, key=lambda place: place[0])
    return places[number - 1][1] if number else None


_ADDRESS = re.compile(
    r"^[^\S\n]*[\"']?(?:source[_ ]?url|url|permalink|canonical[_ ]?url|source|link|web|address)[\"']?[^\S\n]*[:=][^\S\n]*"
    r"[\"'<]?(https?://[^\s\"'<>]{4,1000})",
    re.I | re.M,
)


def address_of(document: Document) -> str:
    """Where a document was published, as its own head says; empty if it says nothing.

    What somebody said is no head: an address is looked for before the first turn only.

    >>> text = "---\\nsource_url: https://example.org/a?b=1\\n---\\nAnn: So."
    >>> address_of(Document("d", "", None, None, "a.md", text, (Turn("Ann", "other", 51, 54),)))
    'https://example.org/a?b=1'
    """
    end = document.turns[0].start if document.turns else 0
    found = _ADDRESS.search(document.text, 0, end)
    return found[1] if found else ""


def place_of(source: str, start: int, end: int, *, page: str | None = None, seconds: float | None = None) -> str:
    """Where a quote is, for people: the file, its page, its characters and its time, as far as they are known.

    >>> place_of("harbour.pdf", 120, 132, page="12"), place_of("harbour.srt", 120, 132, seconds=2467.2)
    ('harbour.pdf, p. 12, characters 120–132', 'harbour.srt, characters 120–132, 00:41:07')
    """
    printed = f"{'pp' if '–' in page else 'p'}. {page}" if page else ""
    when = clock(seconds) if seconds is not None else ""
    return ", ".join(filter(None, (source, printed, f"characters {start}–{end}", when)))
