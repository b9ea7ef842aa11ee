"""The kinds of thing that a question can ask for (a number, a time, a name), and which sentences hold one. English."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: `asked` matches questions that ask for it, `held` matches sentences that hold one."""

    asked: re.Pattern[str]
    held: re.Pattern[str]


NUMBER = Kind(
    asked=re.compile(
        r"\b(?:how (?:many|much|long|old|far|often|big|large|high|tall|fast|soon|few|expensive)"
        r"|(?:what|which) (?:\w+ )?(?:percentage|share|number|amount|sum|price|cost|costs|budget|rate|size)"
        r"|what (?:do|does|did|will|would|has|is)\b.*\b(?:cost|price|worth|pay|charge|earn))\b",
        re.I,
    ),
    held=re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
        r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|half|"
        r"third|quarter|dozen|twice|once)s?\b",
        re.I,
    ),
)
TIME = Kind(
    asked=re.compile(
        r"\b(?:when|what (?:year|date|day|month|time)|which (?:year|date|day|month)|since when|how long)\b", re.I
    ),
    held=re.compile(
        r"\b\d{4}\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|"
        r"tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today|tomorrow|spring|summer|autumn|fall|winter|year|"
        r"years|month|months|week|weeks|day|days|hour|hours|minutes|ago|century|decade)\b",
        re.I,
    ),
)
NAME = Kind(
    asked=re.compile(r"\b(?:who|whom|whose|where|which (?:country|city|person|company|minister|party|place))\b", re.I),
    held=re.compile(r"(?<=[\w,;:’'\"”)] )(?:[A-ZÀ-ÞА-Я][\w’'-]+|[A-Z]{2,})"),
)


def kinds_asked(question: str) -> tuple[Kind, ...]:
    """What a question asks for, of `NUMBER`, `TIME` and `NAME`, in this order; "how long" asks for both of the first.

    >>> kinds_asked("Who signed it, and when?") == (TIME, NAME)
    True
    """
    return tuple(kind for kind in (NUMBER, TIME, NAME) if kind.asked.search(question))
