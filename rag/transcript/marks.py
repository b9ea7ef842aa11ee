"""What the finders of labels exchange: a document as lines, the labels and the time stamps found in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from rag.transcript.label_shapes import label_key
from rag.types import Role

LOG = "log"  # the kind of labels that nearly every line of a document has: no name is judged by its looks


@dataclass(frozen=True, slots=True)
class Mark:
    """A label found at the head of a line: [start, end) is the label, the utterance begins at `end`."""

    label: str  # empty if nobody is named
    start: int
    end: int
    seconds: float | None
    opens_paragraph: bool
    role: Role | None = None  # set if the layout itself says who asks
    kind: str = ""  # the form of the label, for grammars that know several

    @property
    def key(self) -> str:
        """Two labels with one key are the same label."""
        return label_key(self.label)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp at the head of a line that is no part of a label: [start, end) is the stamp."""

    start: int
    end: int
    seconds: float | None  # None for a time of the day
    alone: bool  # nothing else stands on its line


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a document, the grammar they follow, and how well that grammar explains the document, in [0, 1]."""

    marks: tuple[Mark, ...]
    grammar: str
    confidence: float
    density: float = 1.0  # the share of the paragraphs that labels open
    disputed: float = 0.0  # the share of the words that another grammar, nearly as good, gives to other speakers


class Line(NamedTuple):
    """A line that is not blank: [start, end) in the document."""

    start: int
    end: int
    text: str
    opens: bool  # it begins a paragraph
    blank_follows: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A document as the grammars see it: its text, where its body begins behind the front matter, and its lines."""

    text: str
    body: int
    lines: list[Line]  # without the blank ones


Find = Callable[[Source], list[Mark]]
