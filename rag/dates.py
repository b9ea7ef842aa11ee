"""Dates as people write them above a transcript; a date is found or it is not, never guessed."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan janvier januar enero января січня janeiro",
            "february feb février fevrier februar febrero февраля лютого fevereiro",
            "march mar mars märz marzo марта березня março",
            "april apr avril abril апреля квітня",
            "may mai mayo мая травня maio",
            "june jun juin juni junio июня червня junho",
            "july jul juillet juli julio июля липня julho",
            "august aug août aout agosto августа серпня",
            "september sep sept septembre septiembre сентября вересня setembro",
            "october oct octobre oktober okt octubre октября жовтня outubro",
            "november nov novembre noviembre ноября листопада novembro",
            "december dec décembre dezember dez diciembre декабря грудня dezembro",
        ],
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_PATTERNS = [
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.|º)?\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})\.?,?\s+(?:de\s+)?(?P<y>\d{{4}})\b",
        re.I,
    ),
    re.compile(rf"\b(?P<month>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.I),
    re.compile(r"\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})\b"),
    re.compile(r"(?P<y>\d{4})年\s*(?P<m>\d{1,2})月\s*(?P<d>\d{1,2})日"),
]


def find_date(text: str) -> tuple[str, int, int] | None:
    """The first full date in `text` as (ISO date, start, end); None where there is none.

    >>> find_date("Moscow, March 28, 2024")
    ('2024-03-28', 8, 22)
    >>> find_date("Spring 2024") is None
    True
    """
    found: list[tuple[int, int, str]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = _MONTHS[parts["month"].lower()] if parts.get("month") else int(parts["m"])
            try:
                found.append((match.start(), match.end(), date(int(parts["y"]), month, int(parts["d"])).isoformat()))
            except ValueError:
                continue
    if not found:
        return None
    start, end, iso = min(found)
    return iso, start, end


def spoken_date(iso: str) -> str:
    """A date as one would read it out.

    >>> spoken_date("2024-03-28")
    '28 March 2024'
    """
    day = date.fromisoformat(iso)
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"
