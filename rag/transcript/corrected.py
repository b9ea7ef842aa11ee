"""A correction laid over a document, which keeps what it was before."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rag.errors import InputError
from rag.text.names import fold
from rag.text.spans import trim, without
from rag.transcript.corrections import Correction, quoted
from rag.types import AsRead, Document, LeftOut, Role, Span


def apply_correction(document: Document, correction: Correction, *, lenient: bool = False) -> Document:
    """The document with its corrections. Raises InputError for a name or a turn that it does not have, unless `lenient`.

    Names are those of the document as it was read; what is renamed can be given a role under either name.
    """
    given = document
    document, correction = _split(document, correction, lenient=lenient)
    names = _new_names(document, correction, lenient=lenient)
    roles = _new_roles(document, correction, names, lenient=lenient)
    confirmed = named_in(correction)
    turns = [
        replace(
            turn,
            speaker=(name := names[turn.speaker]),
            role=roles[name] if name else "other" if turn.speaker else turn.role,
            certain=turn.certain or turn.speaker in confirmed,
        )
        for turn in document.turns
    ]
    cut = _cuts(document, correction, lenient=lenient)
    kept = [
        replace(turn, start=start, end=end)
        for turn in turns
        for span in without((turn.start, turn.end), cut)
        for start, end in [trim(document.text, *span)]
        if end > start
    ]
    meta: dict[str, Any] = dict(correction.meta)
    left_out = {*document.left_out, *(LeftOut(*span, "dropped by a correction") for span in cut)}
    corrected = replace(document, turns=tuple(kept), left_out=tuple(sorted(left_out)), **meta)
    if corrected == given:
        return given
    fields: dict[str, Any] = {name: getattr(given, name) for name in AsRead.__slots__}
    return replace(corrected, as_read=given.as_read or AsRead(**fields))


def restored(document: Document) -> Document:
    """The document as it was read, without corrections."""
    before = document.as_read
    if before is None:
        return document
    fields: dict[str, Any] = {name: getattr(before, name) for name in AsRead.__slots__}
    return replace(document, as_read=None, **fields)


def printed_labels(document: Document) -> tuple[str, ...]:
    """The labels printed in a document, in order of appearance.

    >>> from rag.transcript import parse
    >>> text = "Ann Reed: Why?\\n\\nJo Field: It rusts.\\n\\nMS. REED: Where?\\n\\nJo Field: At sea.\\n"
    >>> printed_labels(parse(text, source="talk.txt"))
    ('Ann Reed', 'Jo Field', 'MS. REED')
    """
    return tuple(dict.fromkeys(turn.label for turn in document.turns if turn.label))


def _split(document: Document, correction: Correction, *, lenient: bool) -> tuple[Document, Correction]:
    """Make persons of the printed labels that a correction names, and spell its names as the document does."""
    labels = {label: label for label in printed_labels(document)}
    known = {fold(name): name for name in reversed([*document.speakers, *labels]) if name}

    def spelled(name: str) -> str:
        return name if name in document.speakers or name in labels else known.get(fold(name), name)

    correction = replace(
        correction,
        rename={spelled(name): new for name, new in correction.rename.items()},
        merge=tuple(tuple(map(spelled, group)) for group in correction.merge),
        split=tuple(map(spelled, correction.split)),
        nobody=tuple(map(spelled, correction.nobody)),
        role={spelled(name): role for name, role in correction.role.items()},
    )
    for label in correction.split:
        if label not in labels and not lenient:
            raise InputError(f"no label {label!r} is printed there to split off; there are: {_listing(labels)}")
    own = {*correction.split, *(named_in(correction) - set(document.speakers))}
    turns = tuple(replace(turn, speaker=turn.label) if turn.label in own else turn for turn in document.turns)
    return replace(document, turns=turns), correction


def named_in(correction: Correction) -> set[str]:
    """The names and labels that a correction is about.

    >>> sorted(named_in(Correction(rename={"A. Reed": "Ann Reed"}, split=("REED",))))
    ['A. Reed', 'REED']
    """
    merged = itertools.chain(*correction.merge)
    return {*correction.rename, *merged, *correction.split, *correction.nobody, *correction.role}


def _listing(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in dict.fromkeys(names) if name) or "nobody with a name"


def _speaks(document: Document, name: str, what: str, *, lenient: bool) -> bool:
    """Whether somebody of that name speaks. Raises InputError if not, unless `lenient`; `what` says what for."""
    if name in document.speakers or lenient:
        return name in document.speakers
    there = _listing([*document.speakers, *printed_labels(document)])
    raise InputError(f"nobody called {name!r} to {what}; there are: {there}")


def _new_names(document: Document, correction: Correction, *, lenient: bool) -> dict[str, str]:
    """The name of each speaker after what is merged and what is renamed."""
    names = document.speakers
    merged_into: dict[str, str] = {}
    for group in correction.merge:
        for name in group:
            if _speaks(document, name, "merge", lenient=lenient):
                merged_into[name] = group[0]
    renamed: dict[str, str] = {}
    for name, new in correction.rename.items():
        if not _speaks(document, name, "rename", lenient=lenient):
            continue
        own = merged_into.get(name, name)
        if new in names and merged_into.get(new, new) != own and new not in correction.rename:
            if lenient:
                continue
            raise InputError(
                f"{new!r} is somebody else there; to make {name!r} the same person "
                f"write merge = [[{quoted(new)}, {quoted(name)}]]"
            )
        renamed[own] = new
    for name in correction.nobody:
        if _speaks(document, name, "mark as nobody's", lenient=lenient):
            renamed[merged_into.get(name, name)] = ""
    return {name: renamed.get(own := merged_into.get(name, name), own) for name in names}


def _new_roles(
    document: Document, correction: Correction, names: Mapping[str, str], *, lenient: bool
) -> dict[str, Role]:
    """The role of each speaker by the new name; of merged ones that of the first named."""
    roles: dict[str, Role] = {}
    for turn in document.turns:
        roles.setdefault(names[turn.speaker], turn.role)
    for first, *_ in correction.merge:
        own = next((turn.role for turn in document.turns if turn.speaker == first), None)
        if own:
            roles[names[first]] = own
    for name, role in correction.role.items():
        if name in roles or _speaks(document, name, "give a role to", lenient=lenient):
            roles[names.get(name, name)] = role
    return roles


def _cuts(document: Document, correction: Correction, *, lenient: bool) -> list[Span]:
    """The ranges of the text that are dropped."""
    count, length = len(document.turns), len(document.text)
    cut: list[Span] = []
    for first, last in correction.drop:
        if last <= count:
            cut += [(turn.start, turn.end) for turn in document.turns[first:last]]
        elif not lenient:
            raise InputError(f"there is no turn {last} to drop; it has {count}")
    for start, end in correction.drop_characters:
        if end <= length:
            cut.append((start, end))
        elif not lenient:
            raise InputError(f"there is no character {end} to drop; it has {length}")
    return cut
