"""What a question asks for, as a scope to search first, within the filters that the user set."""

from __future__ import annotations

from dataclasses import replace

from rag.types import Catalogue, Filters, Scope, Understood


def within_filters(understood: Understood, filters: Filters) -> Understood:
    """What is left to understand where the user filters: a filter for speakers, days or documents says it all.

    >>> within_filters(Understood(after="2024-01-01", documents=("a.txt",)), Filters(before="2023-12")).documents
    ('a.txt',)
    >>> within_filters(Understood(after="2024-01-01", documents=("a.txt",)), Filters(before="2023-12")).after is None
    True
    """
    if filters.speaker:
        understood = replace(understood, speakers=(), asked=())
    if filters.after or filters.before:
        understood = replace(understood, after=None, before=None)
    return replace(understood, documents=()) if filters.document else understood


def without(understood: Understood, not_meant: Understood) -> Understood:
    """What is left to understand when the user says that the question does not mean this.

    >>> without(Understood(speakers=("Ann Price",), after="2024-03-01"), Understood(speakers=("Ann Price",)))
    Understood(speakers=(), after='2024-03-01', before=None, documents=(), asked=(), spans=())
    """
    return replace(
        understood,
        speakers=_left(understood.speakers, not_meant.speakers),
        asked=_left(understood.asked, not_meant.speakers),
        documents=_left(understood.documents, not_meant.documents),
        after=understood.after if understood.after != not_meant.after else None,
        before=understood.before if understood.before != not_meant.before else None,
    )


def both(one: Understood, other: Understood) -> Understood:
    """Two things that are not meant, as one.

    >>> both(Understood(speakers=("Ann",), after="2024"), Understood(speakers=("Bo",), after="2025")).speakers
    ('Ann', 'Bo')
    """
    return Understood(
        speakers=(*one.speakers, *_left(other.speakers, one.speakers)),
        after=other.after or one.after,
        before=other.before or one.before,
        documents=(*one.documents, *_left(other.documents, one.documents)),
    )


def _left(names: tuple[str, ...], taken: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in taken)


def narrowed(scope: Scope, understood: Understood, catalogue: Catalogue) -> Scope | None:
    """The part of a scope that a question asks for; None if it asks for no part of it.

    >>> narrowed(Scope(), Understood(speakers=("Ann",), asked=("Ann",), after="2024-01-01"), Catalogue())
    Scope(speakers=('Ann',), documents=None, after='2024-01-01', before=None, roles=None)
    >>> narrowed(Scope(), Understood(speakers=("Ann",)), Catalogue()) is None
    True
    """
    inside = scope
    if understood.asked and scope.speakers is None:
        inside = replace(inside, speakers=understood.asked)
    if understood.documents and scope.documents is None:
        named = set(understood.documents)
        inside = replace(inside, documents=tuple(each.id for each in catalogue.documents if each.source in named))
    if (understood.after or understood.before) and scope.after is None and scope.before is None:
        inside = replace(inside, after=understood.after, before=understood.before)
    return None if inside == scope else inside
