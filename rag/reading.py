"""Candidates → evidence: which sentences answer, and how sure we are that they do.

Retrieval finds the paragraph, users want the sentence. Every sentence of the best passages is scored by its own meaning,
its neighbours', the question's words that it and its passage cover, its passage's rank, and whether it holds the kind of
thing that was asked for. The weights are few and were chosen on questions about other interviews than the tests'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from embeddings.types import FloatVector
from rag.retrieval import Candidate
from rag.types import Evidence, Sentence, Span

if TYPE_CHECKING:
    from rag.archive import Archive

MAX_QUOTES = 3
READ_PASSAGES = 8
MAX_QUOTE_CHARS = 600


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """What each part of a sentence's score counts."""

    meaning: float = 1.0  # cosine of the sentence with the question
    neighbours: float = 0.3  # mean cosine of the sentences beside it
    cover: float = 0.5  # share of the question's words, by rarity, that the sentence holds
    near_cover: float = 0.2  # the same for the sentence with its neighbours
    passage: float = 0.08  # the passage's fused score, in standard deviations
    kind: float = 0.1  # it holds a number, a date or a name where one was asked for
    asks: float = -0.25  # it is a question itself
    tiny: float = -0.1  # it has fewer than four words


READING = ReadingWeights()

# Words that lean on the sentence before them: a quote that begins so is shown with it.
_LEANING = frozenset(
    "he she it they this that these those his her its their such there then so but and also or".split()
)
_NUMBER_ASKED = re.compile(
    r"\b(?:how (?:many|much|long|old|far|often|big|large|high|tall|fast|soon|few)|what (?:percentage|share|number|amount|sum|price|cost))\b",
    re.I,
)
_TIME_ASKED = re.compile(
    r"\b(?:when|what (?:year|date|day|month|time)|which (?:year|date|day|month)|since when|how long)\b", re.I
)
_NAME_ASKED = re.compile(
    r"\b(?:who|whom|whose|where|which (?:country|city|person|company|minister|party|place))\b", re.I
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|half|"
    r"third|quarter|dozen|twice|once)s?\b",
    re.I,
)
_TIME = re.compile(
    r"\b\d{4}\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|yesterday|today|tomorrow|spring|summer|autumn|fall|winter|year|years|month|"
    r"months|week|weeks|day|days|hour|hours|minutes|ago|century|decade)\b",
    re.I,
)
_NAME = re.compile(r"(?<=[\w,;:’'\"”)] )(?:[A-ZÀ-ÞА-Я][\w’'-]+|[A-Z]{2,})")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the confidence is made of; all in [0, 1] but `margin`."""

    dense: float  # best cosine of a passage
    sentence: float  # best cosine of a sentence
    cover: float  # share of the question's word weight in the best passage
    quote_cover: float  # share of it in the first quote
    unknown: float  # share of it in words that occur nowhere in the archive

    def as_list(self) -> list[float]:
        """The signals in the order of the calibration's coefficients."""
        return [self.dense, self.sentence, self.cover, self.quote_cover, self.unknown]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic map from signals to confidence, and the threshold under which the record is called silent."""

    bias: float
    coefficients: tuple[float, ...]
    threshold: float

    def confidence(self, signals: Signals) -> float:
        """Probability in (0, 1) that the first quote answers."""
        total = self.bias + sum(c * s for c, s in zip(self.coefficients, signals.as_list(), strict=True))
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))


DEFAULT_CALIBRATION = Calibration(bias=-5.0, coefficients=(4.0, 5.0, 2.0, 1.0, -2.0), threshold=0.3)


def read(
    archive: Archive,
    question: str,
    candidates: Sequence[Candidate],
    *,
    weights: ReadingWeights = READING,
    calibration: Calibration = DEFAULT_CALIBRATION,
    max_quotes: int = MAX_QUOTES,
) -> Evidence:
    """The quotes that answer best, and the confidence that they do; no quotes where there are no candidates."""
    if not candidates:
        return Evidence((), 0.0)
    word_weights = archive.word_weights(question)
    scored = [
        (score, candidate, number)
        for candidate in candidates[:READ_PASSAGES]
        for number, score in enumerate(_score_sentences(archive, question, candidate, word_weights, weights))
    ]
    scored.sort(key=lambda item: -item[0])
    quotes = _choose(scored, max_quotes)
    signals = _signals(archive, candidates, quotes, word_weights)
    return Evidence(tuple(quotes), calibration.confidence(signals))


def _score_sentences(
    archive: Archive, question: str, candidate: Candidate, word_weights: dict[str, float], weights: ReadingWeights
) -> FloatVector:
    passage, spans = candidate.stored.passage, candidate.stored.spans
    texts = [passage.text[start:end] for start, end in spans]
    stems = [set(archive.stems(text)) for text in texts]
    total = sum(word_weights.values()) or 1.0
    cover = np.asarray([sum(w for stem, w in word_weights.items() if stem in own) / total for own in stems])
    meaning = candidate.sentence_scores
    beside = [[n for n in (number - 1, number + 1) if 0 <= n < len(texts)] for number in range(len(texts))]
    near_meaning = np.asarray([meaning[near].mean() if near else meaning[n] for n, near in enumerate(beside)])
    near_cover = np.asarray(
        [
            sum(w for stem, w in word_weights.items() if any(stem in stems[n] for n in [number, *near])) / total
            for number, near in enumerate(beside)
        ]
    )
    shape = np.asarray([_shape(question, text, weights) for text in texts])
    score: FloatVector = (
        weights.meaning * meaning
        + weights.neighbours * near_meaning
        + weights.cover * cover
        + weights.near_cover * near_cover
        + weights.passage * candidate.score
        + shape
    )
    return score


def _shape(question: str, text: str, weights: ReadingWeights) -> float:
    """What a sentence's form adds: the kind of thing asked for, being a question itself, being hardly a sentence."""
    kinds = [
        bool(thing.search(text))
        for asked, thing in ((_NUMBER_ASKED, _NUMBER), (_TIME_ASKED, _TIME), (_NAME_ASKED, _NAME))
        if asked.search(question)
    ]
    score = weights.kind * any(kinds)
    if text.rstrip("\"'”’»)").endswith("?"):
        score += weights.asks
    if len(text.split()) < 4:
        score += weights.tiny
    return score


def _choose(scored: Sequence[tuple[float, Candidate, int]], max_quotes: int) -> list[Sentence]:
    """The best sentences, each with the neighbours it needs, none twice."""
    quotes: list[Sentence] = []
    taken: set[tuple[int, int]] = set()
    picked = {(c.stored.row, n) for _, c, n in scored[: 2 * max_quotes]}
    for score, candidate, number in scored:
        if len(quotes) == max_quotes:
            break
        row, spans, passage = candidate.stored.row, candidate.stored.spans, candidate.stored.passage
        if (row, number) in taken:
            continue
        first, last = _with_neighbours(passage.text, spans, number, {n for r, n in picked if r == row})
        first = max([first, *(n + 1 for n in range(first, number) if (row, n) in taken)])
        last = min([last, *(n - 1 for n in range(number + 1, last + 1) if (row, n) in taken)])
        taken |= {(row, n) for n in range(first, last + 1)}
        start, end = spans[first][0], spans[last][1]
        quotes.append(Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], score))
    return quotes


def _with_neighbours(text: str, spans: Sequence[Span], number: int, picked: set[int]) -> tuple[int, int]:
    """The run of sentences to quote for one: what it leans on, and what follows if it was found as well."""
    first = last = number
    while first > 0 and _leans(text[slice(*spans[first])]) and spans[last][1] - spans[first - 1][0] <= MAX_QUOTE_CHARS:
        first -= 1
        if number - first == 2:
            break
    for step in (1, -1):
        neighbour = (last if step > 0 else first) + step
        if neighbour in picked and 0 <= neighbour < len(spans):
            low, high = min(first, neighbour), max(last, neighbour)
            if spans[high][1] - spans[low][0] <= MAX_QUOTE_CHARS:
                first, last = low, high
    return first, last


def _leans(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text[:40])
    return bool(words) and (words[0].lower() in _LEANING or len(text.split()) < 4)


def _signals(
    archive: Archive, candidates: Sequence[Candidate], quotes: Sequence[Sentence], word_weights: dict[str, float]
) -> Signals:
    total = sum(word_weights.values()) or 1.0

    def cover(text: str) -> float:
        own = set(archive.stems(text))
        return sum(weight for stem, weight in word_weights.items() if stem in own) / total

    unknown = sum(weight for stem, weight in word_weights.items() if not archive.knows(stem)) / total
    top = candidates[:READ_PASSAGES]
    return Signals(
        dense=max(candidate.dense for candidate in top),
        sentence=max(candidate.sentence for candidate in top),
        cover=max(cover(candidate.stored.passage.text) for candidate in top[:3]),
        quote_cover=cover(quotes[0].text) if quotes else 0.0,
        unknown=unknown,
    )
