"""Where a quote ends: not before the speaker has said it.

What answers is chosen by the sentence (`select.py`), and people seldom say it in one. A quote takes along the rest of a short
paragraph, a short one that goes on with it ("And so …"), and what its last sentence announces ("for two reasons", a colon)
or the next one completes ("The second is", "But"). Where the paragraph ends a passage, or the asker only nodded, what the
speaker goes on to say is a quote of its own: each lies in one passage, and nobody's words are taken for somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from rag.storage.protocol import Snapshot
from rag.storage.rows import StoredPassage
from rag.text.lexicon import lexicon_of
from rag.text.sentences import SENTENCE_END, is_question
from rag.types import Passage, Sentence

MAX_QUOTE_CHARS = 600
REST_CHARS = 240  # of a paragraph behind what answers in it: quoted along, if it is no longer
MOST_ADDED = 2  # sentences of what is announced
NOD_CHARS = 40
LEAST_WORDS = 4  # of a sentence that says something by itself

_MARKS = " \t\n\"'“”‘’«»(—–-…."

_COLON = re.compile(r"[:：][\s\"'”’»)\]]*$")
_NOTE = re.compile(r"[(\[][^()\[\]\n]{0,40}[)\]]")
_BROKEN_OFF = re.compile(r"(?:[—–-]|…|\.\.\.)[\s\"'”’»)\]]*$")
_RESUMES = re.compile(r"\s*(?:[—–]|…|\.\.\.|[a-zà-ÿа-я])")


@cache
def _pattern(name: str, language: str | None) -> re.Pattern[str]:
    """The patterns of one list in one language, between the borders of words; they match nothing if it has none."""
    own: tuple[str, ...] = getattr(lexicon_of(language), name)
    return re.compile(rf"\b(?:{'|'.join(own)})(?!\w)" if own else "(?!)", re.I)


def is_nod(said: str, language: str | None = None) -> bool:
    """Whether a turn only shows that somebody listens.

    >>> [is_nod(said) for said in ("Mm-hmm.", "Right, right. (Laughs.)", "Right?", "I see the bridge.")]
    [True, True, False, False]
    """
    heard = _NOTE.sub(" ", said)
    if len(heard) > NOD_CHARS or is_question(heard):
        return False
    left, nods = _pattern("nods", language).subn("", heard)
    return bool(nods) and not re.search(r"\w", left)


def goes_on(before: Passage, after: Passage) -> bool:
    """Whether one passage continues another: in the same turn, or in the same speaker's next one, after a nod."""
    if (after.document_id, after.speaker, after.role) != (before.document_id, before.speaker, before.role):
        return False
    if not (before.speaker_certain and after.speaker_certain) or after.start < before.end:
        return False
    return after.turn == before.turn or (after.turn == before.turn + 2 and is_nod(after.asked, after.language))


def completed(
    snapshot: Snapshot, quotes: Sequence[Sentence], stored: Mapping[str, StoredPassage]
) -> tuple[Sentence, ...]:
    """The quotes with what their speakers add, each behind its quote; `stored` are their passages by id.

    Nothing is quoted twice: what another quote begins with is not added.
    """
    starts = {(quote.passage.document_id, quote.start) for quote in quotes}
    longer = [_within(quote, stored[quote.passage.id], starts) for quote in quotes]
    rows = [stored[each.passage.id].row + 1 for each in longer if each.end == each.passage.end]
    following = {next_one.row - 1: next_one for next_one in (snapshot.load(rows) if rows else ())}
    found: list[Sentence] = []
    for quote in longer:
        held = stored[quote.passage.id]
        found.append(quote)
        if quote.end == quote.passage.end and held.row in following:
            more = _behind(quote, held, following[held.row], starts)
            starts |= {(each.passage.document_id, each.start) for each in more}
            found += more
    return tuple(found)


def _within(quote: Sentence, stored: StoredPassage, starts: set[tuple[str, int]]) -> Sentence:
    """The quote up to the end of its short paragraph, or up to what completes it."""
    passage = quote.passage
    last = max(n for n, (_, end) in enumerate(stored.spans) if passage.start + end <= quote.end)
    free = last
    while free + 1 < len(stored.spans):
        start, end = (passage.start + place for place in stored.spans[free + 1])
        if (passage.document_id, start) in starts or end - quote.start > MAX_QUOTE_CHARS:
            break
        free += 1
    wanted = min(free, max(_leaning_paragraph(stored, _rest_of_paragraph(stored, last)), _announced(stored, last)))
    return _until(quote, stored, _as_said(stored, last, wanted))


def _rest_of_paragraph(stored: StoredPassage, first: int, *, behind: int | None = None) -> int:
    """The last sentence of a paragraph, if what is left of it behind a sentence, the given one, is short; else that one."""
    last = first if behind is None else behind
    end = first
    while end + 1 < len(stored.spans) and not begins_paragraph(stored, end + 1):
        end += 1
    return end if stored.spans[end][1] - stored.spans[last][1] <= REST_CHARS else last


def _leaning_paragraph(stored: StoredPassage, last: int) -> int:
    """The last sentence of the next paragraph, if it is short and goes on with this one: "And so …", "It …"; else the given."""
    following = last + 1
    if following == len(stored.spans) or not begins_paragraph(stored, following) or not leans(stored, following):
        return last
    return _rest_of_paragraph(stored, following, behind=last)


def _announced(stored: StoredPassage, last: int) -> int:
    """The last sentence of what this one announces or the next one completes."""
    if _announces(stored, last):
        return last + MOST_ADDED
    end = last
    while end - last < MOST_ADDED and end + 1 < len(stored.spans) and _completes(stored, end + 1):
        end += 1
    return end


def _announces(stored: StoredPassage, number: int) -> bool:
    """Whether a sentence says that something follows: "for two reasons"; a colon at its end."""
    text = _text(stored, number)
    return bool(_COLON.search(text) or _pattern("announcements", stored.passage.language).search(text))


def _completes(stored: StoredPassage, number: int) -> bool:
    """Whether a sentence says what was missing in the one before it: "Because …", "The second is …", "But …"."""
    return bool(_pattern("completions", stored.passage.language).match(_text(stored, number).lstrip(_MARKS)))


def _behind(
    quote: Sentence, stored: StoredPassage, following: StoredPassage, starts: set[tuple[str, int]]
) -> list[Sentence]:
    """What the speaker goes on to say in the next passage, if the quote is not understood to have ended."""
    passage = following.passage
    if not following.spans or not goes_on(quote.passage, passage):
        return []
    wanted = _announces(stored, len(stored.spans) - 1) or _completes(following, 0)
    if passage.turn != quote.passage.turn:
        broken_off = bool(_BROKEN_OFF.search(quote.text)) or not SENTENCE_END.search(quote.text)
        opening = _text(following, 0)
        resumes = bool(_RESUMES.match(opening)) or len(opening.split()) < LEAST_WORDS
        wanted = wanted or broken_off or resumes or leans(following, 0)
    start, end = following.spans[0]
    first = Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], quote.score)
    quoted = (passage.document_id, first.start) in starts
    if not wanted or quoted or len(first.text) > MAX_QUOTE_CHARS or is_question(first.text):
        return []
    return [_within(first, following, starts)]


def _as_said(stored: StoredPassage, last: int, wanted: int) -> int:
    """Up to `wanted`, without questions and half sentences at the end of what is added."""
    while wanted > last and (is_question(_text(stored, wanted)) or _BROKEN_OFF.search(_text(stored, wanted))):
        wanted -= 1
    return wanted


def _until(quote: Sentence, stored: StoredPassage, last: int) -> Sentence:
    passage = quote.passage
    end = max(quote.end, passage.start + stored.spans[last][1])
    return replace(quote, end=end, text=passage.text[quote.start - passage.start : end - passage.start])


def begins_paragraph(stored: StoredPassage, number: int) -> bool:
    """Whether a blank line stands before a sentence."""
    between = stored.passage.text[stored.spans[number - 1][1] : stored.spans[number][0]]
    return "\n\n" in re.sub(r"[^\S\n]", "", between)


def leans(stored: StoredPassage, number: int) -> bool:
    """Whether a sentence begins by going on with the one before it, or by referring to it."""
    words = re.findall(r"[^\W\d_]+", _text(stored, number)[:40])
    leaning = lexicon_of(stored.passage.language).dependent_openers or lexicon_of(None).dependent_openers
    return bool(words) and words[0].lower() in leaning


def _text(stored: StoredPassage, number: int) -> str:
    return stored.passage.text[slice(*stored.spans[number])]
