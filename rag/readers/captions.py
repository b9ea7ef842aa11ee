"""Captions as they are shown → pieces of speech: voices, what repeats while it rolls up, and where somebody else speaks.

If most captions repeat the one before, they roll up, and the repetition is left out before anything is cut; "Hi." said
twice is kept twice. Tags that no player knows are text.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.readers.cues import LABEL, Cue
from rag.text.sentences import SPEECH_END

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>v|c|i|b|u|s|em|strong|ruby|rt|lang|font|span|br)(?=[\s.>/])(?P<rest>[^<>\n]{0,300})>"
    r"|<\d[\d:.]{0,20}>|\{\\[^{}\n]{0,200}\}",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});")  # "AT&T" and "&copy 2024" stay
_CLASSES = re.compile(r"(?:\.[^\s.]*)*")
_CHANGE = re.compile(r"(?<!\S)(?=>{2,3}\s?[^\s>])")  # a change of speaker
_DASH = re.compile(r"[-–—]\s?\S")
_A_LITTLE_S = 3.0


@dataclass(frozen=True, slots=True)
class Caption:
    """What one subtitle shows, with its tags; `speaker` if the format names one."""

    text: str
    start_s: float | None = None
    end_s: float | None = None
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a caption, without tags."""

    text: str
    speaker: str


def cues_of(captions: Sequence[Caption]) -> list[Cue]:
    r"""Who says what when: a piece for each voice, and for each change of speaker that a caption marks.

    >>> [(cue.speaker, cue.text) for cue in cues_of([Caption("<v Ann>Why?</v> <v Bo>3 &lt; 4\n<laughs>")])]
    [('Ann', 'Why?'), ('Bo', '3 < 4\n<laughs>')]
    >>> [cue.text for cue in cues_of([Caption("- Why?\n- It rained\nall day.")])]
    ['- Why?', '- It rained\nall day.']
    """
    lines = _unrolled([list(_lines(caption)) for caption in captions])
    labels = Counter(match[0] for shown in lines for line in shown if (match := LABEL.match(line.text)))
    return [
        Cue(text, speaker, caption.start_s, caption.end_s)
        for caption, shown in zip(captions, lines, strict=True)
        for speaker, text in _cut(shown, labels)
    ]


def in_order(captions: Sequence[Caption]) -> tuple[list[Caption], list[float]]:
    """Captions in the file's order but for neighbours that stand the wrong way round, and the times after which time restarts.

    >>> moved, restarts = in_order([Caption("c", 3.0), Caption("b", 2.0), Caption("d", 9.0), Caption("a", 1.0)])
    >>> [caption.text for caption in moved], restarts
    (['b', 'c', 'd', 'a'], [9.0])
    """
    ordered = list(captions)
    for n in range(1, len(ordered)):
        before, here = ordered[n - 1].start_s, ordered[n].start_s
        if before is None or here is None or not 0 < before - here <= _A_LITTLE_S:
            continue
        fits_before = n < 2 or (ordered[n - 2].start_s or 0.0) < here
        fits_behind = n + 1 == len(ordered) or (ordered[n + 1].start_s or 0.0) >= before
        if fits_before and fits_behind:
            ordered[n - 1], ordered[n] = ordered[n], ordered[n - 1]
    times = [caption.start_s for caption in ordered if caption.start_s is not None]
    return ordered, [before for before, here in pairwise(times) if before - here > _A_LITTLE_S]


def _lines(caption: Caption) -> Iterator[_Line]:
    """The lines of a caption with their voices; a new voice begins a line."""
    speaker, words = caption.speaker, ""
    position = 0
    for tag in _TAG.finditer(caption.text):
        words += caption.text[position : tag.start()]
        position = tag.end()
        name = (tag["name"] or "").lower()
        if name == "br":
            words += "\n"
        elif name == "v":
            yield from _plain(words, speaker)
            words = ""
            speaker = "" if tag["close"] else _name(tag["rest"]) or caption.speaker
    yield from _plain(words + caption.text[position:], speaker)


def _name(annotation: str) -> str:
    """The name of a voice behind its classes: `.loud Ann Reed`."""
    classes = _CLASSES.match(annotation)
    return " ".join(_unescaped(annotation[classes.end() if classes else 0 :]).split())


def _plain(words: str, speaker: str) -> Iterator[_Line]:
    for line in _unescaped(words).split("\n"):
        if line.strip():
            yield _Line(line.strip(), speaker)


def _unescaped(words: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), words) if "&" in words else words


def _cut(lines: Sequence[_Line], labels: Counter[str]) -> Iterator[tuple[str, str]]:
    """The pieces of a caption as (speaker, text)."""
    dashed = sum(bool(_DASH.match(line.text)) for line in lines) > 1
    piece: list[str] = []
    before: _Line | None = None
    for line in lines:
        for number, part in enumerate(_CHANGE.split(line.text) if ">>" in line.text else [line.text]):
            if not part.strip():
                continue
            here = _Line(part.strip(), line.speaker)
            if before and (number or here.speaker != before.speaker or _opens(here, before, dashed, labels)):
                yield before.speaker, "\n".join(piece)
                piece = []
            piece.append(here.text)
            before = here
    if before:
        yield before.speaker, "\n".join(piece)


def _opens(line: _Line, before: _Line, dashed: bool, labels: Counter[str]) -> bool:
    """Whether somebody else begins with a line that is not the first of its caption."""
    if line.text.startswith(">>"):
        return True
    ended = bool(SPEECH_END.search(before.text))
    if _DASH.match(line.text):
        return dashed or ended
    label = LABEL.match(line.text)
    return ended and label is not None and labels[label[0]] > 1


def _unrolled(captions: list[list[_Line]]) -> list[list[_Line]]:
    """Without what captions repeat while they roll up or grow."""
    rolling = sum(_rolls(before, here) for before, here in pairwise(captions))
    if rolling < 3 or rolling < 0.3 * len(captions):
        return captions
    kept: list[list[_Line]] = []
    last: list[_Line] = []
    for here in captions:
        overlap = _overlap(last, here)
        rest = here[overlap:]
        if overlap == 0 and last and here and _grows(last[-1], here[0]):
            rest = [_Line(here[0].text[len(last[-1].text) :].strip(), here[0].speaker), *here[1:]]
        kept.append(rest)
        last = here or last
    return kept


def _overlap(last: Sequence[_Line], here: Sequence[_Line]) -> int:
    """How many lines at the end of one caption begin the next."""
    texts, following = [line.text for line in last], [line.text for line in here]
    return next((n for n in range(min(len(here), len(last)), 0, -1) if following[:n] == texts[-n:]), 0)


def _rolls(before: Sequence[_Line], here: Sequence[_Line]) -> bool:
    if not before or not here:
        return False
    return (len(here) > 1 and _overlap(before, here) > 0) or _grows(before[-1], here[0])


def _grows(before: _Line, here: _Line) -> bool:
    """Whether a line shows the one before and goes on: captions that are typed while somebody speaks."""
    return here.text.startswith(f"{before.text} ")
