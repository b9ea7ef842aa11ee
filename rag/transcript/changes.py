"""One change after another to a document that is shown → the correction that gives them all.

A correction names people as the document was read; a person at the page changes what is shown. Here a change is
written in the names of the reading, so that it holds when the file is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from rag.errors import InputError
from rag.text.names import fold
from rag.transcript.alike import full_name, look_alike
from rag.transcript.corrected import apply_correction, named_in, restored
from rag.transcript.corrections import META_KEYS, Correction, meta_correction
from rag.types import Document, Role

Act = Literal["rename", "merge", "split", "nobody", "role", "meta"]


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody does to a document that is shown."""

    act: Act
    name: str  # of the speaker as shown; a printed label to split off; a key of the metadata
    to: str = ""  # the new name, the person to merge with, the role, the value


def with_change(document: Document, correction: Correction, change: Change) -> Correction:
    """The correction that gives what `correction` gives, and then the change. Raises InputError if it cannot be made.

    >>> from rag.transcript import parse
    >>> talk = parse("A. Reed: Why?\\n\\nJo Field: It rusts.\\n\\nA. Reed: So?\\n\\nJo Field: So.\\n", source="talk.txt")
    >>> once = with_change(talk, Correction(), Change("rename", "A. Reed", "Ann Reed"))
    >>> with_change(talk, once, Change("rename", "Ann Reed", "Anna Reed")).rename
    {'A. Reed': 'Anna Reed'}
    """
    if change.act not in get_args(Act):
        raise InputError(f"there is no change {change.act!r}; known: {', '.join(get_args(Act))}")
    if change.act == "meta":
        if change.name not in META_KEYS:
            raise InputError(f"there is no {change.name!r} to set; known: {', '.join(META_KEYS)}")
        given = meta_correction([f"{change.name}={change.to}"]).meta
        return replace(correction, meta={**correction.meta, **given})
    if change.act == "split":
        return _split(correction, change.name)
    people = _people_shown(restored(document), correction)
    _check_shown(change.name, people)
    own = people[change.name]
    if change.act == "nobody":
        return replace(correction, nobody=tuple(dict.fromkeys([*correction.nobody, *own])))
    if change.act == "role":
        if change.to not in get_args(Role):
            raise InputError(f"{change.to!r} is no role; known: {', '.join(get_args(Role))}")
        return replace(correction, role={**correction.role, **dict.fromkeys(own, change.to)})  # type: ignore[arg-type]
    new = " ".join(change.to.split())
    if not new:
        raise InputError("the new name is empty; type a name")
    if change.act == "merge" or new in people:
        _check_shown(new, people)
        return _merged(correction, own, people[new], new)
    return replace(correction, rename={**correction.rename, **dict.fromkeys(own, new)})


def _check_shown(name: str, people: Mapping[str, tuple[str, ...]]) -> None:
    """Raises InputError if nobody is shown under a name."""
    if name not in people:
        raise InputError(f"nobody called {name!r} speaks there; there are: {', '.join(map(repr, people))}")


def _people_shown(read: Document, correction: Correction) -> dict[str, tuple[str, ...]]:
    """The names of the reading behind each name that is shown with a correction."""
    apart = tuple(named_in(correction) - set(read.speakers))
    only_split = apply_correction(read, Correction(split=(*correction.split, *apart)), lenient=True)
    corrected = apply_correction(read, replace(correction, drop=(), drop_characters=()), lenient=True)
    people: dict[str, dict[str, None]] = {}
    for before, after in zip(only_split.turns, corrected.turns, strict=True):
        if after.speaker:
            people.setdefault(after.speaker, {})[before.speaker] = None
    return {name: tuple(own) for name, own in people.items()}


def _split(correction: Correction, label: str) -> Correction:
    """A label as a person of its own again, whatever it was merged with or renamed to."""
    groups = (tuple(name for name in group if name != label) for group in correction.merge)
    return replace(
        correction,
        split=tuple(dict.fromkeys([*correction.split, label])),
        merge=tuple(group for group in groups if len(group) > 1),
        rename={name: new for name, new in correction.rename.items() if name != label},
        nobody=tuple(name for name in correction.nobody if name != label),
    )


def _merged(correction: Correction, own: Sequence[str], others: Sequence[str], shown: str) -> Correction:
    """Some people and others as one, under the name that the others have."""
    together = tuple(dict.fromkeys([*others, *own]))
    groups = tuple(group for group in correction.merge if not set(group) & set(together))
    kept = {name: new for name, new in correction.rename.items() if name not in together}
    renamed = {} if together[0] == shown else {together[0]: shown}
    return replace(correction, merge=(*groups, together), rename={**kept, **renamed})


def suggestions(document: Document) -> list[Change]:
    """Changes that look right: labels that differ by a slip become one person, a short label its full name.

    >>> from rag.transcript import parse
    >>> talk = "MR. HAMILL: Why?\\n\\nANN REED: So.\\n\\nMR. HAMMILL: Where?\\n\\nANN REED: There.\\n" * 2
    >>> suggestions(parse(talk, source="talk.txt"))
    [Change(act='merge', name='MR. HAMMILL', to='MR. HAMILL')]
    """
    counts = {name: sum(turn.speaker == name for turn in document.turns) for name in document.speakers if name}
    by_count = sorted(counts, key=lambda name: -counts[name])
    found: list[Change] = []
    for at, name in enumerate(by_count):
        like = next((other for other in by_count[:at] if look_alike(name, other)), None)
        if like:
            found.append(Change("merge", name, like))
        elif (full := full_name(name, f"{document.title}\n{document.text[:20_000]}")) and fold(full) != fold(name):
            found.append(Change("merge" if full in counts else "rename", name, full))
    return found
