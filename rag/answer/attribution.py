"""Whether a sentence names the speaker of what it cites: "Reed said that …" must cite Reed.

From the grammar of a few languages alone: the last name before a verb of saying, or the first one after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from rag.answer.claims import Marker
from rag.notes import said_by_others
from rag.text.lexicon import patterns
from rag.text.names import first_names, fold, last_name
from rag.types import Citation, Span

Stems = Callable[[str], Sequence[str]]

SAYING = re.compile(rf"\b(?:{patterns('saying_verbs')}|{patterns('saying_phrases')})\b|:\s*[“\"«„‘']", re.I)
_SAYER_FOLLOWS = re.compile(rf"{patterns('saying_phrases')}|\w+ {patterns('by_words')}\b")
_PRONOUN_BEFORE = re.compile(rf"\b{patterns('person_pronouns')}\s+(?:\w+ly\s+|also\s+)?\Z")


def misattribution(
    text: str,
    span: Span,
    markers: Sequence[Marker],
    citations: Sequence[Citation],
    *,
    speakers: Sequence[str],
    stems: Stems,
    held: Set[str],
) -> str:
    """Why the sentence `text[span]` attributes its words to the wrong person; empty if it does not.

    `citations` are those of its `markers`, `held` the stems of what they quote. Somebody other than the speaker may say
    something within what is cited: "Reed said that Field had promised it".
    """
    cited_as = {citation.marker: citation for citation in citations}
    for part, numbers in _parts(text, span, markers):
        cited = [cited_as[number] for number in numbers if number in cited_as] or citations
        said = fold(part)
        named = _named(said, speakers)
        verbs = list(SAYING.finditer(said))
        if not named or not verbs:
            continue
        sayers = [sayer for verb in verbs if (sayer := _sayer(said, named, verb))]
        candidates = sayers or named
        wrong = [who for who in candidates if not any(_is_one_of(citation.speaker, who.names) for citation in cited)]
        some_are_right = len(wrong) < len(candidates)
        if wrong and not (some_are_right and (not sayers or all(held & set(stems(who.last)) for who in wrong))):
            cited_speakers = dict.fromkeys(citation.speaker for citation in cited if citation.speaker)
            return said_by_others(list(cited_speakers), wrong[0].names[0])
    return ""


def _parts(text: str, span: Span, markers: Sequence[Marker]) -> list[tuple[str, tuple[int, ...]]]:
    """A sentence in parts, each with the numbers of its own markers; the text after the last marker has none."""
    parts: list[tuple[str, tuple[int, ...]]] = []
    position = span[0]
    for start, end, number in markers:
        before = text[position:start]
        if parts and not re.search(r"\w", before):
            parts[-1] = (parts[-1][0], (*parts[-1][1], number))
        else:
            parts.append((before, (number,)))
        position = end
    return [*parts, (text[position : span[1]], ())]


@dataclass(frozen=True, slots=True)
class _Named:
    """A speaker's name in a sentence: where it ends, the last name, and every speaker that it can mean."""

    end: int
    last: str
    names: tuple[str, ...]


def _named(said: str, speakers: Sequence[str]) -> list[_Named]:
    found, before = [], ""
    for match in re.finditer(r"[^\W_]+(?:-[^\W_]+)*", said):
        names = [name for name in speakers if last_name(name) == match[0]]
        fuller = [name for name in names if before in first_names(name)]
        if names:
            found.append(_Named(match.end(), match[0], tuple(fuller or names)))
        before = match[0]
    return found


def _sayer(said: str, named: Sequence[_Named], verb: re.Match[str]) -> _Named | None:
    """Who is said to have said something: the last one named before the verb of saying, or the first one after it."""
    before = [who for who in named if who.end <= verb.start()]
    after = [who for who in named if who.end > verb.end()]
    if _SAYER_FOLLOWS.match(said, verb.start()):
        return after[0] if after else None
    if _PRONOUN_BEFORE.search(said, 0, verb.start()):
        return None
    return before[-1] if before else after[0] if after else None


def _is_one_of(speaker: str, names: Sequence[str]) -> bool:
    """Whether a speaker can be one of these: the last name is the same, and the first names do not contradict."""
    own = first_names(speaker)
    return any(
        last_name(speaker) == last_name(name) and (not own or not (firsts := first_names(name)) or own & firsts)
        for name in names
    )
