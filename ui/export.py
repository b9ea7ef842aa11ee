"""A conversation to keep or to print: Markdown, JSON, and an evidence pack in HTML.

The evidence pack quotes the archive as it is now, not what a browser sent. If a document was removed, or its words
differ, it says so.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from rag.answer.another import quotes_another
from rag.answer.asked import question_before
from rag.places import address_of, pages_of, seconds_within
from rag.text.clock import clock
from rag.text.dates import spoken_date
from rag.text.reading import as_read
from rag.types import Answer, Citation, Document, Turn
from ui.conversations import Exchange, to_json
from ui.rendering import source_line
from ui.texts import say, say_cover

Format = Literal["markdown", "json", "html"]
SUFFIX: dict[str, str] = {"markdown": "md", "json": "json", "html": "html"}
CONTEXT_CHARS = 300
WORD_CHARS = 30

DocumentOf = Callable[[str], Document | None]


def export(exchanges: Sequence[Exchange], document_of: DocumentOf, *, form: Format, when: datetime) -> str:
    """A conversation in one of the forms. `document_of` gives the document of an id, or None if it was removed."""
    if form == "markdown":
        return to_markdown(exchanges, when=when)
    if form == "json":
        return json.dumps(
            {"exported": when.isoformat(timespec="seconds"), "conversation": to_json(exchanges)},
            ensure_ascii=False,
            indent=2,
        )
    return to_evidence_pack(exchanges, document_of, when=when)


def to_markdown(exchanges: Sequence[Exchange], *, when: datetime) -> str:
    """Questions as headings, answers as text, sources as lists. Texts are escaped: no transcript can write markup."""
    lines = [f"# onrecord, {spoken_date(when.date().isoformat())}", ""]
    for exchange in exchanges:
        lines += [f"## {_markdown(exchange.question, line=True)}", ""]
        answer = exchange.answer
        if answer is None:
            lines += [_markdown(exchange.error, line=True), ""]
            continue
        lines += [_markdown(as_read(answer.text)), ""]
        lines += [f"- \\[{c.marker}\\] {_markdown(source_line(c), line=True)}" for c in answer.citations]
        lines += [""] if answer.citations else []
        lines += [_markdown(answer.note, line=True), ""] if answer.note else []
        if answer.status == "not_on_record" and answer.cover:
            lines += [_markdown(say("answer.cover", cover=say_cover(answer.cover))), ""]
    return "\n".join(lines)


def to_evidence_pack(exchanges: Sequence[Exchange], document_of: DocumentOf, *, when: datetime) -> str:
    """A page to print: each citation with its words in context, and everything that is needed to find them again."""
    parts = "".join(_exchange(number, exchange, document_of) for number, exchange in enumerate(exchanges, start=1))
    day = _text(f"{spoken_date(when.date().isoformat())}, {when:%H:%M}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Evidence pack, {day}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>Evidence pack</h1><p class='small'>Made by onrecord on {day}. Offsets count Unicode characters of the text "
        f"whose SHA-256 is given, the first being 0; the end is not included.</p>{parts}</main></body></html>\n"
    )


def _exchange(number: int, exchange: Exchange, document_of: DocumentOf) -> str:
    head = f"<section><h2>{number}. {_text(exchange.question)}</h2>"
    answer = exchange.answer
    if answer is None:
        return f"{head}<p>{_text(exchange.error)}</p></section>"
    body = "".join(f'<p dir="auto">{_text(part)}</p>' for part in as_read(answer.text).split("\n\n"))
    evidence = "".join(_evidence(citation, document_of(citation.document_id)) for citation in answer.citations)
    note = f"<p class='small'>{_text(answer.note)}</p>" if answer.note else ""
    return f"{head}{body}{note}{_cover(answer)}{evidence}</section>"


def _cover(answer: Answer) -> str:
    if answer.status != "not_on_record" or not answer.cover:
        return ""
    return f"<p>{_text(say('answer.cover', cover=say_cover(answer.cover)))}</p>"


def _evidence(citation: Citation, document: Document | None) -> str:
    number = _turn(document, citation) if document else None
    turn = document.turns[number] if document and number is not None else None
    if (
        document is None
        or number is None
        or turn is None
        or document.text[citation.start : citation.end] != citation.quote
    ):
        state = "The document is no longer in the archive, or has changed: this quote could not be checked again."
        marked = f"<mark>{_text(as_read(citation.quote))}</mark>"
        context = f"<p class='context' dir='auto'>{marked}</p><p class='warning'>{state}</p>"
        digest = ""
    else:
        # Speaker, date and question are taken from the archive, since a browser could have sent anything.
        citation = _as_recorded(citation, document, number)
        before, after = _context(document, turn, citation)
        marked = f"{_around(before)}<mark>{_text(as_read(citation.quote))}</mark>{_around(after)}"
        context = f"<p class='context' dir='auto'>{marked}</p>"
        digest = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    rows: list[tuple[str, Any]] = [
        ("Speaker", citation.speaker if citation.speaker_certain else "uncertain"),
        ("Asked", as_read(citation.asked)),
        ("Whose words", say("cards.another") if citation.quotes_another else ""),
        ("Title", citation.title),
        ("Date", spoken_date(citation.date) if citation.date else ""),
        ("Source", citation.source),
        ("Address", citation.url),
        ("Page", citation.page or ""),
        ("Time", clock(citation.seconds) if citation.seconds is not None else ""),
        ("Characters", f"{citation.start}–{citation.end}"),
        ("SHA-256", digest),
        ("Verified", _verified(citation) if citation.verified and digest else "no"),
    ]
    table = "".join(f"<tr><th>{name}</th><td dir='auto'>{_text(str(value))}</td></tr>" for name, value in rows if value)
    return f"<article><h3>[{citation.marker}]</h3>{context}<table>{table}</table></article>"


def _verified(citation: Citation) -> str:
    return f"yes, character for character{'' if citation.speaker_certain else '; who said it is uncertain'}"


def _turn(document: Document, citation: Citation) -> int | None:
    turns = enumerate(document.turns)
    return next((n for n, t in turns if t.start <= citation.start and citation.end <= t.end), None)


def _as_recorded(citation: Citation, document: Document, number: int) -> Citation:
    """The citation with the document's own title, date, speaker and question."""
    turn = document.turns[number]
    return replace(
        citation,
        speaker=turn.speaker if turn.certain else "",
        speaker_certain=turn.certain,
        role=turn.role,
        asked=question_before(document, number),
        title=document.title,
        date=document.date,
        source=document.source,
        page=pages_of(document, citation.start, citation.end),
        seconds=seconds_within(document, turn, citation.start),
        quotes_another=quotes_another(document, turn, citation.start, citation.end),
        url=address_of(document),
    )


def _context(document: Document, turn: Turn, citation: Citation) -> tuple[str, str]:
    """(before, after): what the same speaker said around the quote, cut between words."""
    low, high = turn.start, turn.end
    before = document.text[max(low, citation.start - CONTEXT_CHARS) : citation.start]
    after = document.text[citation.end : min(high, citation.end + CONTEXT_CHARS)]
    # A word that was cut is dropped, unless the language has no spaces between words.
    if citation.start - CONTEXT_CHARS > low:
        before = "… " + re.sub(rf"^\S{{0,{WORD_CHARS}}}\s", "", before)
    if citation.end + CONTEXT_CHARS < high:
        after = re.sub(rf"\s\S{{0,{WORD_CHARS}}}$", "", after) + " …"
    return before, after


def _around(text: str) -> str:
    """What stands beside a quote, as it is read, with the space between them."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{' ' if before else ''}{_text(as_read(text))}{' ' if after and text.strip() else ''}"


def _text(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _markdown(text: str, *, line: bool = False) -> str:
    r"""A text escaped for Markdown, so that it gives no markup and its addresses no links.

    >>> print(_markdown("1. *See* https://example.org"))
    1\. \*See\* https:\//example.org
    """
    safe = "".join(f"\\{char}" if char in "\\`*_[]|<>~&$" else char for char in text)
    safe = re.sub(r"(?i)(?<=www)\.|/(?=/)", r"\\\g<0>", safe)
    lines = [" ".join(safe.split())] if line else re.split(r"\r\n?|\n", safe)
    # A line's beginning can make it a list, a heading or code, and spaces at its end a line break.
    return "\n".join(re.sub(r"^(\d+)(?=[.)])|^(?=[-+#=:])", r"\1\\", part.strip(" \t")) for part in lines)


_STYLE = (
    "body{font:16px/1.55 system-ui,sans-serif;color:#1d1b16;background:#fff;margin:0}main{max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.5rem;border-top:2px solid #1d1b16;padding-top:1rem}"
    "h3{font-size:1rem;margin:0 0 .4rem}article{border:1px solid #b9b4a7;border-radius:6px;padding:1rem;margin:1rem 0;"
    "break-inside:avoid}.context{font-family:Georgia,serif;white-space:normal}mark{background:#ffe58a;color:inherit}"
    "table{border-collapse:collapse;font-size:.85rem;width:100%}th{text-align:left;vertical-align:top;padding:.1rem 1rem .1rem 0;"
    "font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere}.small{font-size:.85rem}.warning{color:#8a1c1c;font-weight:600}"
    "@media print{main{max-width:none;margin:0}}"
)
