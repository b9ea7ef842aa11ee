"""One conversation for the tests of transcripts, the ways to write it, and what was read."""

from __future__ import annotations

from rag.transcript import parse

SAID = [
    ("Ilse Brandt", "Where did the water come from?"),
    ("Tom Arden", "It came from the north, over the old wall.\n\nNobody had looked at that wall for years."),
    ("Ilse Brandt", "And who was told?"),
    ("Tom Arden", "Everybody was told. Nobody came."),
    ("Ilse Brandt", "Would you do it again?"),
    ("Tom Arden", "I would, and sooner."),
]


def turns_of(text: str) -> list[tuple[str, str, str]]:
    """Speaker, role and words of each turn."""
    document = parse(text, source="talk.txt")
    return [(turn.speaker, turn.role, text[turn.start : turn.end]) for turn in document.turns]


def said_in(text: str) -> list[tuple[str, str]]:
    """Speaker and words of each turn."""
    return [(speaker, said) for speaker, _, said in turns_of(text)]


def written(form: str) -> str:
    """The conversation with each turn in a form of `{name}`, `{NAME}`, `{last}`, `{said}` and `{n}`."""
    return "".join(
        form.format(
            name=name,
            NAME=name.upper(),
            low=name.lower(),
            last=name.split()[1],
            LAST=name.split()[1].upper(),
            said=said,
            n=number,
        )
        for number, (name, said) in enumerate(SAID, start=1)
    )


def exchange(*said: tuple[str, str]) -> str:
    """What was said, as paragraphs that begin with a name and a colon."""
    return "".join(f"{name}: {words}\n\n" for name, words in said)
