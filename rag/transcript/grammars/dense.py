"""Labels of a form that is dense: where nearly every paragraph opens with it, every paragraph that opens so is a turn,
whatever the name looks like and however rare it is. Only where a form is rare must a name recur and look like one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.text.names import fold
from rag.text.sentences import SPEECH_END
from rag.transcript.boilerplate import is_boilerplate, is_stage_note
from rag.transcript.grammars.common import SPACE
from rag.transcript.header_keys import header_kind
from rag.transcript.label_shapes import NO_NAMES, has_sentence_words, is_courtesy
from rag.transcript.marks import Mark, Source
from rag.transcript.stamps import STAMP, seconds_in

_ANY = re.compile(
    rf"{SPACE}(?:(?P<stamp>{STAMP}){SPACE}[-–—]?{SPACE})?(?P<mark>\*\*|__)?"
    rf"(?P<label>(?!\d{{1,4}}[.)\s])[^\s:：*_#>|\[\]\-–—•](?:[^:：\n*]{{0,58}}[^\s:：*])?){SPACE}"
    rf"(?(mark)(?:[:：]{SPACE}(?P=mark)|(?P=mark){SPACE}[:：])|[:：])(?=\s|[^\x00-\x7f]){SPACE}(?=\S)"
)
_SAID_WORD = re.compile(r"\b[^\W\d_]++\b(?![^\S\n]*[:：*])")  # no label
_DENSE, _LEAST, _MAX_WORDS, _CODE_CHARS = 0.8, 4, 6, 3
_HEAD_CHARS = 130


def with_all_of_a_dense_form(source: Source, accepted: Sequence[Mark]) -> list[Mark]:
    """Labels with a colon, and all others of their form if it opens nearly every paragraph."""
    known = {mark.start for mark in accepted}
    others = [mark for mark in _candidates(source) if mark.start not in known and _may_be_named(source, mark)]
    if not others:
        return list(accepted)
    every = sorted([*accepted, *others], key=lambda mark: mark.start)
    openings = [line for line in source.lines if line.opens and line.start >= every[0].start]
    opening = [mark for mark in every if mark.opens_paragraph]
    counts = Counter(mark.key for mark in opening)
    recurring = sum(counts[mark.key] > 1 for mark in opening)
    if len(opening) < max(_LEAST, _DENSE * len(openings)) or recurring < 0.5 * len(opening):
        return list(accepted)
    told = sum(mark.seconds is not None or mark.kind == "bold" for mark in opening)
    # One key alone, without a stamp or bold letters, may be any word that recurs.
    if not accepted and len({key for key, count in counts.items() if count > 1}) < 2 and told < 0.8 * len(opening):
        return []
    following = [source.text[mark.end : mark.end + 1] for mark in opening]
    small = sum(each.islower() for each in following) > 0.2 * len(following)
    said_words = set(_SAID_WORD.findall(source.text))
    return [mark for mark in every if mark.start in known or _fits(source, mark, counts, said_words, small=small)]


def _candidates(source: Source) -> list[Mark]:
    found: list[Mark] = []
    for line in source.lines:
        head = line.text[:_HEAD_CHARS]
        if not line.opens or not (":" in head or "：" in head):
            continue
        match = _ANY.match(line.text)
        if match and len(match["label"].split()) <= _MAX_WORDS:
            kind = "bold" if match["mark"] else "colon"
            seconds = seconds_in(match)
            found.append(Mark(match["label"].strip(), line.start, line.start + match.end(), seconds, True, kind=kind))
    return found


def _may_be_named(source: Source, mark: Mark) -> bool:
    """Whether anybody can be called so: no heading of a page or of a list, no remark, no beginning of a sentence."""
    key, first = mark.key, fold(mark.label.split()[0]).strip(".,")
    if not key or is_courtesy(mark.label) or first in NO_NAMES or header_kind(mark.label) is not None:
        return False
    if has_sentence_words(key) and len(key) > _CODE_CHARS:  # "I:" is somebody
        return False
    before = source.text[max(0, mark.start - 40) : mark.start].rstrip()
    return not (is_stage_note(mark.label) or is_boilerplate(mark.label) or before.endswith((":", "：")))


def _fits(source: Source, mark: Mark, counts: Counter[str], said_words: set[str], *, small: bool) -> bool:
    key = mark.key
    if has_sentence_words(key):
        return counts[key] > 1  # "I:" and "B:"
    line_end = source.text.find("\n", mark.end)
    said = source.text[mark.end : line_end if line_end >= 0 else None].rstrip()[-12:]
    plain = counts[key] == 1 and mark.seconds is None and mark.kind != "bold"
    next_to_another = line_end >= 0 and _ANY.match(source.text, line_end + 1)
    if plain and (next_to_another or not SPEECH_END.search(said)):
        return False  # an item of a list
    word = mark.label.lower()
    if counts[key] == 1 and word in said_words:
        return mark.label[0].islower() and mark.seconds is not None  # a word of the text
    return small or counts[key] > 1 or not source.text[mark.end : mark.end + 1].islower()
