"""Which of the candidates with a colon are labels: what they show together, collected once and judged for the whole
document.

A candidate that recurs is certain. The certain ones show how the document prints its labels, and one that is seen once or
twice is a label if it is printed so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.text.names import fold, is_question_label, plain_label
from rag.text.sentences import SPEECH_END
from rag.transcript.grammars.common import ordinary_words
from rag.transcript.label_shapes import (
    asks_or_answers,
    has_name_shape,
    has_sentence_words,
    is_of_sentence_words,
    label_key,
    spelled,
)
from rag.transcript.marks import Mark, Source
from rag.transcript.roles import is_voice_label

_ITEM_END = re.compile(r"\n\s*\n|\n(?=[^\S\n]*[*_]{0,2}\w[^\n:]{0,80}:)")
_ITEM_CHARS = 60
_MOST_WORDS_OF_A_HEADING, _WORDS_OF_A_HEADING_LABEL = 7, 2
_WHITE = re.compile(r"\s*")


NUMBERED = "numbered"  # the kind of candidates that a number with a point stands before


class Evidence:
    """What the candidates of one document show together, and which of them are labels."""

    def __init__(self, source: Source, found: list[Mark]) -> None:
        self._source = source
        self._numbered = [mark for mark in found if mark.kind == NUMBERED]
        self._found = self._without_prose([mark for mark in found if mark.kind != NUMBERED])
        self._counts = Counter(mark.key for mark in self._found)
        text = source.text
        self._alone_until = {
            mark.start + len(text[mark.start : mark.end].rstrip()): mark
            for mark in self._found
            if "\n" in text[mark.end : mark.end + 1] and mark.seconds is None and has_name_shape(mark.label)
        }
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
        kept = [
            mark
            for mark in self._found
            if (mark.start in certain or self._is_strong(mark) or self._fits(mark)) and self._is_in_place(mark)
        ]
        people = {label_key(_before_office(mark.label)) for mark in kept}
        starts = {mark.start for mark in kept}
        kept += [mark for mark in self._found if mark.start not in starts and self._is_known(mark, people)]
        kept += [mark for mark in self._numbered if self._asks_by_number(mark, people)]
        return sorted([*kept, *self._headings_above(kept)], key=lambda mark: mark.start)

    def _asks_by_number(self, mark: Mark, people: set[str]) -> bool:
        """Whether "4. Ann Reed (Northgate): Will it rain?" is asked by somebody who speaks elsewhere, and no item of a list."""
        who = _before_office(mark.label)
        known = label_key(who) in people or fold(who.split()[-1]) in self._surnames
        return mark.opens_paragraph and has_name_shape(who) and known

    def _headings_above(self, kept: Sequence[Mark]) -> list[Mark]:
        """A word and its colon alone on a line, directly above a label: nothing is said under it."""
        starts, text = {mark.start for mark in kept}, self._source.text
        alone = [mark for mark in self._alone_until.values() if mark.start not in starts]
        return [mark for mark in alone if mark.end + len(_space_at(text, mark.end)) in starts]

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
            announced = before.endswith((":", "：")) and not self._is_below_a_mark(mark)
            if (following[:1].islower() and not small) or announced:
                items.add(mark.start)
            short = bool(following) and "\n" not in following and len(following) < _ITEM_CHARS
            if self._counts[mark.key] > 1 or not short or SPEECH_END.search(following):
                run = []
                continue
            run.append(mark)
            if len(run) > 1:
                items.update(each.start for each in run)
        return items

    def _is_below_a_mark(self, mark: Mark) -> bool:
        """Whether the line above holds a name or a word and its colon and nothing else: a heading, which lists nothing."""
        before = self._source.text.rfind(":", 0, mark.start)
        return (above := self._alone_until.get(before + 1)) is not None and len(
            _words(above)
        ) <= _WORDS_OF_A_HEADING_LABEL

    def _is_strong(self, mark: Mark) -> bool:
        """Whether a label recurs, and is neither a word of the text nor the beginning of a sentence."""
        count = self._counts[mark.key]
        if mark.label[0].islower() and not mark.opens_paragraph:
            return False
        if asks_or_answers(mark.label):
            return count >= 2 or plain_label(mark.label).lower() not in {"a", "q"}
        if has_name_shape(mark.label):
            return count >= 2 and mark.key not in self._ordinary and not is_of_sentence_words(mark.key)
        return count >= 3 and mark.key not in self._ordinary and not has_sentence_words(mark.key)

    def _is_known(self, mark: Mark, people: set[str]) -> bool:
        """Whether a label with an office is that of somebody whose name alone is a label, or is one with another office."""
        who = _before_office(mark.label)
        known = len(who) < len(mark.label.rstrip()) and " " in who and label_key(who) in people
        if not known or has_sentence_words(fold(mark.label[len(who) :])):
            return False
        return mark.opens_paragraph or self._follows_a_sentence(mark)

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
        if mark.opens_paragraph or (self._in_capitals and self._is_below_a_heading(mark)):
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

    def _is_below_a_heading(self, mark: Mark) -> bool:
        """Whether the line above a label in capitals is a short one that ends like no line of a speech."""
        above, line = _lines_above(self._source.text, mark.start)
        return is_plain_heading(line) and (not above.strip() or bool(SPEECH_END.search(above.rstrip())))

    def _begins_small(self, mark: Mark) -> bool:
        return self._source.text[mark.end : mark.end + 1].islower()

    def _mostly_small(self, marks: Sequence[Mark]) -> bool:
        """Whether small letters begin too many utterances to be a sign of running text."""
        return sum(map(self._begins_small, marks)) > 0.05 * len(marks)

    def _is_alone(self, mark: Mark) -> bool:
        """Whether the label stands alone on its line, and the words below it."""
        return self._source.text[mark.end : mark.end + 1] in ("\n", "")


def _lines_above(text: str, start: int) -> tuple[str, str]:
    """The last two lines above a place."""
    lines = text[max(0, start - 400) : max(0, start - 1)].split("\n")
    return (lines[-2] if len(lines) > 1 else ""), lines[-1]


def is_plain_heading(line: str) -> bool:
    """Whether a line heads what follows, without mark-up: short, with a capital first, and no sign at its end.

    >>> is_plain_heading("Questions and Answers"), is_plain_heading("and then we left"), is_plain_heading("Yes, of course.")
    (True, False, False)
    """
    words = line.split()
    return (
        0 < len(words) <= _MOST_WORDS_OF_A_HEADING
        and words[0][:1].isupper()
        and words[-1][-1:].isalnum()
        and not any(word.endswith((".", "?", "!", ":")) for word in words)
    )


def _space_at(text: str, start: int) -> str:
    match = _WHITE.match(text, start)
    return match[0] if match else ""


def _before_office(label: str) -> str:
    return re.split(r"[,(\[]", label, maxsplit=1)[0].strip()


def _words(mark: Mark) -> list[str]:
    return plain_label(mark.label).split()
