"""Labels with a colon, and Q and A without one: what most transcripts use.

A colon stands behind a name as it stands behind anything that is announced. So the candidates of a document are
looked at together: which of them recur, how the certain ones are printed, and which of the rare ones are printed in
the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rag.text.names import fold, is_question_label, plain_label
from rag.text.sentences import SPEECH_END
from rag.transcript.boilerplate import is_stage_note
from rag.transcript.grammars.common import LABEL, SPACE, keep_commonest_form, keep_recurring, ordinary_words
from rag.transcript.grammars.dense import with_all_of_a_dense_form
from rag.transcript.header_keys import is_header_line
from rag.transcript.label_shapes import (
    NO_NAMES,
    asks_or_answers,
    can_be_label,
    has_name_shape,
    has_sentence_words,
    label_key,
    spelled,
)
from rag.transcript.marks import Line, Mark, Source
from rag.transcript.roles import is_voice_label
from rag.transcript.stamps import BRACKETED_CLOCK, STAMP, seconds_in

_OPEN, _CLOSE = r"(?P<mark>\*{1,3}|_{1,3}|<(?:b|strong|i|em)>)", r"(?:(?P=mark)|</(?:b|strong|i|em)>)"
_FOOTNOTE = r"(?:\[\d{1,3}\])?"
_BOLD = re.compile(
    rf"{SPACE}(?:(?P<stamp>{STAMP}){SPACE}[-–—]?{SPACE})?{_OPEN}{SPACE}"
    rf"(?:(?P<stamp1>{STAMP}){SPACE}[-–—]?{SPACE})?(?P<label>{LABEL}){SPACE}"
    rf"(?P<stamp2>{BRACKETED_CLOCK})?{SPACE}"
    rf"(?:[:：]{SPACE}{_CLOSE}|{_CLOSE}{SPACE}{_FOOTNOTE}(?P<stamp4>{BRACKETED_CLOCK})?{SPACE}[:：]){SPACE}"
    rf"(?:(?P<stamp3>{BRACKETED_CLOCK}){SPACE})?"
)
_COLON = re.compile(
    rf"{SPACE}(?:\d{{1,4}}[^\S\n]+)?(?:\*{{1,3}}|_{{1,3}})?(?:(?P<stamp>{STAMP}){SPACE}[-–—]?{SPACE})?"
    rf"(?P<label>{LABEL}){SPACE}{_FOOTNOTE}(?P<stamp2>{BRACKETED_CLOCK})?"
    rf"{SPACE}[:：](?=\s|$|[^\d/\s\\]){SPACE}(?:(?P<stamp3>{BRACKETED_CLOCK}){SPACE})?"
)
# "Q" and "A" without a colon. A lone "A" opens many a sentence, so it needs a point or a gap; a lone "Q" opens none.
_LETTER = re.compile(
    r"[^\S\n]*(?:\d{1,4}[^\S\n]+)?(?:\*\*)?(?P<label>Q\d*(?:[.)](?:\*\*)?|\*\*)?(?=[^\S\n])"
    r"|A\d*(?:[.)](?:\*\*)?(?=[^\S\n])|(?=[^\S\n]{2}|\t)))[^\S\n]+(?![:：])"
)
_LOOSE_ANSWER = re.compile(r"[^\S\n]*(?:\d{1,4}[^\S\n]+)?A[^\S\n]+(?=\S)")
# "HON. A. REED.- Yes": a label never goes on behind such a sign.
_POINTED = re.compile(rf"{SPACE}(?:\*\*)?(?P<label>[^\W\d_][^:：\n*]{{1,60}}?)\.{SPACE}[-–—:](?:\*\*)?[^\S\n]+(?=\S)")
_MARKED = re.compile(
    rf"{SPACE}(?:(?P<kind>#{{1,6}}|[-*•–]|>{{1,3}}|\d{{1,3}}[.)]){SPACE}(?:{STAMP}{SPACE})?(?P<mark>\*\*|__)?"
    rf"(?P<label>{LABEL})(?:[:：]{SPACE}(?(mark)(?P=mark))|(?(mark)(?P=mark)){SPACE}[:：])"
    rf"|(?P<open>[\[【<({{])(?P<label2>{LABEL})[\]】>)}}](?:\([^()\n]*\))?{SPACE}[:：])(?=\s|$|[^\d/\s\\]){SPACE}"
)
_HANDLE = re.compile(r"[^\S\n]*(?P<label>[^\W\d_A-ZÀ-Þ][\w.-]{2,20})[^\S\n]*[:：](?=\s|[^\x00-\x7f])[^\S\n]*")
_ITEM_END = re.compile(r"\n\s*\n|\n(?=[^\S\n]*[*_]{0,2}\w[^\n:]{0,80}:)")
_ITEM_CHARS = 60
_BEFORE_LETTERS = " \t\xa0*0123456789"  # stenographers number their lines
_LABEL_CHARS = 130  # a label with its colon stands within so many characters of a line


def find_colon_labels(source: Source) -> list[Mark]:
    """`Name:`, `**Name:**`, `[00:01:02] Name:`, `NAME, TITLE, COMPANY:`, `Q.`, `Q   `."""
    found: list[Mark] = []
    letters = _recurring_letters(source)
    loose = _loose_answers(source) if "Q" in letters else False
    for line in source.lines:
        mark = _mark_at(line, letters) or (_loose_answer(line) if loose else None)
        if mark and not is_header_line(mark.label, source.text[mark.end : line.end], first=not found):
            found.append(mark)
    accepted = Evidence(source, found).accepted()
    accepted = sorted([*accepted, *_handles(source, accepted)], key=lambda mark: mark.start)
    return with_all_of_a_dense_form(source, accepted)


def _recurring_letters(source: Source) -> frozenset[str]:
    """Which of "Q" and "A" stand for labels without a colon in this document: those that recur."""
    counts = Counter(
        match["label"][0]
        for line in source.lines
        if line.text.lstrip(_BEFORE_LETTERS)[:1] in ("Q", "A") and (match := _LETTER.match(line.text))
    )
    # "A. Reed: …" is a person, unless questions are marked in the same way.
    return frozenset(letter for letter, count in counts.items() if count >= 2 and counts["Q"] >= 2)


def _loose_answers(source: Source) -> bool:
    """Whether "A" and one space open an answer here: behind most of the questions."""
    heads = [line.text.lstrip(_BEFORE_LETTERS)[:2] for line in source.lines if line.opens]
    behind = [later[:1] == "A" and later[1:].isspace() for head, later in pairwise(heads) if head[:1] == "Q"]
    return sum(behind) >= max(2, 0.5 * len(behind))


def _loose_answer(line: Line) -> Mark | None:
    match = _LOOSE_ANSWER.match(line.text) if line.opens else None
    return Mark("A", line.start, line.start + match.end(), None, True, kind="letter") if match else None


def _mark_at(line: Line, letters: frozenset[str]) -> Mark | None:
    """The label at the head of a line, if there is one."""
    if letters and line.text.lstrip(_BEFORE_LETTERS)[:1] in ("Q", "A"):
        match = _LETTER.match(line.text)
        if match and match["label"][0] in letters:
            return Mark(match["label"][0], line.start, line.start + match.end(), None, line.opens, kind="letter")
    head = line.text[:_LABEL_CHARS]
    if (".-" in head or ".:" in head or ".–" in head) and (match := _POINTED.match(line.text)):
        label = match["label"]
        if can_be_label(label) and has_name_shape(label):
            return Mark(label.strip(), line.start, line.start + match.end(), None, line.opens, kind="colon")
    if ":" not in head and "：" not in head:
        return None
    for kind, pattern in (("bold", _BOLD), ("colon", _COLON)):
        match = pattern.match(line.text)
        if match and can_be_label(match["label"]):
            seconds = seconds_in(match)
            return Mark(match["label"].strip(), line.start, line.start + match.end(), seconds, line.opens, kind=kind)
    return None


class Evidence:
    """What the candidates of one document show together, and which of them are labels."""

    def __init__(self, source: Source, found: list[Mark]) -> None:
        self._source = source
        self._found = self._without_prose(found)
        self._counts = Counter(mark.key for mark in self._found)
        self._ordinary = ordinary_words(
            source, [mark for mark in self._found if not asks_or_answers(mark.label)], self._counts
        )
        self._certain = [mark for mark in self._found if self._is_strong(mark)] or self._short_exchange()
        if self._certain:
            self._note_habits(self._certain)

    def accepted(self) -> list[Mark]:
        """The certain labels, and those seen once or twice that are printed as the certain ones are."""
        if not self._certain:
            return []
        certain = {mark.start for mark in self._certain}
        return [
            mark
            for mark in self._found
            if (mark.start in certain or self._is_strong(mark) or self._fits(mark)) and self._is_in_place(mark)
        ]

    def _without_prose(self, found: list[Mark]) -> list[Mark]:
        """Without "… we talk about / Mary Jones: she is the mayor", which goes on from line to line."""
        sure = [mark for mark in found if mark.opens_paragraph or self._follows_a_sentence(mark)]
        if self._mostly_small(sure):
            return found
        starts = {mark.start for mark in sure}
        return [mark for mark in found if mark.start in starts or not self._begins_small(mark)]

    def _short_exchange(self) -> list[Mark]:
        """If nobody recurs: full names and question labels, if there are at least two of them."""
        names = [
            mark
            for mark in self._found
            if (asks_or_answers(mark.label) or (has_name_shape(mark.label) and len(_words(mark)) >= 2))
            and not self._begins_small(mark)
        ]
        return names if len({mark.key for mark in names}) >= 2 else []

    def _note_habits(self, certain: Sequence[Mark]) -> None:
        """How this document prints its labels, as the certain ones show."""
        count = len(certain)
        who = [mark.label for mark in certain if not is_question_label(mark.label)]
        self._keys = {mark.key for mark in certain}
        self._surnames = {fold(spelled(mark.label).split()[-1]) for mark in certain}
        self._in_capitals = bool(who) and sum(label.isupper() for label in who) >= 0.95 * len(who)
        self._stamped = sum(mark.seconds is not None for mark in certain) > count / 2
        self._in_bold = sum(mark.kind == "bold" for mark in certain) >= 0.95 * count
        self._at_paragraphs = sum(mark.opens_paragraph for mark in certain) >= 0.8 * count
        self._on_own_line = sum(map(self._is_alone, certain)) >= 0.5 * count
        # Fewer than four utterances do not show how they begin.
        self._items = self._list_items(small=self._mostly_small(certain) or count < 4)

    def _list_items(self, *, small: bool) -> set[int]:
        """Where "New York: forty people" is an item of a list rather than somebody who speaks.

        Items begin small, or stand below a line that ends with a colon, or come several in a row and end like no
        sentence. `small` says that utterances begin small here, too.
        """
        text, body = self._source.text, self._source.body
        items: set[int] = set()
        run: list[Mark] = []
        for mark in self._found:
            following = _ITEM_END.split(text[mark.end : mark.end + 200], maxsplit=1)[0].strip()
            before = text[max(body, mark.start - 200) : mark.start].rstrip(" \n*_")
            if (following[:1].islower() and not small) or before.endswith((":", "：")):
                items.add(mark.start)
            short = bool(following) and "\n" not in following and len(following) < _ITEM_CHARS
            if self._counts[mark.key] > 1 or not short or SPEECH_END.search(following):
                run = []
                continue
            run.append(mark)
            if len(run) > 1:
                items.update(each.start for each in run)
        return items

    def _is_strong(self, mark: Mark) -> bool:
        """Whether a label recurs, and is neither a word of the text nor the beginning of a sentence."""
        count = self._counts[mark.key]
        if mark.label[0].islower() and not mark.opens_paragraph:
            return False
        if asks_or_answers(mark.label):
            return count >= 2 or plain_label(mark.label).lower() not in {"a", "q"}
        if has_name_shape(mark.label):
            return count >= 2 and mark.key not in self._ordinary
        return count >= 3 and mark.key not in self._ordinary and not has_sentence_words(mark.key)

    def _fits(self, mark: Mark) -> bool:
        """Whether a label seen once or twice is printed as the certain ones are, and opens an utterance."""
        if is_voice_label(mark.label):
            placed = mark.opens_paragraph or self._follows_a_sentence(mark)
            return placed and mark.start not in self._items
        initials = re.search(r"\(([^()]{1,12})\)$", mark.label)  # "John Smith (JS):" opens what "JS:" goes on with
        if initials and mark.opens_paragraph and label_key(initials[1]) in self._keys:
            return True
        if not has_name_shape(mark.label) or mark.key in self._ordinary or mark.start in self._items:
            return False
        if self._stamped:
            return mark.seconds is not None
        if (self._in_capitals and not mark.label.isupper()) or (self._in_bold and mark.kind != "bold"):
            return False
        words = _words(mark)
        known = fold(words[-1]) in self._surnames or (self._in_capitals and mark.label.isupper())
        return (2 <= len(words) <= 10 or known) and self._stands_as_others(mark)

    def _stands_as_others(self, mark: Mark) -> bool:
        if mark.opens_paragraph:
            return True
        like_others = self._is_alone(mark) == self._on_own_line
        return not self._at_paragraphs and self._follows_a_sentence(mark) and like_others

    def _is_in_place(self, mark: Mark) -> bool:
        """Whether a label may stand here: a recurring name at any line's head, others where paragraphs begin."""
        if mark.opens_paragraph or not self._at_paragraphs:
            return True
        # One letter may be an item of a list; behind the end of a sentence, it speaks.
        placed = len(mark.label) > 1 or self._follows_a_sentence(mark)
        return self._is_strong(mark) and placed and mark.label[0].isupper()

    def _follows_a_sentence(self, mark: Mark) -> bool:
        before = self._source.text[max(self._source.body, mark.start - 20) : mark.start].rstrip()
        return not before or bool(SPEECH_END.search(before)) or before.endswith((")", "]"))

    def _begins_small(self, mark: Mark) -> bool:
        return self._source.text[mark.end : mark.end + 1].islower()

    def _mostly_small(self, marks: Sequence[Mark]) -> bool:
        """Whether small letters begin too many utterances to be a sign of running text."""
        return sum(map(self._begins_small, marks)) > 0.05 * len(marks)

    def _is_alone(self, mark: Mark) -> bool:
        """Whether the label stands alone on its line, and the words below it."""
        return self._source.text[mark.end : mark.end + 1] in ("\n", "")


def _words(mark: Mark) -> list[str]:
    return plain_label(mark.label).split()


def _handles(source: Source, accepted: Sequence[Mark]) -> list[Mark]:
    """Speakers who write themselves small, "nullc:", among others: recurring words that the text uses for nothing else."""
    if not accepted:
        return []
    found: list[Mark] = []
    for line in source.lines:
        match = _HANDLE.match(line.text) if line.opens else None
        if match and match["label"][0].islower() and fold(match["label"]) not in NO_NAMES:
            found.append(Mark(match["label"], line.start, line.start + match.end(), None, True))
    counts = Counter(mark.label for mark in found)
    return [
        mark
        for mark in found
        if counts[mark.label] >= 2
        and mark.start >= accepted[0].start
        and not re.search(rf"\b{re.escape(mark.label)}\b(?![^\S\n]*[:：])", source.text)
        and not asks_or_answers(mark.label)
    ]


def find_marked_labels(source: Source) -> list[Mark]:
    """`### Name:`, `- Name:`, `> Name:`, `1. Name:`, `[Name]:`, `<Name>:`."""
    found = []
    for line in source.lines:
        first, head = line.text.lstrip()[:1], line.text[:_LABEL_CHARS]
        if not (first in "#-*•–>[【<({" or first.isdigit()) or not (":" in head or "：" in head):
            continue
        match = _MARKED.match(line.text)
        label = (match["label"] or match["label2"]) if match else None
        if match and label and can_be_label(label) and not is_stage_note(label):
            kind = "numbered" if (match["kind"] or "")[:1].isdigit() else (match["kind"] or match["open"])[:1]
            found.append(Mark(label.strip(), line.start, line.start + match.end(), None, True, kind=kind))
    return keep_recurring(source, keep_commonest_form(found))


def find_small_labels(source: Source) -> list[Mark]:
    """`ann reed:`, if no name is written with capitals."""
    found = []
    for line in source.lines:
        match = _COLON.match(line.text) if ":" in line.text[:40] else None
        if match and line.opens and _is_small_label(match["label"]):
            seconds = seconds_in(match)
            found.append(Mark(match["label"].strip(), line.start, line.start + match.end(), seconds, True))
    counts = Counter(mark.key for mark in found)
    kept = [mark for mark in found if counts[mark.key] >= 2]
    openings = sum(line.opens for line in source.lines)
    return kept if len({mark.key for mark in kept}) >= 2 and len(kept) >= 0.3 * openings else []


def _is_small_label(label: str) -> bool:
    words = plain_label(label).split()
    return 0 < len(words) <= 3 and len(label) <= 40 and label[0].islower() and fold(words[0]) not in NO_NAMES | {""}
