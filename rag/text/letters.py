"""Classes of characters that Python's regular expressions have no name for, to be put between their brackets.

`\\w` matches no combining mark: it cuts "é" that is written as two characters, and words of Hindi and Thai at each vowel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import groupby


def _class_of(chars: range, belongs: Callable[[str], bool]) -> str:
    """The characters of a range that belong, as ranges of a regular expression."""
    found = [code for code in chars if belongs(chr(code))]
    runs = [[code for _, code in run] for _, run in groupby(enumerate(found), key=lambda pair: pair[1] - pair[0])]
    return "".join(f"{re.escape(chr(run[0]))}-{re.escape(chr(run[-1]))}" for run in runs)


MARKS = _class_of(range(0x300, 0xFE30), lambda char: unicodedata.category(char)[0] == "M")
CAPITALS = _class_of(range(0x41, 0x2000), lambda char: unicodedata.category(char) in ("Lu", "Lt"))
