"""The catalogue of an archive, from what its tables say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rag.types import Catalogue, HeldDocument


def catalogue_of(
    heads: Iterable[tuple[str, str, str | None]], titles: Mapping[str, str], spoken: Iterable[tuple[str, str]]
) -> Catalogue:
    """The documents among `heads` (id, source, date) that have passages; `spoken` are (id, speaker) of these.

    >>> catalogue_of([("3f", "a.txt", None), ("4a", "b.txt", None)], {"3f": "Talk"}, [("3f", "Ann"), ("3f", "")]).documents
    (HeldDocument(id='3f', source='a.txt', title='Talk', date=None, speakers=('Ann',)),)
    """
    speakers: dict[str, set[str]] = {}
    for document_id, speaker in spoken:
        speakers.setdefault(document_id, set()).add(speaker)
    return Catalogue(
        tuple(
            HeldDocument(key, source, titles.get(key, ""), date, tuple(sorted(speakers[key] - {""})))
            for key, source, date in heads
            if key in speakers
        )
    )
