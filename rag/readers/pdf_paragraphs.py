"""The paragraphs of a PDF: lines that a typesetter broke are joined again, by their gaps and indents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from rag.readers.blocks import with_bold_label
from rag.readers.pdf_lines import (
    OPENS_TURN,
    Line,
)
from rag.text.lexicon import LEXICONS, union
from rag.text.sentences import PRINTED_LINE_END

_BROKEN = re.compile(r"([^\W\d_]+)([-\u2010\xad])$")
_ENGLISH = LEXICONS["en"]
_KEEPING = union("hyphen_prefixes") | frozenset((*_ENGLISH.units, *_ENGLISH.teens, *_ENGLISH.tens))
_FUNCTION_WORDS = union("function_words")
_LONG_WORD = 5  # letters: syllables are shorter than most words that begin a compound


@dataclass(slots=True)
class Joined:
    """A text with its paragraphs, (where it begins, page) of each page that has text, and words that were joined by guess."""

    text: str
    starts: list[tuple[int, int]]
    guessed: list[str]


def join_pages(pages: list[list[Line]]) -> Joined:
    """The lines of pages as paragraphs; a word that was broken at a line's end is one word again."""
    lines = [line for page in pages for line in page]
    words = _whole_words([line.text for line in lines])
    letters = sum(len(text) for line in lines for text, _ in line.pieces)
    bold = sum(len(text) for line in lines for text, is_bold in line.pieces if is_bold)
    parts: list[str] = []
    joined = Joined("", [], [])
    length = 0
    for paragraph in _paragraphs(pages):
        texts = _marked(paragraph) if bold < 0.6 * letters else [line.text for line in paragraph]
        opening = "\n\n" if parts else ""
        for line, text in zip(paragraph, texts, strict=True):
            text = re.sub(r"\s+", " ", text).strip()
            if opening == " ":
                cut, opening, guessed = _hyphen(parts[-1], text, words)
                if cut:
                    parts[-1] = parts[-1][:-cut]
                    length -= cut
                joined.guessed += [guessed] if guessed else []
            parts += [opening, text]
            length += len(opening)
            if not joined.starts or joined.starts[-1][1] != line.page:
                joined.starts.append((length, line.page))
            length += len(text)
            opening = " "
    joined.text = "".join(parts) + "\n"
    return joined


def _whole_words(texts: Sequence[str]) -> Counter[str]:
    """How often each word stands in the lines, but for the parts of those that a line's end breaks."""
    counted: Counter[str] = Counter()
    broken = False
    for text in texts:
        found = re.findall(r"\w+(?:-\w+)*", text.casefold())
        begins, broken = broken, bool(_BROKEN.search(text))
        counted.update(found[begins : len(found) - broken])
    return counted


def _hyphen(before: str, text: str, words: Counter[str]) -> tuple[int, str, str]:
    """How many characters of a line's end go, what joins it to the next, and the word if that is a guess.

    A hyphen stays in a word that is written with it elsewhere, behind a number or a prefix that keeps it, and between
    two words of their own; a dash without a letter before it is none.
    """
    match = _BROKEN.search(before)
    if not match:
        return 0, " ", ""
    following = re.match(r"[^\W\d_]+", text)
    if match[2] == "\xad":
        return 1, "", ""
    if not following or not following[0][0].islower() or before[: match.start(1)].endswith(("-", "\u2010")):
        return 0, "", ""  # "U.S.-", "Jean-", and "state-of-the-" keep theirs
    first, second = match[1].casefold(), following[0].casefold()
    whole = f"{first}{second}"
    if words[f"{first}-{second}"] > words[whole]:
        return 0, "", ""
    if words[whole] or whole in _FUNCTION_WORDS:
        return 1, "", ""
    if first in _FUNCTION_WORDS:
        are_words = words[second] > 0 or second in _FUNCTION_WORDS
    else:
        are_words = words[first] > 0 and (words[second] > 0 or second in _FUNCTION_WORDS or len(first) >= _LONG_WORD)
    if first in _KEEPING or are_words:
        return 0, "", ""
    return 1, "", whole


def _marked(paragraph: Sequence[Line]) -> list[str]:
    """The lines of a paragraph, with the bold at its beginning in Markdown."""
    texts = [line.text for line in paragraph]
    is_bold = [all(bold for text, bold in line.pieces if text.strip()) for line in paragraph]
    if all(is_bold) and not any("*" in text for text in texts):
        texts[0] = f"**{texts[0]}"
        texts[-1] = f"{texts[-1]}**"
    elif not is_bold[0]:
        texts[0] = with_bold_label(list(paragraph[0].pieces)).strip()
    return texts


def _paragraphs(pages: list[list[Line]]) -> list[list[Line]]:
    gaps = [a.y - b.y for lines in pages for a, b in pairwise(lines) if 2 < a.y - b.y < 4 * a.size + 20]
    # Between lines, rather than between paragraphs, which can be as many if people speak a line at a time.
    gap = sorted(gaps)[int(0.3 * (len(gaps) - 1))] if gaps else 12.0
    lengths = sorted(len(line.text) for lines in pages for line in lines)
    full = lengths[int(0.8 * (len(lengths) - 1))]
    openings = Counter(match[0] for lines in pages for line in lines if (match := OPENS_TURN.match(line.text)))
    labels = {label for label, count in openings.items() if count > 1 and label[0].isupper()}
    found: list[list[Line]] = []
    for lines in pages:
        margin = Counter(round(line.x) for line in lines)
        for number, line in enumerate(lines):
            before = found[-1][-1] if found else None
            if (
                before is None
                or _is_labelled(line, labels)
                or _opens(line, before, gap, full, _margin(margin, line, lines, number))
            ):
                found.append([line])
            else:
                found[-1].append(line)
    return found


def _is_labelled(line: Line, labels: Set[str]) -> bool:
    """Whether a label that recurs opens the line: also behind a turn that was broken off in the midst of a sentence."""
    match = OPENS_TURN.match(line.text)
    return match is not None and match[0] in labels and not line.text[match.end() :].lstrip()[:1].islower()


def _margin(margins: Counter[int], line: Line, lines: Sequence[Line], number: int) -> float:
    """Where most lines of this one's column begin."""
    near = [(count, x) for x, count in margins.items() if abs(x - line.x) < 0.25 * 600]
    return float(max(near)[1]) if near else line.x


def _opens(line: Line, before: Line, gap: float, full: int, margin: float) -> bool:
    """Whether a paragraph begins with this line."""
    ended = bool(PRINTED_LINE_END.search(before.text))
    short = len(before.text) < 0.75 * full
    if abs(line.size - before.size) > 0.15 * max(line.size, before.size) and (short or ended):
        return True
    if line.page != before.page or line.y > before.y + 2:  # a new page or column
        indented = line.x > margin + 6 and line.x < margin + 60
        return (ended and (short or indented or bool(OPENS_TURN.match(line.text)))) or (
            ended and line.text[:1].isupper() and indented
        )
    if before.y - line.y > 1.35 * gap:
        return True
    if OPENS_TURN.match(line.text) and (ended or short):
        return True
    if ended and line.pieces[0][1] and not before.pieces[-1][1]:  # bold behind plain: a label, or a question
        return True
    if line.x > before.x + 6 and abs(before.x - margin) <= 4 and line.x < margin + 80:  # a first line is indented
        return True
    if line.x < before.x - 6 and line.x < margin - 6:  # a first line hangs out
        return True
    return ended and short
