"""Numbers in a text, in figures and in English words, by value: "12,500" and "twelve thousand five hundred" are one.

Values are compared, so that no part of a number passes for the whole.
"""

from __future__ import annotations

import re
from decimal import Decimal

from rag.text.dates import ordinal
from rag.text.lexicon import LEXICONS

_ENGLISH = LEXICONS["en"]
_UNITS, _TEENS, _TENS, _SCALES = _ENGLISH.units, _ENGLISH.teens, _ENGLISH.tens, dict(_ENGLISH.scales)
_VALUES = {word: number for number, word in enumerate([*_UNITS, *_TEENS], start=1)}
_VALUES |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}

_TO_NINETEEN = "|".join([*_TEENS, *_UNITS])
_TO_NINETY_NINE = rf"(?:(?:{'|'.join(_TENS)})(?:[-\s](?:{'|'.join(_UNITS)})\b)?|{_TO_NINETEEN})"
_TO_NINE_HUNDRED = rf"(?:(?:(?:{_TO_NINETEEN})\s+)?hundred(?:\s+(?:and\s+)?{_TO_NINETY_NINE}\b)?|{_TO_NINETY_NINE}|a(?=\s+(?:thousand|million)))"
_SCALE = rf"(?:{'|'.join(_SCALES)})\b"
_IN_WORDS = rf"\b{_TO_NINE_HUNDRED}(?:\s+{_SCALE}(?:\s+(?:and\s+)?{_TO_NINE_HUNDRED}\b)?)*\b"
# "12,500" and "12 500", "3.5" and "3,5"
_IN_FIGURES = (
    r"(?:(?<![\d.,])\d{1,3}(?P<mark>[,.’'\u00a0\u202f ])\d{3}(?:(?P=mark)\d{3})*(?:[.,]\d+)?(?![\d])|\d+(?:[.,]\d+)*)"
)
_NUMBER = re.compile(rf"{_IN_FIGURES}(?:\s*{_SCALE})?|{_IN_WORDS}", re.I)


def numbers_in(text: str) -> dict[str, str]:
    """The numbers of a text by value, each as it is written there. "One" is none: it mostly stands for somebody.

    >>> numbers_in("Nine masons, 12,500 euros and 3.5 million more: one wall of twenty-one feet.")
    {'9': 'Nine', '12500': '12,500', '3500000': '3.5 million', '21': 'twenty-one'}
    """
    found: dict[str, str] = {}
    for match in _NUMBER.finditer(text):
        if match[0].lower() != "one":
            found.setdefault(_value(match[0]), match[0])
    return found


def ordinals_in(text: str) -> set[str]:
    """The values of words such as "ninth" in a text."""
    return {str(value) for word in re.findall(r"[a-z]+(?:-[a-z]+)?", text.lower()) if (value := ordinal(word))}


def _value(written: str) -> str:
    if not written[0].isdigit():
        return str(_in_words(written))
    scale = re.sub(r"[^a-z]", "", written.lower())
    plain = re.sub(r"[^\d.,]", "", written)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", plain):
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return plain  # "2.3.1" is what it is
    value = Decimal(plain) * _SCALES.get(scale, 1)
    return format(value.normalize(), "f")


def _in_words(written: str) -> int:
    """The value of a number in words.

    >>> _in_words("two million three hundred and five thousand and six")
    2305006
    """
    total = group = 0
    for word in re.findall(r"[a-z]+", written.lower()):
        if word == "hundred":
            group = (group or 1) * 100
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], 0
        else:
            group += _VALUES.get(word, 0)
    return total + group
