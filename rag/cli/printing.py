"""What the commands print: text for people, JSON for programs, complaints on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from rag.text.wording import shortened

if TYPE_CHECKING:
    from rag.types import Answer, Citation, Document, IngestReport, ScoredPassage

Order = Literal["date", "relevance"]
CLOSEST = "The closest passages; they may not answer:"
CLAIM_CHARS = 60
QUESTION_CHARS = 160
LEFT_OUT_CHARS = 160
PASSAGE_CHARS = 300
UNDATED = "9999"  # comes last
MOST_MEANT = 8  # people and documents that a question names; more are only counted
MOST_NAMES = 20  # of files in a report; more are only counted
NARROWEST, WIDEST = 40, 100  # columns that text is filled to


def complain(message: str) -> None:
    """One line on stderr, with the program's name before it."""
    print(f"onrecord: {' '.join(message.split())}", file=sys.stderr)


def print_json(value: Any) -> None:
    """One JSON value on stdout, with every character as itself."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def say(text: str, *, indent: int = 0) -> None:
    """Paragraphs, filled to the terminal's width; line by line as they are if stdout is no terminal."""
    import shutil
    import textwrap

    margin = " " * indent
    if not sys.stdout.isatty():
        print(textwrap.indent(text, margin))
        return
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            print()
        print(textwrap.fill(paragraph, width, initial_indent=margin, subsequent_indent=margin, break_long_words=False))


def print_answer(answer: Answer, *, order: Order = "date") -> None:
    """The text, the note, each claim without full support, and the sources or the nearest passages."""
    from rag.text.reading import as_read

    if meant := _meant(answer):
        say(f"Looked first at: {'; '.join(meant)}")
        print()
    if answer.confidence_level == "unsure":
        say(CLOSEST)
        print()
    text, says_order = _in_order(answer, order)
    if says_order:
        say(says_order)
        print()
    # A program that reads the output gets the quotes as they are in the file.
    say(as_read(text) if sys.stdout.isatty() else text)
    print()
    if answer.note:
        say(f"note: {answer.note}")
        print()
    for claim in answer.claims:
        if claim.support != "supported":
            words = shortened(answer.text[claim.start : claim.end], CLAIM_CHARS)
            say(f"{claim.support}: {words} ({claim.reason})", indent=2)
    if answer.status == "not_on_record":
        if answer.passages:
            say("Nearest passages. They are related, and do not answer:")
            print()
            print_passages(answer.passages[:3])
        return
    for citation in answer.citations:
        _print_source(citation)
    say(f"confidence {answer.confidence:.2f} · {answer.timings_ms['total']:.0f} ms · {answer.generator}")


def _meant(answer: Answer) -> list[str]:
    """The people, the days and the documents that the question was taken to ask for."""
    from rag.text.dates import spoken_period

    understood = answer.understood
    period = spoken_period(understood.after, understood.before)
    titles = {citation.source: citation.title for citation in answer.citations if citation.title}
    named = [titles.get(source, source) for source in understood.documents]
    found = [*understood.speakers, *([period] if period else []), *named]
    return found if len(found) <= MOST_MEANT else [*found[:MOST_MEANT], f"{len(found) - MOST_MEANT} more"]


def _in_order(answer: Answer, order: Order) -> tuple[str, str]:
    """The text with its quotes in the wanted order, and which order that is; what else than quotes it holds stays as it is.

    By date, the oldest comes first, as on the page: a reader takes dated statements for a timeline.
    """
    from rag.generators.extractive import quotations_alone

    spans = quotations_alone(answer.text, answer.citations)
    if spans is None or len({citation.date for citation in answer.citations}) < 2:
        return answer.text, ""
    if order == "relevance":
        return answer.text, "The closest match first:"
    paragraphs: list[tuple[str, str]] = []  # (date, text), each with its heading
    for citation, (start, end) in zip(answer.citations, spans, strict=True):
        if paragraphs and not answer.text.endswith("\n\n", 0, start):  # of the same speaker and day
            date, text = paragraphs.pop()
            paragraphs.append((date, f"{text} {answer.text[start:end]}"))
        else:
            paragraphs.append((citation.date or UNDATED, answer.text[start:end]))
    text = "\n\n".join(text for _, text in sorted(paragraphs, key=lambda each: each[0]))
    return text, f"By date; the closest match is [{answer.citations[0].marker}]:"


def _print_source(citation: Citation) -> None:
    from rag.places import place_of
    from rag.text.reading import as_read

    place = place_of(citation.source, citation.start, citation.end, page=citation.page, seconds=citation.seconds)
    mark = "" if citation.verified else "  NOT VERIFIED"
    mark += "" if citation.speaker_certain else "  speaker uncertain"
    say(f"[{citation.marker}] {place}{mark}")
    if citation.asked:
        say(f"asked: {_ending(as_read(citation.asked), QUESTION_CHARS)}", indent=4)
    if citation.quotes_another:
        say("repeats somebody else's words", indent=4)


def print_passages(hits: Iterable[ScoredPassage]) -> None:
    """Passages, numbered from 1, each with its speaker, place and score."""
    for number, hit in enumerate(hits, start=1):
        passage = hit.passage
        who = ", ".join(part for part in (passage.speaker, passage.date, passage.source) if part)
        say(f"{number}. {who}, characters {passage.start}–{passage.end}, score {hit.score:.2f}")
        say(shortened(passage.text, PASSAGE_CHARS), indent=3)
        print()


def print_document(document: Document) -> None:
    """A document's head, then its turns and what was left out, in the order of the text."""
    from rag.places import page_at, words_left_out
    from rag.text.clock import clock

    say(document.title)
    say(" · ".join(part for part in (document.date, document.place, document.source, document.id) if part))
    if document.grammar:
        say(f"speakers: {document.grammar}, confidence {document.confidence:.2f}")
    for note in document.notes:
        say(f"note: {note}")
    turns = [(turn.start, turn.end, turn) for turn in document.turns]
    left_out = [(piece.start, piece.end, None) for piece in words_left_out(document)]
    for start, end, turn in sorted([*turns, *left_out], key=lambda piece: piece[:2]):
        print()
        if turn is None:
            say(f"left out, characters {start}–{end}: {shortened(document.text[start:end], LEFT_OUT_CHARS)}")
            continue
        stamp = f"[{clock(turn.seconds)}] " if turn.seconds is not None else ""
        page = f"p. {page_at(document, start)}, " if document.pages else ""
        who = turn.speaker or "no speaker" if turn.certain else "speaker uncertain"
        say(f"{stamp}{who} ({turn.role}), {page}characters {start}–{end}")
        say(document.text[start:end], indent=2)


def print_report(report: IngestReport) -> None:
    """What an ingest added, replaced and left alone, and its notes."""
    for label, names in (("added", report.added), ("replaced", report.replaced), ("unchanged", report.unchanged)):
        if len(names) > MOST_NAMES:
            print(f"{label:>9}  {len(names)} files")
            continue
        for name in names:
            print(f"{label:>9}  {name}")
    for name, note in report.notes:
        print(f"{'note':>9}  {name}: {note}")
    if report.passed_over:
        print(f"passed over: {', '.join(f'{count} {kind}' for kind, count in report.passed_over.items())}")


def complain_of(report: IngestReport) -> bool:
    """Name every file that was not read, with the reason; returns whether there was one."""
    for name, reason in report.failed:
        complain(f"{name}: {reason}")
    return bool(report.failed)


def _ending(text: str, most: int) -> str:
    """The end of a text: what is asked stands after its preamble."""
    text = " ".join(text.split())
    return text if len(text) <= most else "… " + text[-most + 2 :].split(" ", 1)[-1]
