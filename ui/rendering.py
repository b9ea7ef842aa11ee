"""Answers → markup: pure functions from data to the HTML of one chat message.

The chat renders Markdown, in which a block of HTML ends at a blank line. So every text is escaped and written on one
line: what a document, a model or a user wrote stays text, and never becomes an element, a link or a picture. Chips are
made from the answer's markers only; `[1]` in a quote is three characters.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from urllib.parse import quote as percent_encoded

from rag.places import place_of
from rag.text.dates import spoken_date
from rag.text.wording import shortened
from rag.types import Answer, Citation, Claim, Filters, ScoredPassage
from ui.conversations import NEAREST, Exchange
from ui.texts import filter_tags, say, say_cover

SNIPPET_CHARS = 320


def place_id(document_id: str, start: int, end: int) -> str:
    """The name of a place in a document, as it is in links.

    >>> place_id("3f2a", 120, 188)
    '3f2a.120-188'
    """
    return f"{percent_encoded(document_id, safe='')}.{start}-{end}"


def escaped(text: str) -> str:
    """A text as HTML on one line: line breaks become `<br>`.

    >>> escaped("<b>1 & 2</b>\\n\\nnext")
    '&lt;b&gt;1 &amp; 2&lt;/b&gt;<br><br>next'
    """
    safe = html.escape(re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", text))
    lines = re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", safe)
    return "<br>".join(lines)


def messages(
    exchanges: Sequence[Exchange], *, welcome: str, pending: Exchange | None = None, text: str = ""
) -> list[dict[str, str]]:
    """The chat's messages: a greeting before the first question, then questions and answers in turn.

    `pending` is the question that is being answered, `text` what has arrived of its answer.
    """
    if not exchanges and pending is None:
        return [_message("assistant", welcome)]
    found: list[dict[str, str]] = []
    for exchange in exchanges:
        found.append(_message("user", render_question(exchange.question)))
        found.append(_message("assistant", render_exchange(exchange)))
    if pending:
        found.append(_message("user", render_question(pending.question)))
        found.append(_message("assistant", render_pending(text)))
    return found


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def render_question(question: str) -> str:
    """A user's question."""
    return (
        f'<div class="or-question"><p class="or-asked">{escaped(question)}</p>'
        f'<p class="or-actions">{_button("edit", say("answer.edit"))}</p></div>'
    )


def render_pending(text: str) -> str:
    """An answer that is still being written: no number in it is a citation yet."""
    parts = [part for part in text.split("\n\n") if part.strip()] or [say("ask.searching")]
    body = "".join(f"<p>{escaped(part)}</p>" for part in parts)
    return f'<article class="or-answer or-pending">{body}</article>'


def render_exchange(exchange: Exchange) -> str:
    """The answer of an exchange, or why there is none."""
    if exchange.answer is None:
        return (
            f'<article class="or-answer or-failed"><p class="or-title">{escaped(say("answer.failed"))}</p>'
            f"<p>{escaped(exchange.error)}</p>{_tags(exchange.filters)}"
            f'<p class="or-actions">{_button("retry", say("answer.retry"))}</p></article>'
        )
    return render_answer(exchange.answer)


def render_answer(answer: Answer) -> str:
    """A finished answer: its text with quotes and chips, or how much was searched without finding one."""
    silent = answer.status == "not_on_record"
    note = f'<p class="or-noted">{escaped(answer.note)}</p>' if answer.note else ""
    body = _silence(answer, note) if silent else f"{note}{_paragraphs(answer)}"
    kind = "or-answer or-silent" if silent else "or-answer"
    actions = "".join(_button(name, say(f"answer.{name}")) for name in ("copy", "retry", "up", "down"))
    return (
        f'<article class="{kind}">{body}{_tags(answer.filters)}{_searched(answer)}'
        f'<p class="or-actions">{actions}</p></article>'
    )


def render_welcome(examples: Sequence[str], *, empty: bool, samples: bool, read_only: bool) -> str:
    """The greeting, which is in the chat before the first question."""
    if empty:
        buttons = "" if read_only else _button("upload", say("welcome.upload"))
        buttons += _button("samples", say("welcome.samples")) if samples and not read_only else ""
        return (
            f'<article class="or-answer or-welcome"><p class="or-title">{escaped(say("welcome.empty"))}</p>'
            f'<p>{escaped(say("welcome.explain"))}</p><p class="or-choices">{buttons}</p></article>'
        )
    shown = "".join(f"<li>{_button('example', example)}</li>" for example in examples)
    listed = f'<p>{escaped(say("welcome.examples"))}</p><ul class="or-choices">{shown}</ul>' if examples else ""
    return (
        f'<article class="or-answer or-welcome"><p class="or-title">{escaped(say("welcome.title"))}</p>'
        f"<p>{escaped(say('welcome.text'))}</p>{listed}</article>"
    )


def plain_text(answer: Answer) -> str:
    """An answer to paste elsewhere: its text, then its sources."""
    if not answer.citations:
        return answer.text
    sources = "\n".join(f"[{citation.marker}] {source_line(citation)}" for citation in answer.citations)
    return f"{answer.text}\n\n{sources}"


def source_line(citation: Citation) -> str:
    """Where a quote is, in one line: speaker, title, date, file and characters."""
    speaker = citation.speaker if citation.speaker_certain else say("answer.uncertain")
    parts = [speaker, citation.title, spoken_date(citation.date) if citation.date else ""]
    place = place_of(citation.source, citation.start, citation.end, page=citation.page, seconds=citation.seconds)
    return ", ".join([part for part in parts if part] + [place])


def _paragraphs(answer: Answer) -> str:
    citations = {citation.marker: citation for citation in answer.citations}
    pieces: list[str] = []
    position = 0
    for start, end, markup in _inline(answer, citations):
        pieces += [_flowing(answer.text[position:start]), markup]
        position = end
    pieces.append(_flowing(answer.text[position:]))
    return "".join(f"<p>{part}</p>" for part in "".join(pieces).split(_BREAK) if part.strip())


_BREAK = "\n"  # between paragraphs; `escaped` leaves none in a text


def _flowing(text: str) -> str:
    """Text between quotes, with `_BREAK` in place of blank lines."""
    return _BREAK.join(escaped(part) for part in re.split(r"\n[^\S\n]*\n\s*", text))


def _inline(answer: Answer, citations: dict[int, Citation]) -> list[tuple[int, int, str]]:
    """(start, end, markup) of chips, of quotations in a citation's words, and of doubts; in order, none overlapping."""
    found = [(start, end, _chip(citations[number])) for start, end, number in answer.markers]
    taken = [(start, end) for start, end, _ in found]
    for citation in citations.values():
        for match in re.finditer(re.escape(f"“{citation.quote}”"), answer.text):
            if all(match.end() <= start or end <= match.start() for start, end in taken):
                taken.append((match.start(), match.end()))
                found.append((match.start(), match.end(), f'<span class="or-quote">{escaped(match[0])}</span>'))
    found += [(claim.end, claim.end, _doubt(claim)) for claim in answer.claims if claim.support != "supported"]
    return sorted(found)


def _doubt(claim: Claim) -> str:
    """The label after a sentence that its citations do not support."""
    label, reason = say(f"support.{claim.support}"), escaped(claim.reason).replace("<br>", " ")
    return f' <span class="or-doubt or-{claim.support}" title="{reason}">{escaped(label)}</span> '


def _chip(citation: Citation) -> str:
    note = "" if citation.verified else f' <span class="or-unverified">{escaped(say("answer.unverified"))}</span>'
    note += (
        "" if citation.speaker_certain else f' <span class="or-unverified">{escaped(say("answer.uncertain"))}</span>'
    )
    place = place_id(citation.document_id, citation.start, citation.end)
    title = escaped(source_line(citation)).replace("<br>", " ")
    return f'<a class="or-chip" href="#cite/{place}" title="{title}">[{citation.marker}]</a>{note} '


def _silence(answer: Answer, note: str) -> str:
    nothing = answer.cover is None or answer.cover.passages == 0
    reason = say("answer.nothing" if answer.filters != Filters() else "answer.empty")
    searched = reason if nothing or answer.cover is None else say("answer.cover", cover=say_cover(answer.cover))
    nearest = "".join(_nearest(hit) for hit in answer.passages[:NEAREST])
    related = f'<p class="or-related-title">{escaped(say("answer.related"))}</p><ul class="or-related">{nearest}</ul>'
    return (
        f'<p class="or-title">{escaped(say("answer.silent"))}</p><p>{escaped(searched)}</p>{note}'
        f"{related if nearest else ''}"
    )


def _nearest(hit: ScoredPassage) -> str:
    passage = hit.passage
    speaker = passage.speaker if passage.speaker_certain else say("answer.uncertain")
    parts = [speaker, spoken_date(passage.date) if passage.date else "", passage.source]
    place = place_id(passage.document_id, passage.start, passage.end)
    return (
        f'<li><a href="#place/{place}">{escaped(", ".join(part for part in parts if part))}</a>'
        f"<br>{escaped(shortened(passage.text, SNIPPET_CHARS))}</li>"
    )


def _tags(filters: Filters) -> str:
    tags = "".join(
        f'<button type="button" class="or-act or-tag" title="{escaped(say("answer.remove"))}">{escaped(name)} ×</button> '
        for name, _ in filter_tags(filters)
    )
    return f'<p class="or-tags">{tags}</p>' if tags else ""


def _searched(answer: Answer) -> str:
    legs = "".join(f"<li>{escaped(leg)}</li>" for leg in answer.searched)
    cover = say("answer.cover", cover=say_cover(answer.cover)) if answer.cover else ""
    numbers = say(
        "answer.numbers",
        confidence=f"{answer.confidence:.2f}",
        milliseconds=round(answer.timings_ms.get("total", 0.0)),
        generator=answer.generator,
    )
    return (
        f'<details class="or-searched"><summary>{escaped(say("answer.searched"))}</summary>'
        f"<p>{escaped(say('answer.legs'))}</p><ul>{legs}</ul><p>{escaped(cover)}</p><p>{escaped(numbers)}</p></details>"
    )


def _button(name: str, label: str) -> str:
    return f'<button type="button" class="or-act or-{name}">{escaped(label)}</button>'
