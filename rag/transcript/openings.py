"""Lines inside turns that open like the labels which were accepted: the sign that somebody's label was not seen.

What a document's labels look like is read off the document as it is printed: what stands before the name on its line,
what stands behind it, and whether names are written in capitals. Which grammar found the labels does not matter, and it
is not asked.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.text.lexicon import union
from rag.text.names import fold
from rag.transcript.label_shapes import has_sentence_words
from rag.transcript.seen import see, with_soft_spaces
from rag.types import Turn

_MOST_FORMS, _FORM_SHARE = 4, 0.1
_LEAD_CHARS, _TAIL_CHARS = 24, 8
_HEAD_CHARS, _NAME_WORDS = 160, 6
_BEFORE_OFFICE = re.compile(r"\s*[,(\[;]|\s[–—-]\s")
_ENDS_SENTENCE = re.compile(r"[^\W\d_]{4,}[.!?…]\s")
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_NAMED_WITHIN = re.compile(rf"(?<=[.?!…)\]”\"—] )(?=([^\W\d_][^\n:?!]{{1,{_HEAD_CHARS}}}):\s)")
_MARKS = "*_#> \t"
_PARTICLES = union("name_particles") | union("name_prefixes")


class Form(NamedTuple):
    """How labels are printed: what is before the name and behind it, and how the name is written."""

    lead: str
    tail: str
    style: str  # "capitals", "names" or "small"


_WITHIN = ": "  # the tail of labels behind the end of a sentence, where a whole transcript is on a few lines


class Opening(NamedTuple):
    """A line inside a turn that opens like a label: it begins at `start`, in the turn of that number."""

    turn: int
    start: int
    head: str
    sure: bool  # its name is a label's, or recurs
    telling: bool  # it is printed as nothing but a label is


def openings_within(text: str, turns: Sequence[Turn]) -> list[Opening]:
    """The lines inside labelled turns that open in a form of the accepted labels, in order.

    >>> text = "ANN REED: So.\\n\\nJO FIELD, OF THE PORT: Yes.\\n\\nJO FIELD: No.\\n\\nANN REED: Why?"
    >>> turns = [Turn("Ann Reed", "other", 10, 41, None, "ANN REED"), Turn("Jo Field", "other", 53, 56, None, "JO FIELD")]
    >>> [(found.turn, found.head) for found in openings_within(text, turns)]
    [(0, 'JO FIELD, OF THE PORT')]
    """
    seen = see(with_soft_spaces(text))
    if seen.text is not text:
        shown = [
            Turn(turn.speaker, turn.role, seen.place(turn.start), seen.place(turn.end), turn.seconds, turn.label)
            for turn in turns
        ]
        found = _openings(seen.text, shown)
        return [each._replace(start=seen.start(each.start)) for each in found]
    return _openings(text, turns)


def _openings(text: str, turns: Sequence[Turn]) -> list[Opening]:
    forms, labels = _accepted(text, turns)
    if not forms:
        return []
    starts = [turn.start for turn in turns]
    known = {fold(label) for label in labels}
    titles = {fold(label).split()[0] for label in labels if len(label.split()) > 1}
    found: dict[int, Opening] = {}
    for form in forms:
        for start, head in _lines_in(text, form):
            number = bisect_right(starts, start) - 1
            if number < 0 or start <= turns[number].start or start >= turns[number].end or not turns[number].speaker:
                continue
            if start not in found and _is_written_as(head, form.style):
                name = fold(_name_in(head))
                # A colon alone, behind a name in small letters, is in running text as well: "New York: forty people."
                telling = form.lead or form.tail != ":" or form.style != "names" or name != fold(head)
                sure = name in known
                found[start] = Opening(number, start, head, sure, sure or bool(telling) or name.split()[0] in titles)
    return _without_ordinary(text, sorted(found.values(), key=lambda each: each.start))


def _accepted(text: str, turns: Sequence[Turn]) -> tuple[list[Form], set[str]]:
    """The commonest forms of the labels, and the labels."""
    forms: Counter[Form] = Counter()
    labels: set[str] = set()
    within: Counter[Form] = Counter()
    before = 0
    for turn in turns:
        place = text.rfind(turn.label, before, turn.start) if turn.label else -1
        before = turn.end
        if place < 0:
            continue
        labels.add(turn.label)
        line = text.rfind("\n", max(0, place - _LEAD_CHARS - 1), place) + 1
        lead, tail = text[line:place], text[place + len(turn.label) : turn.start]
        tail = tail.split("\n")[0].rstrip() + ("\n" if "\n" in tail else "")
        if len(lead) <= _LEAD_CHARS and len(tail) <= _TAIL_CHARS:
            forms[Form(_without_numbers(lead), _without_numbers(tail), _style(turn.label))] += 1
        elif tail.startswith(":"):
            within[Form("", _WITHIN, _style(turn.label))] += 1
    if within.total() > forms.total():
        forms += within
    least = max(2, _FORM_SHARE * forms.total())
    return [form for form, count in forms.most_common(_MOST_FORMS) if count >= least], labels


@lru_cache(maxsize=4096)
def _without_numbers(piece: str) -> str:
    return re.sub(r"\d+", "0", piece)


@lru_cache(maxsize=4096)
def _style(label: str) -> str:
    words = _WORD.findall(_name_in(label))
    if not words:
        return "small"
    cased = [word for word in words if word.lower() != word.upper()]
    if cased and all(word.isupper() for word in cased if len(word) > 2):
        return "capitals" if any(len(word) > 2 for word in cased) else "names"
    if all(word[0].isupper() or fold(word) in _PARTICLES for word in cased):
        return "names" if cased else "small"
    return "small"


def _name_in(head: str) -> str:
    """What stands before the office: "Ann Reed" in "Ann Reed, of the port (by telephone)"."""
    return _BEFORE_OFFICE.split(head.strip(_MARKS), maxsplit=1)[0]


def _lines_in(text: str, form: Form) -> Iterator[tuple[int, str]]:
    """Where lines begin that are printed in a form, with what stands where the name would."""
    if form.tail == _WITHIN:
        yield from ((match.start(1), match[1]) for match in _NAMED_WITHIN.finditer(text))
        return
    lead = re.escape(form.lead).replace("0", r"\d+")
    tail = re.escape(form.tail.rstrip("\n")).replace("0", r"\d+")
    first = re.escape(form.tail[0]) if tail else ""
    end = r"[^\S\n]*$" if form.tail.endswith("\n") else r"(?=\s)"
    if not tail and not form.tail.endswith("\n"):
        return
    pattern = re.compile(rf"^{lead}(?P<head>[^\s{first}][^\n{first}]{{0,{_HEAD_CHARS}}}?)(?P<tail>{tail}){end}", re.M)
    for match in pattern.finditer(text):
        yield match.start("head"), match["head"]


def _is_written_as(head: str, style: str) -> bool:
    if _ENDS_SENTENCE.search(head) or head.rstrip().endswith((".", "!", "?", "…", ";", ",")):
        return False
    name = _name_in(head)
    words = _WORD.findall(name)
    if style == "small" and (not head[0].islower() or has_sentence_words(fold(name))):
        return False
    if not words or len(words) > _NAME_WORDS or fold(words[0]).strip(".,") in union("not_labels"):
        return False
    return _style(name) == style


def _without_ordinary(text: str, found: list[Opening]) -> list[Opening]:
    """Openings without a word that the text uses as one, and without what is seen once and may be running text."""
    counts = Counter(fold(_name_in(each.head)) for each in found)
    said_words = set(re.findall(r"\w+", text)) if found else set()

    def is_said(word: str) -> bool:
        return word in said_words if word.isalnum() else bool(re.search(rf"\b{re.escape(word)}\b", text))

    kept = []
    for each in found:
        words = _WORD.findall(_name_in(each.head))
        if len(words) == 1 and not each.sure and (is_said(words[0].lower()) or counts[fold(words[0])] < 2):
            continue
        recurs = counts[fold(_name_in(each.head))] > 1
        if recurs or each.telling:
            kept.append(each._replace(sure=each.sure or recurs))
    return kept
