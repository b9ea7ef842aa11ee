"""Citations → cards: one a statement, with who, when and where, the question it answers, and the words.

What one speaker said in one exchange is one card, in the order of the text: a question that somebody puts to himself stays
with its answer. By date, since a reader takes dated statements for a timeline; the closest match is marked as such.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache

from rag.text.dates import spoken_date
from rag.text.reading import on_one_line
from rag.text.sentences import question_tail, split_sentences
from rag.text.terms import LANGUAGES, content_words, terms_of
from rag.text.wording import shortened
from rag.types import Citation, Span
from ui.markup import attribute, button, escaped, named, place_id, readable
from ui.texts import say

TITLE_CHARS = 90
BREAK_CHARS = 3  # white space between two neighbours, at most
NEAR_CHARS = 2000  # between two statements that answer no question, and are one card all the same


@dataclass(frozen=True, slots=True)
class Card:
    """What one speaker said in one exchange: citations in the order of the text."""

    citations: tuple[Citation, ...]

    @property
    def first(self) -> Citation:
        """The citation that comes first in the text."""
        return self.citations[0]

    @property
    def rank(self) -> int:
        """The lowest number among its citations; the best match has 1."""
        return min(citation.marker for citation in self.citations)


def cards_of(citations: Sequence[Citation]) -> list[Card]:
    """The citations of an answer as cards, the closest match first."""
    groups: list[list[Citation]] = []
    for cited in citations:
        group = next((each for each in groups if any(_one_exchange(cited, other) for other in each)), None)
        if group is None:
            groups.append([cited])
        else:
            group.append(cited)
    cards = [Card(tuple(sorted(group, key=lambda cited: (cited.start, cited.end)))) for group in groups]
    return sorted(cards, key=lambda card: card.rank)


def _one_exchange(one: Citation, other: Citation) -> bool:
    if (one.document_id, one.speaker, one.speaker_certain) != (other.document_id, other.speaker, other.speaker_certain):
        return False
    near = max(one.start, other.start) - min(one.end, other.end) <= NEAR_CHARS
    return near and one.asked == other.asked


def by_date(cards: Sequence[Card]) -> list[Card]:
    """The oldest first, undated ones last; those of one day in order of relevance."""
    return sorted(cards, key=lambda card: (card.first.date is None, card.first.date or "", card.rank))


def render_cards(citations: Sequence[Citation], question: str, *, chips: bool = True, weigh: bool = True) -> str:
    """The cards of an answer, by date, with a switch where the dates differ.

    With `chips`, the numbers are the answer's chips; with `weigh`, the sentence that answers has weight.
    """
    cards = cards_of(citations)
    ordered = by_date(cards)
    closest = cards[0] if len(cards) > 1 else None
    switch = ""
    if len({card.first.date for card in cards}) > 1:
        switch = (
            f'<p class="or-order">{button("by-date", say("cards.byDate"), pressed=True)}'
            f"{button('by-relevance', say('cards.byRelevance'), pressed=False)}</p>"
        )
    wanted = stems_of(question) if weigh else frozenset()
    shown = "".join(render_card(card, wanted, closest=card is closest, chips=chips) for card in ordered)
    return f'{switch}<div class="or-cards">{shown}</div>'


def render_card(card: Card, wanted: Set[str], *, closest: bool = False, chips: bool = True) -> str:
    """One card; `wanted` are the stems of what was asked. The number in its class is its rank, for the switch of the order."""
    first = card.first
    badge = f' <span class="or-closest">{escaped(say("cards.closest"))}</span>' if closest else ""
    head = f'<p class="or-card-head">{said_by(first)}{badge}</p>'
    asked = question_tail(on_one_line(first.asked)) if first.asked else ""
    put = f'<p class="or-card-asked" dir="auto">{escaped(say("cards.asked"))} <span>{escaped(asked)}</span></p>'
    notes = ""
    if any(cited.quotes_another for cited in card.citations):
        notes += f'<p class="or-card-note">{escaped(say("cards.another"))}</p>'
    tools = "".join(
        button(name, say(f"cards.{name}"), title=say(f"cards.{name}.hint"))
        for name in ("cite", "save", "earlier", "later")
    )
    return (
        f'<section class="or-card or-rank-{card.rank}">{head}{put if asked else ""}{notes}'
        f'<blockquote class="or-card-quote" dir="auto">{_quotes(card, wanted, chips=chips)}</blockquote>'
        f'<p class="or-card-tools">{tools}</p></section>'
    )


def said_by(cited: Citation, *, name: str = "") -> str:
    """Who, when and at which event: one line of markup."""
    who = (cited.speaker or say("answer.nobody")) if cited.speaker_certain else say("answer.uncertain")
    parts = [f"<strong>{named(who)}</strong>"]
    if cited.date:
        parts.append(escaped(spoken_date(cited.date)))
    if cited.title or cited.source:
        parts.append(event(cited.title, cited.source))
    return " · ".join(parts)


def event(title: str, source: str) -> str:
    """The title of an event; the file's name, which is secondary, comes when one points at it."""
    return f'<span title="{attribute(source)}">{named(shortened(title or source, TITLE_CHARS))}</span>'


def _quotes(card: Card, wanted: Set[str], *, chips: bool) -> str:
    parts: list[str] = []
    before: Citation | None = None
    weighty = _answering(card, wanted)
    for number, cited in enumerate(card.citations):
        if before is not None and cited.start - before.end > BREAK_CHARS:
            parts.append(' <span class="or-left-out">[…]</span> ')
        elif before is not None:
            parts.append(" ")
        if cited.introduction and before is None:
            parts.append(f'<span class="or-introduction">{readable(cited.introduction)}</span> ')
        link = chip(cited) if chips else opener(cited)
        words = _weighted(cited.quote, weighty[1]) if weighty and weighty[0] == number else readable(cited.quote)
        parts.append(f'<span class="or-quote">“{words}”</span> {link}')
        before = cited
    return "".join(parts)


def _answering(card: Card, wanted: Set[str]) -> tuple[int, Span] | None:
    """The one sentence of a card that shares most words with the question: (number of its citation, range in the quote).

    None if no sentence stands out, or if there is only one.
    """
    found = [
        (len(wanted & stems_of(cited.quote[start:end])), number, (start, end))
        for number, cited in enumerate(card.citations)
        for start, end in split_sentences(cited.quote)
    ]
    most = max((shared for shared, _, _ in found), default=0)
    best = [(number, span) for shared, number, span in found if shared == most]
    return best[0] if most and len(best) == 1 and len(found) > 1 else None


def _weighted(quote: str, span: Span) -> str:
    """A quote with one of its sentences in weight; the white space around that sentence stays."""
    start, end = span
    before, after = quote[:start], quote[end:]
    return f"{_beside(before)}<b>{readable(quote[start:end])}</b>{_beside(after)}"


def _beside(text: str) -> str:
    """A part of a quote as it is read, with the white space at its ends, which `readable` drops."""
    if not text.strip():
        return _space(text)
    core = text.strip()
    at = text.index(core)
    return f"{_space(text[:at])}{readable(core)}{_space(text[at + len(core) :])}"


def _space(text: str) -> str:
    if not text:
        return ""
    return "<br><br>" if text.count("\n") > 1 else " "


@cache
def stems_of(text: str) -> frozenset[str]:
    """The stems of the words that carry a text's matter."""
    return frozenset(stem for word in content_words(text, LANGUAGES) for stem in terms_of(word))


def chip(cited: Citation) -> str:
    """The number of a citation: a link to its place."""
    return _link(cited, "or-chip", f"[{cited.marker}]") + doubts_of(cited)


def opener(cited: Citation) -> str:
    """The same link under the quotes of a text that has its chips already."""
    return _link(cited, "or-open-place", f"[{cited.marker}]") + doubts_of(cited)


def _link(cited: Citation, kind: str, label: str) -> str:
    place = place_id(cited.document_id, cited.start, cited.end)
    return f'<a class="{kind}" href="#cite/{place}" title="{attribute(source_line(cited))}">{label}</a>'


def doubts_of(cited: Citation) -> str:
    """What is not certain about a citation."""
    notes = ["" if cited.verified else say("answer.unverified")]
    notes.append("" if cited.speaker_certain else say("answer.uncertain"))
    return "".join(f' <span class="or-unverified">{escaped(note)}</span>' for note in notes if note)


def source_line(citation: Citation) -> str:
    """Where a quote is, in one line: speaker, title, date, file and characters, and its address if it has one."""
    from rag.places import place_of

    speaker = citation.speaker if citation.speaker_certain else say("answer.uncertain")
    parts = [speaker, citation.title, spoken_date(citation.date) if citation.date else ""]
    place = place_of(citation.source, citation.start, citation.end, page=citation.page, seconds=citation.seconds)
    return ", ".join([part for part in parts if part] + [place] + ([citation.url] if citation.url else []))
