"""Clock times as they are printed beside what is said: "1:02:03" and seconds."""

from __future__ import annotations


def seconds_of(clock: str) -> float:
    """The seconds of a clock: hours, minutes and seconds, or as many of the last of them as there are.

    Raises ValueError for what is none.

    >>> seconds_of("01:00:02,5"), seconds_of("1:02.25"), seconds_of("7.5")
    (3602.5, 62.25, 7.5)
    """
    total = 0.0
    for part in clock.strip().replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def rounded_seconds_of(clock: str) -> float:
    """The seconds of a clock, to the millisecond, which is as fine as subtitles are.

    >>> seconds_of("1:01.029"), rounded_seconds_of("1:01.029")
    (61.028999999999996, 61.029)
    """
    return round(seconds_of(clock), 3)


def clock(seconds: float) -> str:
    """Seconds as hours, minutes and seconds; those of a countdown have a minus.

    >>> clock(2467.2), clock(-7020)
    ('00:41:07', '-01:57:00')
    """
    whole = int(abs(seconds))
    return f"{'-' if seconds <= -1 else ''}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
