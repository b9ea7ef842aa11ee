"""What a user should know beside an answer: notes as values, and the one table that words them.

Everything that the program itself says with an answer is worded here: the notes, the reasons why the record is quoted
in place of a model's text, the reasons why a sentence counts as supported or not, and the refusals. `Answer.note` is
`note_text(answer.notes)`, and `Claim.reason` is one of the reasons below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.dates import spoken_date
from rag.text.wording import count_of

MOST_WORDS = 6  # of a question's words whose occurrences are given


@dataclass(frozen=True, slots=True)
class FellBack:
    """The generator that was asked did not answer, for this reason; the text is quotes from the record instead."""

    generator: str
    reason: str
    quoted: bool = True  # if not, the record does not answer either


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many of the text's sentences were left out, because their citations do not support them."""

    count: int
    total: int


@dataclass(frozen=True, slots=True)
class OthersSay:
    """The question asks for what these speakers say, and they do not answer it; the quotes are from others."""

    speakers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundElsewhere:
    """The question asks for these days or documents, nothing of them answers it, and the quotes are from others."""

    after: str | None
    before: str | None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AbsentNames:
    """Names and numbers of the question that occur nowhere in the archive, as they are written in the question."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AbsentSpeaker:
    """The question asks for what this person says, and nobody of that name speaks in the archive."""

    name: str
    others_quoted: bool  # whether the answer quotes what others say


@dataclass(frozen=True, slots=True)
class Occurrence:
    """In how many of the searched passages a word occurs as it is written, and how many hold other forms of it only."""

    word: str
    passages: int
    forms: tuple[str, ...] = ()  # the commonest of the others
    others: int = 0  # passages that hold one of them, and not the word


@dataclass(frozen=True, slots=True)
class Occurrences:
    """In how many of the searched passages each word of the question occurs; given with a refusal."""

    words: tuple[Occurrence, ...]  # in the order of the question


@dataclass(frozen=True, slots=True)
class SavedNotes:
    """The words of all notes of a saved answer: they are shown in place of the notes beside them."""

    text: str


Note = FellBack | LeftOut | OthersSay | FoundElsewhere | AbsentNames | AbsentSpeaker | Occurrences | SavedNotes

NOTHING_SUPPORTED = "nothing that it wrote is supported by what it cites"
OTHERS_QUOTED = "these quotes are from other speakers"
WROTE_NOTHING = "it wrote nothing"
NOTHING_THERE = "Not on record: there is nothing in this archive yet."
NOTHING_FITS = "Not on record: nothing in this archive fits these filters."

# Why a sentence of an answer is not called supported.
NOT_A_QUOTATION = "the words in quotation marks are not in the record"
NO_CITATION = "no citation"
DENIED_ONLY_HERE = "it denies something, and the cited sentences do not"
DENIED_ONLY_THERE = "a cited sentence denies something, and it does not"
CUT_DENIAL = "the words that the quotation leaves out deny something"
CUT_OUT_OF_DENIAL = "the rest of the sentence that the quotation is cut from denies or doubts it, or sets a condition"
FEW_WORDS_CITED = "only some of these words are in the cited sentences"
WORDS_NOT_CITED = "the cited sentences do not say this in these words"


def quoted_elsewhere(speaker: str) -> str:
    """Why a quotation whose words are not in the cited sentences is not supported.

    `speaker` says the words elsewhere; "" if nobody knows who does.
    """
    return f"the words in quotation marks are elsewhere in the record{f', said by {speaker}' if speaker else ''}"


def not_cited(fact: str) -> str:
    """Why a sentence with this name, number or date is not supported.

    >>> not_cited("1066")
    '1066 is in none of the cited sentences'
    """
    return f"{fact} is in none of the cited sentences"


def said_by_others(speakers: Sequence[str], named: str) -> str:
    """Why a sentence that attributes the words of these `speakers` to `named` is not supported.

    >>> said_by_others(["Ann Reed"], "Jo Field")
    "the cited words are Ann Reed's, not Jo Field's"
    """
    return f"the cited words are {' and '.join(speakers) or 'nobody'}'s, not {named}'s"


def wrote_too_much(max_chars: int) -> str:
    """Why a generator that does not stop is not shown."""
    return f"it wrote more than {max_chars:,} characters"


def no_answer_within(timeout_s: float) -> str:
    """Why a generator that is late is not waited for."""
    return f"no complete answer within {timeout_s:g} s"


def note_text(notes: Sequence[Note]) -> str:
    """Sentences for the reader of an answer; empty if there is nothing to say.

    >>> note_text([AbsentNames(("Aldwark",)), Occurrences((Occurrence("bridge", 3), Occurrence("toll", 0)))])
    '“Aldwark” does not occur in the record. “bridge” occurs in 3 passages, “toll” in none.'
    >>> note_text([AbsentSpeaker("Merkel", others_quoted=True)])
    'Nobody called Merkel speaks in the record; these quotes are from other speakers.'
    """
    for note in notes:
        if isinstance(note, SavedNotes):
            return note.text
    absent = absent_in(notes)
    return " ".join(filter(None, (_phrase(note, absent) for note in notes)))


def absent_in(notes: Sequence[Note]) -> tuple[str, ...]:
    """The names and numbers that the notes call absent."""
    return tuple(name for note in notes if isinstance(note, AbsentNames) for name in note.names)


def occurrences_in(notes: Sequence[Note]) -> dict[str, int]:
    """In how many passages each word of the question occurs, as far as the notes say."""
    return {each.word: each.passages for note in notes if isinstance(note, Occurrences) for each in note.words}


def _phrase(note: Note, absent: Sequence[str]) -> str:
    """A note's sentence; empty if the `absent` names have said it already."""
    match note:
        case FellBack(generator, reason, quoted):
            instead = " These are quotes from the record instead." if quoted else ""
            return f"The {generator} generator did not answer ({reason}).{instead}"
        case LeftOut(count, total):
            return f"{count} of {total} sentences were left out because their citations do not support them."
        case OthersSay(speakers):
            return (
                f"{_none_of(speakers)} answer{'s' if len(speakers) != 1 else ''} this in the record; {OTHERS_QUOTED}."
            )
        case FoundElsewhere(after, before, documents):
            return f"Nothing {_asked_for(after, before, documents)} answers this; these quotes are from elsewhere in the record."
        case AbsentNames(names):
            verb = "does" if len(names) == 1 else "do"
            return f"{_listed([f'“{name}”' for name in names])} {verb} not occur in the record."
        case AbsentSpeaker(speaker, others_quoted):
            if any(speaker in name or name in speaker for name in absent):
                return ""
            others = f"; {OTHERS_QUOTED}" if others_quoted else ""
            return f"Nobody called {speaker} speaks in the record{others}."
        case Occurrences(found):
            said = {word.lower() for name in absent for word in name.split()}
            return _phrase_counts([each for each in found if each.word.lower() not in said])
        case SavedNotes(text):
            return text


def _phrase_counts(occurrences: Sequence[Occurrence]) -> str:
    """How often the first words occur.

    >>> _phrase_counts([Occurrence("pays", 1, ("pay", "paid"), 58), Occurrence("toll", 1200), Occurrence("gate", 0)])
    '“pays” occurs in 1 passage (pay, paid: 58), “toll” in 1,200, “gate” in none.'
    """
    if not occurrences:
        return ""
    first, *rest = occurrences[:MOST_WORDS]
    passages = count_of(first.passages, "passage") if first.passages else "no passage"
    others = [
        f", “{each.word}” in {f'{each.passages:,}' if each.passages else 'none'}{_other_forms(each)}" for each in rest
    ]
    return f"“{first.word}” occurs in {passages}{_other_forms(first)}{''.join(others)}."


def _other_forms(each: Occurrence) -> str:
    return f" ({', '.join(each.forms)}: {each.others:,})" if each.forms else ""


def refusal_text(*, passages: int, speakers: int, documents: int, filtered: bool) -> str:
    """What an answer says when the record does not answer; the numbers are those of what was searched.

    >>> refusal_text(passages=1200, speakers=1, documents=3, filtered=False)
    'Not on record: nothing in the 1,200 answer passages by 1 speaker in 3 documents answers this.'
    """
    if not passages:
        return NOTHING_FITS if filtered else NOTHING_THERE
    by = f" by {count_of(speakers, 'speaker')}" if speakers else ""
    left = " that these filters leave" if filtered else ""
    searched = f"the {count_of(passages, 'answer passage')}{by} in {count_of(documents, 'document')}{left}"
    return f"Not on record: nothing in {searched} answers this."


def _none_of(speakers: Sequence[str]) -> str:
    """The speakers as those who do not do what the next words say.

    >>> _none_of(["Ann"]), _none_of(["Ann", "Jo"]), _none_of(["Ann", "Jo", "Tom"])
    ('Ann does not', 'Neither Ann nor Jo', 'None of Ann, Jo and Tom')
    """
    if len(speakers) == 1:
        return f"{speakers[0]} does not"
    return f"Neither {' nor '.join(speakers)}" if len(speakers) == 2 else f"None of {_listed(speakers)}"


def _asked_for(after: str | None, before: str | None, documents: Sequence[str]) -> str:
    """
    >>> _asked_for("2024-01-22", "2024-01-22", ()), _asked_for(None, "2024-06-30", ("a.txt",))
    ('of 22 January 2024', 'in a.txt until 30 June 2024')
    """
    where = f"in {_listed(documents)}" if documents else ""
    if after and before:
        when = f"of {spoken_date(after)}" if after == before else f"from {spoken_date(after)} to {spoken_date(before)}"
    else:
        when = f"since {spoken_date(after)}" if after else f"until {spoken_date(before)}" if before else ""
    return " ".join(filter(None, (where, when)))


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
