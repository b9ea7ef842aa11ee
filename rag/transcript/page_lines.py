"""Lines that are the page's: rules, page numbers, running heads and feet. Nobody says them, and something may begin
below each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from rag.text.lexicon import patterns
from rag.text.names import is_question_label
from rag.text.sentences import SENTENCE_END
from rag.transcript.roles import is_answer_label
from rag.types import LeftOut

_RULE = re.compile(r"[^\S\n]*(?:(?:[-*_=~·•–—#][^\S\n]*){3,})$")
_NO_DIGITS = str.maketrans("", "", "0123456789")
_DIGIT = re.compile(r"[0-9]")
_NUMBER = re.compile(r"\d{1,5}")
_MAX_CHARS = 90
_LEAST = 3  # times that a head recurs; two are enough for one that says that it counts pages
_PAGE_LINES = 12  # a page has at least so many
_OPEN_NUMBERS = frozenset("0123456789[")
_NUMBERED_LINE = re.compile(
    r"^[^\S\n]*(?:\[(?P<in>\d{1,4})\]|(?P<zero>0\d{1,3}|\d{2,4}):(?!\d)|(?P<bare>\d{1,4})(?![^\S\n]*[:.)\d]))(?:[^\S\n]+|$)",
    re.M,
)
_PAGE_WORD = re.compile(rf"\b{patterns('page_words')}\b\.?\s*(?:of|/|von|de|sur)?\s*$", re.I)
_MOST_OF_PAGES = 0.15  # of a text's lines can be heads and feet
_LEAST_NUMBERED, _LEAST_WHOLE = 8, 4  # lines with numbers; where every line has one
_LINE_NUMBER = "line number"
_CLOCK = re.compile(r"\d[:.]\d\d")
_LABEL_ENDS = (":", "：", "?", "!")


def is_rule(line: str) -> bool:
    """Whether a line only divides.

    >>> is_rule("* * *"), is_rule("-----"), is_rule("- Yes.")
    (True, True, False)
    """
    return bool(_RULE.match(line))


def page_lines(lines: Sequence[str], *, even: bool = True) -> set[int]:
    """Which lines are page numbers, or heads and feet that recur with them or at even distances.

    >>> text = "Town Council\\n7\\n\\nYes.\\nTown Council\\n8\\n\\nNo.\\nTown Council\\n9\\n\\nSo."
    >>> sorted(page_lines(text.split("\\n")))
    [0, 1, 4, 5, 8, 9]
    """
    alike: defaultdict[str, list[int]] = defaultdict(list)
    if not even:  # what recurs counts only beside numbers that count up
        numbered = page_lines(
            [line if line and len(line) <= _MAX_CHARS and _DIGIT.search(line) else "" for line in lines]
        )
        if not numbered:
            return set()
    for number, line in enumerate(lines):
        if line and len(line) <= _MAX_CHARS and (bare := line.strip()):
            alike[bare.translate(_NO_DIGITS) if _DIGIT.search(bare) else bare].append(number)
    pages = {key: where for key, where in alike.items() if len(where) >= _LEAST - 1 and _PAGE_WORD.search(key)}
    recurring = {key: where for key, where in alike.items() if len(where) >= _LEAST}
    found: set[int] = set()
    for key, where in (recurring | pages).items():
        if _counts_pages(key, [lines[number] for number in where]):
            found.update(where)
    numbered = set(found)
    for key, where in recurring.items():
        if key and len({lines[number].strip() for number in where}) == 1 and not key.endswith(_LABEL_ENDS):
            beside = sum(_neighbour(lines, number, numbered) for number in where)
            if beside == len(where) or (even and len(where) >= _LEAST and _at_even_distances(where)):
                found.update(where)
    return found


def _counts_pages(key: str, lines: Sequence[str]) -> bool:
    """Whether lines that differ in their numbers count up: "Page 3 of 9", "- 12 -", "Town Council 7"."""
    if any(_CLOCK.search(line) for line in lines) or key.rstrip().endswith(_LABEL_ENDS):
        return False
    if is_question_label(key) or is_answer_label(key):
        return False
    columns = list(zip(*([int(each) for each in _NUMBER.findall(line)] for line in lines), strict=False))
    for column in columns:
        steps = [later - earlier for earlier, later in pairwise(column)]
        if all(1 <= step <= 2 for step in steps) and len(column) == len(lines):
            return True
    return False


def _neighbour(lines: Sequence[str], number: int, others: set[int]) -> bool:
    """Whether the next line that is not blank, above or below, is one of some others."""
    for step in (1, -1):
        at = number + step
        while 0 <= at < len(lines) and not lines[at].strip() and abs(at - number) < 4:
            at += step
        if at in others:
            return True
    return False


def _at_even_distances(where: Sequence[int]) -> bool:
    steps = [later - earlier for earlier, later in pairwise(where)]
    return min(steps) >= _PAGE_LINES and max(steps) <= 1.15 * min(steps) + 1


def printed_lines(text: str) -> list[LeftOut]:
    """The heads and feet of a text's pages, and the numbers of its lines, in order.

    >>> text = "\\n".join(f"{n}  So they said." for n in range(1, 10))
    >>> [text[slice(*cut.span)] for cut in printed_lines(text)][:2]
    ['1  ', '2  ']
    """
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    if numbers := _line_numbers(lines):
        return [LeftOut(starts[at] + begin, starts[at] + end, _LINE_NUMBER) for at, begin, end in numbers]
    # A text that stands in the file twice recurs at even distances, too: only what stands beside page numbers is cut.
    pages = [at for at in sorted(page_lines(lines, even=False)) if not SENTENCE_END.search(lines[at].rstrip())]
    if len(pages) > _MOST_OF_PAGES * len(lines):
        return []
    return [LeftOut(starts[at], starts[at] + len(lines[at]), "page head or foot") for at in pages]


def without_line_numbers(text: str) -> str:
    """A text with blanks in place of the numbers of its lines, if it has any: the grammars look for labels behind them.

    >>> without_line_numbers("\\n".join(f"[{n}] So." for n in range(1, 9)))[:11]
    '    So.\\n   '
    """
    lines = text.split("\n")
    numbers = _line_numbers(lines)
    for at, begin, end in numbers:
        lines[at] = f"{lines[at][:begin]}{' ' * (end - begin)}{lines[at][end:]}"
    return "\n".join(lines) if numbers else text


def _line_numbers(lines: Sequence[str]) -> list[tuple[int, int, int]]:
    """Numbers at the heads of lines that rise by one from line to line, on each page anew, as (line, start, end).

    A number alone on its line that does not go on counting is the page's.
    """
    found: list[tuple[int, int, int]] = []
    numbers: list[int] = []
    pages: list[tuple[int, int, int]] = []
    for at, line in enumerate(lines):
        match = _NUMBERED_LINE.match(line) if line and line.lstrip()[:1] in _OPEN_NUMBERS else None
        if not match:
            continue
        number = int(match["in"] or match["zero"] or match["bare"])
        if match.end() == len(line) and (not numbers or number != numbers[-1] + 1):
            pages.append((at, *match.span()))
            continue
        numbers.append(number)
        found.append((at, *match.span()))
    if len(found) < _LEAST_WHOLE:
        return []
    written = sum(bool(line) and not line.isspace() for line in lines) - len(pages)
    counting = sum(later - one == 1 or later == 1 for one, later in pairwise(numbers))
    whole = len(found) == written and counting == len(found) - 1 and len(found) >= _LEAST_WHOLE and numbers[0] == 1
    if not whole and (len(found) < _LEAST_NUMBERED or len(found) < 0.6 * written or counting < 0.85 * (len(found) - 1)):
        return []
    return sorted([*found, *pages])
