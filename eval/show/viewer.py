"""`onrecord eval view`: a run's report, with each wrong answer opened at its place in the transcript.

A small server for this machine only. It serves three kinds of pages made from the run and the archive, finds them by
number and never by a file's path, and runs no script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

from eval.runs.model import Row, Run, TextRange
from eval.show.report import page, render
from rag.archive import Archive
from rag.errors import InputError, OnrecordError

HOST = "127.0.0.1"
_PLACE = re.compile(r"/place/([0-9]{1,9})/(gold|quote)/([0-9]{1,9})")
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A half-open range of a text that is gold, quoted, or both."""

    start: int
    end: int
    kind: str  # "gold" or "quoted"


def place_url(row: int, kind: str, which: int) -> str:
    """Where the viewer opens the transcript.

    >>> place_url(3, "gold", 0)
    '/place/3/gold/0#here'
    """
    return f"/place/{row}/{kind}/{which}#here"


def answer_path(run: Run, archive: Archive, path: str) -> tuple[int, str]:
    """(HTTP status, page) for a path."""
    if path == "/":
        return 200, render(run, link_to=place_url)
    found = _PLACE.fullmatch(path)
    row = run.rows[int(found[1])] if found and int(found[1]) < len(run.rows) else None
    if found and row:
        places = row.gold if found[2] == "gold" else row.quotes
        if int(found[3]) < len(places):
            try:
                return 200, _transcript(row, places[int(found[3])], archive, int(found[1]))
            except OnrecordError as error:
                return 404, page("Not in the archive", f"<h1>Not in the archive</h1><p>{escape(str(error))}</p>")
    return 404, page("Not found", '<h1>There is no such page</h1><p><a href="/">The report</a></p>')


def make_server(run: Run, archive: Archive, *, port: int = 0) -> ThreadingHTTPServer:
    """A server that is bound and not yet serving; port 0 takes a free one. Raises InputError if the port is taken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
            # Another site's name that points here would let that site's pages read the transcripts.
            if host not in (HOST, "localhost"):
                self.send_error(403, "this page is for this machine only")
                return
            status, text = answer_path(run, archive, self.path.partition("?")[0])
            body = text.encode("utf-8", "replace")
            self.send_response(status)
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A page for one reader keeps no log."""

    try:
        return ThreadingHTTPServer((HOST, port), Handler)
    except (OSError, OverflowError) as error:
        raise InputError(f"port {port} cannot be used ({error}); give another one with --port") from error


def highlight(text: str, marks: Sequence[Mark], *, here: int) -> str:
    """A text as HTML with its marked ranges in `<mark>`; `here` is the position that the page opens at.

    >>> highlight("a < b, c", [Mark(0, 5, "gold"), Mark(4, 8, "quoted")], here=4)
    '<mark class="gold">a &lt; </mark><mark class="gold quoted" id="here">b</mark><mark class="quoted">, c</mark>'
    """
    borders = sorted({0, len(text), here, *(edge for mark in marks for edge in (mark.start, mark.end))})
    borders = [edge for edge in borders if 0 <= edge <= len(text)]
    parts = []
    for start, end in pairwise(borders):
        kinds = [kind for kind in ("gold", "quoted") if _covered(start, end, kind, marks)]
        anchor = ' id="here"' if start == here else ""
        piece = escape(text[start:end])
        if kinds:
            parts.append(f'<mark class="{" ".join(kinds)}"{anchor}>{piece}</mark>')
        else:
            parts.append(f"<span{anchor}>{piece}</span>" if anchor else piece)
    return "".join(parts)


def _covered(start: int, end: int, kind: str, marks: Sequence[Mark]) -> bool:
    return any(mark.kind == kind and mark.start <= start and end <= mark.end for mark in marks)


def _transcript(row: Row, place: TextRange, archive: Archive, number: int) -> str:
    document = archive.document(place.document_id or place.source)
    marks = [
        Mark(each.start, each.end, kind)
        for kind, places in (("gold", row.gold), ("quoted", row.quotes))
        for each in places
        if (each.document_id or each.source) in (document.id, document.source)
    ]
    body = (
        f'<div class="bar-top"><p><strong>{escape(row.question)}</strong> {escape(row.cause or "right")}</p><p>'
        f'<a href="/#q{number}">Back to the report</a> · <mark class="gold">the record\'s answer</mark> · '
        f'<mark class="quoted">quoted</mark></p></div><h1>{escape(document.title)}</h1>'
        f'<p class="notes">{escape(document.source)}</p>'
        f'<div class="transcript">{highlight(document.text, marks, here=place.start)}</div>'
    )
    return page(document.title, body)
