"""Answers → markup: pure functions from data to the HTML of one chat message.

The chat renders Markdown, in which a block of HTML ends at a blank line. So every text is escaped and written on one
line: what a document, a model or a user wrote stays text, and never becomes an element, a link or a picture. Chips are
made from the answer's markers only; `[1]` in a quote is three characters.

Quotes are cards (`ui/cards.py`). What a model wrote is prose (`ui/prose.py`) that says so, with its quotes as cards below.
An answer has one of three faces: answered, closest but perhaps no answer, not on record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.asked import telling
from rag.generators.extractive import quotations_alone
from rag.text.dates import spoken_date
from rag.text.reading import as_read, on_one_line
from rag.text.sentences import question_tail
from rag.text.wording import shortened
from rag.types import Answer, Citation, Claim, ConfidenceLevel, Filters, ScoredPassage
from ui.cards import chip, event, render_cards
from ui.cards import source_line as source_line
from ui.conversations import NEAREST, Exchange
from ui.markup import button, escaped, named, readable
from ui.markup import place_id as place_id
from ui.prose import prose
from ui.texts import filter_tags, meant_tags, say, say_cover

SNIPPET_CHARS = 320
MOST_MEANT = 6  # shown of what a question was taken to ask for


def face_of(answer: Answer) -> ConfidenceLevel:
    """How sure an answer looks: the one place that decides it."""
    return "not_on_record" if answer.status == "not_on_record" else answer.confidence_level


def messages(
    exchanges: Sequence[Exchange],
    *,
    welcome: str,
    pending: Exchange | None = None,
    text: str = "",
    quotes: Sequence[Citation] = (),
) -> list[dict[str, str]]:
    """The chat's messages: a greeting before the first question, then questions and answers in turn.

    `pending` is the question that is being answered, `text` what has arrived of its answer, `quotes` what it will rest on.
    """
    if not exchanges and pending is None:
        return [_message("assistant", welcome)]
    found: list[dict[str, str]] = []
    for exchange in exchanges:
        found.append(_message("user", render_question(exchange.question)))
        found.append(_message("assistant", render_exchange(exchange)))
    if pending:
        found.append(_message("user", render_question(pending.question)))
        found.append(_message("assistant", render_pending(text, quotes, pending.question)))
    return found


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def render_question(question: str) -> str:
    """A user's question."""
    return (
        f'<div class="or-question"><h2 class="or-asked" dir="auto">{escaped(question)}</h2>'
        f'<p class="or-actions">{button("edit", say("answer.edit"))}</p></div>'
    )


def render_pending(text: str, quotes: Sequence[Citation] = (), question: str = "") -> str:
    """An answer that is still being written: no number in it is a citation yet.

    The `quotes` that were found are there at once, while a model still thinks.
    """
    if quotes:
        found = f'<p class="or-below">{escaped(say("answer.found"))}</p>{render_cards(quotes, question, chips=False)}'
        written = prose(text) if text.strip() else f"<p>{escaped(say('ask.writing'))}</p>"
        return f'<article class="or-answer or-pending"><div class="or-prose">{written}</div>{found}</article>'
    body = prose(text) if text.strip() else f"<p>{escaped(say('ask.searching'))}</p>"
    return f'<article class="or-answer or-pending">{body}</article>'


def render_exchange(exchange: Exchange) -> str:
    """The answer of an exchange, or why there is none."""
    if exchange.answer is None:
        stopped = exchange.error.endswith(say("ask.stopped"))  # on purpose: no failure
        title = "" if stopped else f'<p class="or-title">{escaped(say("answer.failed"))}</p>'
        kind = "or-stopped" if stopped else "or-failed"
        said = prose(exchange.error) if stopped else f"<p>{escaped(exchange.error)}</p>"
        return (
            f'<article class="or-answer {kind}">{title}{said}{_tags(exchange.filters)}'
            f'<p class="or-actions">{_first_steps(exchange)}{button("retry", say("answer.retry"))}</p></article>'
        )
    return render_answer(exchange.answer)


def _first_steps(exchange: Exchange) -> str:
    """What can be done about an empty archive; a page that is read-only hides it."""
    if exchange.error != say("answer.empty"):
        return ""
    return button("upload", say("welcome.upload")) + button("samples", say("welcome.samples"))


def render_answer(answer: Answer) -> str:
    """A finished answer: its quotes as cards, a model's text above them, or how much was searched without finding one."""
    face = face_of(answer)
    note = f'<p class="or-noted" dir="auto">{escaped(answer.note)}</p>' if answer.note else ""
    body = _silence(answer, note) if face == "not_on_record" else f"{note}{_body(answer)}"
    if face == "unsure":
        body = (
            f'<p class="or-title">{escaped(say("answer.unsure"))}</p>'
            f'<p class="or-unsure-why">{escaped(say("answer.unsureWhy"))}</p>{body}'
        )
    kind = {"answered": "or-answer", "unsure": "or-answer or-unsure", "not_on_record": "or-answer or-silent"}[face]
    actions = "".join(button(name, say(f"answer.{name}")) for name in ("copy", "retry", "up", "down"))
    return (
        f'<article class="{kind}">{body}{_tags(answer.filters)}{_meant(answer)}{_searched(answer)}'
        f'<p class="or-actions">{actions}</p></article>'
    )


def is_quotes_alone(answer: Answer) -> bool:
    """Whether nobody wrote anything: the text is quotes with their headings."""
    return quotations_alone(answer.text, answer.citations) is not None


def _body(answer: Answer) -> str:
    if is_quotes_alone(answer):
        return render_cards(answer.citations, answer.question, weigh=face_of(answer) == "answered")
    written = f'<p class="or-written">{escaped(say("answer.written", generator=answer.generator))}</p>'
    quotes = render_cards(answer.citations, answer.question, chips=False) if answer.citations else ""
    below = f'<p class="or-below">{escaped(say("answer.rests"))}</p>{quotes}' if quotes else ""
    return f'{written}<div class="or-prose" dir="auto">{prose(answer.text, _inline(answer))}</div>{below}'


def render_welcome(examples: Sequence[str], *, empty: bool, samples: bool, read_only: bool) -> str:
    """The greeting, which is in the chat before the first question."""
    if empty:
        buttons = "" if read_only else button("upload", say("welcome.upload"))
        buttons += button("samples", say("welcome.samples")) if samples and not read_only else ""
        return (
            f'<article class="or-answer or-welcome"><p class="or-title">{escaped(say("welcome.empty"))}</p>'
            f'<p>{escaped(say("welcome.explain"))}</p><p class="or-choices">{buttons}</p></article>'
        )
    shown = "".join(f"<li>{button('example', example)}</li>" for example in examples)
    listed = f'<p>{escaped(say("welcome.examples"))}</p><ul class="or-choices">{shown}</ul>' if examples else ""
    return (
        f'<article class="or-answer or-welcome"><p class="or-title">{escaped(say("welcome.title"))}</p>'
        f"<p>{escaped(say('welcome.text'))}</p>{listed}</article>"
    )


def plain_text(answer: Answer) -> str:
    """An answer to paste elsewhere: its text as it is read, then its sources."""
    text = as_read(answer.text)
    if not answer.citations:
        return text
    sources = "\n".join(f"[{citation.marker}] {source_line(citation)}" for citation in answer.citations)
    return f"{text}\n\n{sources}"


def _inline(answer: Answer) -> list[tuple[int, int, str]]:
    """(start, end, markup) of chips, of quotations in a citation's words, and of doubts; in order, none overlapping."""
    citations = {citation.marker: citation for citation in answer.citations}
    found: list[tuple[int, int, str]] = []
    for start, end, number in answer.markers:
        parted = " " if answer.text[end : end + 1] == "[" else ""  # two chips side by side
        found.append((start, end, chip(citations[number]) + parted))
    taken = [(start, end) for start, end, _ in found]
    for citation in citations.values():
        for match in re.finditer(re.escape(f"“{citation.quote}”"), answer.text):
            if all(match.end() <= start or end <= match.start() for start, end in taken):
                taken.append((match.start(), match.end()))
                found.append(
                    (match.start(), match.end(), f'<span class="or-quote">“{readable(citation.quote)}”</span>')
                )
    inside = [(start, end) for start, end in taken if start < end]
    for claim in answer.claims:
        if claim.support != "supported":
            at = next((end for start, end in inside if start < claim.end < end), claim.end)
            found.append((at, at, _doubt(claim)))
    return sorted(found, key=lambda piece: piece[:2])


def _doubt(claim: Claim) -> str:
    """The label after a sentence that its citations do not support, with the reason."""
    reason = f": {claim.reason}" if claim.reason else ""
    return f' <span class="or-doubt or-{claim.support}">{escaped(say(f"support.{claim.support}") + reason)}</span>'


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
    speaker = (passage.speaker or say("answer.nobody")) if passage.speaker_certain else say("answer.uncertain")
    parts = [named(speaker), escaped(spoken_date(passage.date)) if passage.date else ""]
    parts.append(event(passage.title, passage.source) if passage.title or passage.source else "")
    place = place_id(passage.document_id, passage.start, passage.end)
    asked = question_tail(on_one_line(telling(passage.asked, passage.language or "en")))
    put = f'<br><span class="or-card-asked" dir="auto">{escaped(say("cards.asked"))} {escaped(asked)}</span>'
    return (
        f'<li><a href="#place/{place}">{" · ".join(part for part in parts if part)}</a>{put if asked else ""}'
        f'<br><span dir="auto">{escaped(shortened(as_read(passage.text), SNIPPET_CHARS))}</span></li>'
    )


def _tags(filters: Filters) -> str:
    tags = "".join(f"{button('tag', f'{name} ×', title=say('answer.remove'))} " for name, _ in filter_tags(filters))
    return f'<p class="or-tags">{tags}</p>' if tags else ""


def _meant(answer: Answer) -> str:
    """What the question was taken to ask for, each a button that takes it away."""
    found = meant_tags(answer.understood)
    titles = {citation.source: citation.title for citation in answer.citations if citation.title}
    names = [titles.get(name, name) for name, _ in found[:MOST_MEANT]]
    tags = "".join(f"{button('meant', f'{name} ×', title=say('answer.notMeant'))} " for name in names)
    return f'<p class="or-tags or-tags-meant">{escaped(say("answer.meant"))} {tags}</p>' if tags else ""


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
