"""One folding for comparing words: what a person reads as the same is the same.

Labels, names, words, filters, file names and dates are compared folded. The text itself stays as it is, and so do its
offsets; `fold_with_offsets` finds the way back. Words that a stemmer still has to see are only `composed`: it knows
endings by their accents.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from embeddings.spans import Span

# Characters that show nothing, as a class without its brackets: formats and controls (categories Cf and Cc, without
# white space), variation selectors, fillers, and the signs for objects and for characters that could not be read.
INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    r"\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffd"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
    r"\U000e0100-\U000e01ef"
)
APOSTROPHES = "'’‘‛`´ʹʻʼʽˈ′‵＇՚׳Ꞌꞌ᾽᾿΄\u1ffd"
DASHES = "-‐‑‒–—―−⁃֊־᠆⸗⸺⸻﹘﹣－"
QUOTATION_MARKS = '"“”„‟«»″‶ˮ״〝〞〟＂'

_SIGNS = {
    **dict.fromkeys(APOSTROPHES, "'"),
    **dict.fromkeys(DASHES, "-"),
    **dict.fromkeys(QUOTATION_MARKS, '"'),
    **dict.fromkeys("™℠®©", ""),
}
# Letters that Unicode does not take apart, but people do: they type "Lodz" for "Łódź". In Arabic script, the forms
# that keyboards of different countries write for one letter.
_LETTERS = {
    "œ": "oe",
    "æ": "ae",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ı": "i",
    "ĸ": "k",
    "ک": "ك",
    "ی": "ي",
    "ى": "ي",
    "ە": "ه",
    "ة": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ـ": "",  # stretches a word
}
# Combining classes of marks that belong to the spelling: kana voicing, viramas, tones and vowels of Thai, Lao, Tibetan.
_SPELLING = frozenset({0, 8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132})

_HIDDEN = re.compile(f"[{INVISIBLE}]+")
# Compatibility composition would take these apart into a blank and a mark, or into letters.
_TO_MEND_FIRST = re.compile(f"[{INVISIBLE}´\u1ffd᾽᾿΄™℠]")
_ASCII = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ`", b"abcdefghijklmnopqrstuvwxyz'")
_ASCII_CONTROLS = bytes(code for code in range(128) if _HIDDEN.match(chr(code)))
# What is folded together with the character before it: marks (by their category), and parts of syllables.
_JOINING = re.compile(f"[{INVISIBLE}\u1160-\u11ff\ud7b0-\ud7ff\u3131-\u318e\uff9e-\uffdc]")


def visible(text: str) -> str:
    """A text without the characters that nobody sees.

    >>> visible("car\\u00adgo\\ufeff")
    'cargo'
    """
    return _HIDDEN.sub("", text)


def composed(text: str) -> str:
    """A text as it is given to stemmers: letters in one piece, one apostrophe, one dash, nothing invisible.

    >>> composed("Sen\\u0303ora O’Brien’s car\\u00adgo")
    "Señora O'Brien's cargo"
    """
    return text.translate(_PLAIN_ASCII) if text.isascii() else _in_one_piece(text).translate(_COMPOSED)


def fold(text: str) -> str:
    """A text as it is compared: no case, no accents, one apostrophe, one dash, nothing invisible.

    Line ends and tabs stay. What is folded is folded for good: `fold(fold(text)) == fold(text)`.

    >>> fold("José ŻUREK"), fold("O’Brien"), fold("Łódź – Cœur"), fold("Ёлка ٢٠٢٤")
    ('jose zurek', "o'brien", 'lodz - coeur', 'елка 2024')
    """
    if text.isascii():
        return text.encode("ascii").translate(_ASCII, _ASCII_CONTROLS).decode("ascii")
    return _in_one_piece(text).translate(_FOLDED)


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text that knows where its characters come from."""

    text: str
    starts: tuple[int, ...]  # for each folded character, where its original begins …
    ends: tuple[int, ...]  # … and where it ends

    def span(self, start: int, end: int) -> Span:
        """The original range of a folded range that is not empty.

        >>> fold_with_offsets("Cafe\\u0301, Straße").span(0, 4)
        (0, 5)
        """
        return self.starts[start], self.ends[end - 1]


def fold_with_offsets(text: str) -> FoldedText:
    """`fold` with the way back to the places in the text.

    >>> folded = fold_with_offsets("A straße")
    >>> folded.text, folded.span(2, 9)
    ('a strasse', (2, 8))
    """
    if text.isascii() and not _HIDDEN.search(text):
        return FoldedText(fold(text), tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and (_JOINING.match(text[end]) or unicodedata.category(text[end])[0] == "M"):
            end += 1
        piece = fold(text[start:end])
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
        start = end
    return FoldedText("".join(pieces), tuple(starts), tuple(ends))


def _in_one_piece(text: str) -> str:
    mended = _TO_MEND_FIRST.sub(lambda match: _SIGNS.get(match[0], ""), text)
    return unicodedata.normalize("NFKC", mended)


class _Composed(dict[int, str]):
    """What a character of a normalised text becomes in `composed`; found once for each character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.combining(char) not in _SPELLING:
            kept = ""  # a mark that no letter took up
        elif (digit := unicodedata.decimal(char, None)) is not None:
            kept = str(digit)
        else:
            kept = {"ё": "е", "Ё": "Е"}.get(char, _SIGNS.get(char, char))
        self[code] = kept
        return kept


class _Folded(dict[int, str]):
    """What a character of a normalised text becomes in `fold`; found once for each character."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _COMPOSED[code]).casefold())
        letters = "".join(_LETTERS.get(char, char) for char in apart if unicodedata.combining(char) in _SPELLING)
        self[code] = kept = unicodedata.normalize("NFC", letters)
        return kept


_COMPOSED = _Composed()
_FOLDED = _Folded()
_PLAIN_ASCII = dict.fromkeys(_ASCII_CONTROLS) | {ord("`"): "'"}
