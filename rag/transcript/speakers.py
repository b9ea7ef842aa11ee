"""Who is who: printed labels → the names that stand for their speakers.

Two labels are one person when everything that both say agrees: the last name, and what is known of the first names,
an initial agreeing with a name that begins with it. A bare last name joins a fuller form only if exactly one fits. In
doubt two labels stay two people, since merging two people makes a false quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.text.names import PersonName, fold, is_title, parse_name, plain_label


def _agree(one: PersonName, other: PersonName) -> bool:
    if one.last != other.last or (one.gender and other.gender and one.gender != other.gender):
        return False
    shorter, longer = sorted((one.first, other.first), key=len)
    # "T. Merrin" fits "Tobias Merrin", "Tobias A. Merrin" and "Chief Engineer Tobias Merrin": from the front or the back.
    front, back = longer[: len(shorter)], longer[len(longer) - len(shorter) :]
    return _same_words(shorter, front) or _same_words(shorter, back)


def _same_words(some: Sequence[str], others: Sequence[str]) -> bool:
    return all(
        a == b or (len(a) == 1 and b.startswith(a)) or (len(b) == 1 and a.startswith(b))
        for a, b in zip(some, others, strict=True)
    )


def _has_counterpart(one: PersonName, names: Iterable[PersonName | None]) -> bool:
    """Whether a bare last name also stands with the other title."""
    return any(
        other is not None and other.last == one.last and not other.first and other.gender not in ("", one.gender)
        for other in names
    )


def _fullness(label: str) -> tuple[int, int, int]:
    """How good a label is as the name to show: spelled-out names first, then mixed case, then length."""
    name = parse_name(label)
    spelled = sum(len(word) > 1 for word in name.first) if name else 0
    return spelled, int(not label.isupper()), -len(label)


def canonical_names(labels: Sequence[str]) -> dict[str, str]:
    """Each printed label → the name that stands for its speaker.

    >>> canonical_names(["Ilse Brandt", "I. Brandt", "Question", "J. Brandt"])
    {'Ilse Brandt': 'Ilse Brandt', 'I. Brandt': 'Ilse Brandt', 'Question': 'Question', 'J. Brandt': 'J. Brandt'}
    """
    plain = {label: plain_label(label) or label.strip() for label in labels}
    by_fold: dict[str, str] = {}
    for name in plain.values():  # one spelling per folded form, the better one
        key = fold(name)
        if key not in by_fold or _fullness(name) > _fullness(by_fold[key]):
            by_fold[key] = name
    distinct = list(by_fold.values())
    parsed = {name: parse_name(name) for name in distinct}
    groups: list[list[str]] = []
    # Fullest first: "Anna Reed" and "Adam Reed" each found a group before "A. Reed", which then fits two and joins none.
    for name in sorted(distinct, key=_fullness, reverse=True):
        own = parsed[name]
        if own and not own.first and own.gender and _has_counterpart(own, parsed.values()):
            # With a Mr. and a Ms. of one last name about, nobody knows which of them the full name is.
            same = [
                group
                for group in groups
                if (first := parsed[group[0]]) and first.last == own.last and first.gender == own.gender
            ]
            if same:
                same[0].append(name)
            else:
                groups.append([name])
            continue
        fitting = [
            group
            for group in groups
            if own and all((their := parsed[member]) is not None and _agree(own, their) for member in group)
        ]
        if len(fitting) == 1:
            fitting[0].append(name)
        else:
            groups.append([name])
    canonical = {fold(member): _shown(group[0]) for group in groups for member in group}
    return {label: canonical[fold(name)] for label, name in plain.items()}


def _shown(name: str) -> str:
    """A name without the offices printed behind it: "Jo Field, Minister of Works" is Jo Field."""
    first, comma, rest = name.partition(",")
    words = first.split()
    titled = bool(words) and is_title(words[0])
    suffix = re.fullmatch(r"\s*(?:Jr|Sr|II|III|IV|M\.?D|Ph\.?D|Esq)\.?", rest, re.I)
    named = len(words) > 1 and (titled or len(words) <= 5) and all(re.search(r"\w", word) for word in words)
    return first if comma and not suffix and named and plain_label(first) == first else name
