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
# "half a million", "a quarter of a million", "one and a half million", "$3m"
_FRACTION = re.compile(
    rf"\b(?:(?P<whole>{_TO_NINETY_NINE}|\d{{1,3}})\s+and\s+)?(?:an?\s+)?"
    rf"(?P<part>half|quarter|three[-\s]quarters)\s+(?:of\s+)?(?:an?\s+)?(?P<scale>{_SCALE})",
    re.I,
)
_MONEY = re.compile(r"[$€£¥]\s?(?P<figures>\d+(?:[.,]\d+)*)\s?(?P<scale>[kmb])\b", re.I)
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "three quarters": Decimal("0.75")}
_LETTERS = {"k": 10**3, "m": 10**6, "b": 10**9}
_NUMBER = re.compile(rf"{_IN_FIGURES}(?:\s*{_SCALE})?|{_IN_WORDS}", re.I)


def numbers_in(text: str) -> dict[str, str]:
    """The numbers of a text by value, each as it is written there. "One" is none: it mostly stands for somebody.

    >>> numbers_in("Nine masons, 12,500 euros and 3.5 million more: one wall of twenty-one feet.")
    {'9': 'Nine', '12500': '12,500', '3500000': '3.5 million', '21': 'twenty-one'}
    """
    found: dict[str, str] = {}
    rest = text
    for pattern in (_FRACTION, _MONEY):
        for match in pattern.finditer(rest):
            found.setdefault(_scaled(match), match[0])
        rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    for match in _NUMBER.finditer(rest):
        if match[0].lower() != "one":
            found.setdefault(_value(match[0]), match[0])
    return found


def _scaled(match: re.Match[str]) -> str:
    """The value of a part of a large number, or of an amount with a letter for its scale."""
    groups = match.groupdict()
    if groups.get("figures"):
        return format((Decimal(_value(match["figures"])) * _LETTERS[match["scale"].casefold()]).normalize(), "f")
    part = _PARTS[re.sub(r"[-\s]+", " ", match["part"].casefold())]
    whole = Decimal(_value(match["whole"])) if match["whole"] else Decimal(0)
    return format(((whole + part) * _SCALES[match["scale"].casefold()]).normalize(), "f")


def ordinals_in(text: str) -> set[str]:
    """The values of words such as "ninth" in a text."""
    return {str(value) for word in re.findall(r"[a-z]+(?:-[a-z]+)?", text.lower()) if (value := ordinal(word))}


def in_words(value: int) -> list[str]:
    """The ways to write a whole number with English words; none for a number of nine digits and more.

    >>> in_words(500), in_words(12_000), in_words(1_525)
    (['five hundred'], ['twelve thousand', '12 thousand'], ['one thousand five hundred twenty-five', 'fifteen hundred twenty-five'])
    >>> in_words(2_000_000), in_words(1_500_000)[-1]
    (['two million', '2000 thousand', '2 million'], '1.5 million')

    "And" is left to whoever compares.
    """
    if not 0 < value < 10**9:
        return []
    found = [_written(value)]
    if 1_000 < value < 10_000 and value // 100 % 10:
        found.append(f"{_below_hundred(value // 100)} hundred {_below_hundred(value % 100)}".strip())
    for scale, size in (("thousand", 10**3), ("million", 10**6)):
        if value >= size and value % (size // 100) == 0:
            found.append(f"{value / size:g} {scale}")
    return found


def _written(value: int) -> str:
    for scale, size in (("million", 10**6), ("thousand", 10**3), ("hundred", 100)):
        if value >= size:
            return f"{_written(value // size)} {scale} {_written(value % size)}".strip()
    return _below_hundred(value)


def _below_hundred(value: int) -> str:
    if value < 20:
        return ("", *_UNITS, *_TEENS)[value]
    return "-".join(filter(None, (_TENS[value // 10 - 2], ("", *_UNITS)[value % 10])))


def _value(written: str) -> str:
    if not written[0].isdigit():
        return str(_in_words(written))
    scale = re.sub(r"[^a-z]", "", written.casefold())
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
    for word in re.findall(r"[a-z]+", written.casefold()):
        if word == "hundred":
            group = (group or 1) * 100
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], 0
        else:
            group += _VALUES.get(word, 0)
    return total + group
