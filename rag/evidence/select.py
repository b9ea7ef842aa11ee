"""Candidates → evidence: which sentences answer, and how sure we are that they do.

Retrieval finds the paragraph, users want the sentence. Every sentence of the best passages is scored by its own meaning,
the question's words that it and its neighbours cover, its passage's score, and whether it holds the kind of thing that
was asked for. The weights were chosen on the bundled questions and those about one real interview; the held-out questions
in `tests/sets` had no part in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from embeddings.types import FloatVector
from rag.evidence.calibration import DEFAULT_CALIBRATION, Calibration, size_of
from rag.rerankers.protocol import CLIP, READ_PASSAGES, clipped_log_odds
from rag.retrieval.fusion import Candidate
from rag.storage.sqlite import StoredPassage
from rag.text.names import last_name
from rag.types import Evidence, Query, Sentence, Signals

if TYPE_CHECKING:
    from rag.archive import Archive

MAX_QUOTES = 3
MAX_QUOTE_CHARS = 600
MAX_QUOTE_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """What each part of a sentence's score counts."""

    meaning: float = 1.0  # cosine of the sentence with the question
    cover: float = 0.3  # share of the question's words but its names, by rarity, that the sentence holds
    near_cover: float = 0.75  # of all its words, what the sentence, its neighbours and the question it answers hold
    passage: float = 1.25  # the passage's fused score
    number: float = 0.4  # it holds a number, where one was asked for
    time: float = 0.2  # a date or a duration
    name: float = 0.25  # a name
    length: float = 0.25  # up to forty words: longer sentences hold more
    asks: float = -0.4  # it is a question itself
    answer: float = 0.1  # how far a reading model finds that it answers, in log-odds from -20 up
    keep: float = 0.7  # a quote needs this share of the best one's score to stand beside it
    join: float = 0.75  # a neighbour with this share of the best sentence's score is quoted with it


READING = ReadingWeights()

# Words that lean on the sentence before them, by language: a quote that begins so is shown with it.
_LEANING = {
    "en": "he she it they this that these those his her its their such there then so but and also or",
    "de": "er sie es dies diese dieser dieses ihn ihm ihr ihre sein seine dann da so aber und auch oder deshalb",
    "fr": "il elle ils elles cela ça ce c cet cette ces celui celle son sa leur alors donc mais et aussi ou",
    "es": "él ella ello ellos ellas eso esto ese esa este esta estos estas su sus entonces así pero y también o",
    "pt": "ele ela eles elas isso isto esse essa este esta estes estas seu sua então assim mas e também ou",
    "ru": "он она оно они это этот эта эти то тот его её их тогда там так но а и тоже или поэтому",
    "uk": "він вона воно вони це цей ця ці то той його її їх тоді там так але а і й також або тому",
}
_LEANING_WORDS = {language: frozenset(words.split()) for language, words in _LEANING.items()}
_NUMBER_ASKED = re.compile(
    r"\b(?:how (?:many|much|long|old|far|often|big|large|high|tall|fast|soon|few|expensive)"
    r"|(?:what|which) (?:\w+ )?(?:percentage|share|number|amount|sum|price|cost|costs|budget|rate|size)"
    r"|what (?:do|does|did|will|would|has|is)\b.*\b(?:cost|price|worth|pay|charge|earn))\b",
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


def extract_evidence(
    archive: Archive,
    query: Query,
    candidates: Sequence[Candidate],
    *,
    searched: int,
    weights: ReadingWeights = READING,
    calibration: Calibration = DEFAULT_CALIBRATION,
    max_quotes: int = MAX_QUOTES,
) -> Evidence:
    """The quotes that answer best, and the confidence that they do; no quotes where there is nothing to read.

    `searched` is the number of passages that the candidates were found among.
    """
    quotes, signals = select_quotes(
        archive, query, candidates, searched=searched, weights=weights, max_quotes=max_quotes
    )
    return Evidence(quotes, calibration.confidence(signals) if signals else 0.0, signals)


def select_quotes(
    archive: Archive,
    query: Query,
    candidates: Sequence[Candidate],
    *,
    searched: int,
    weights: ReadingWeights = READING,
    max_quotes: int = MAX_QUOTES,
) -> tuple[tuple[Sentence, ...], Signals | None]:
    """The quotes that answer best with what speaks for them; no signals where there is nothing to read."""
    if not candidates or not re.search(r"\w", query.question):
        return (), None
    question = query.question
    # A speaker who is named is looked for among those who speak, not among the words spoken.
    names = {stem for name in query.speakers for stem in archive.stems(last_name(name))}
    word_weights = {s: w for s, w in archive.word_weights(query.text).items() if s not in names}
    scored = [
        (score, candidate, number)
        for candidate in candidates[:READ_PASSAGES]
        for number, score in enumerate(_score_sentences(archive, question, candidate, word_weights, weights))
    ]
    scored.sort(key=lambda item: -item[0])
    quotes = _choose(scored, max_quotes, weights)
    signals = _signals(
        archive,
        candidates,
        quotes,
        word_weights,
        {stem for stems in named_stems(archive, question).values() for stem in stems} - names,
        searched,
    )
    return tuple(quotes), signals


def _score_sentences(
    archive: Archive, question: str, candidate: Candidate, word_weights: dict[str, float], weights: ReadingWeights
) -> FloatVector:
    passage, spans = candidate.stored.passage, candidate.stored.spans
    texts = [passage.text[start:end] for start, end in spans]
    stems = [set(archive.stems(text)) for text in texts]
    asked = set(archive.stems(passage.asked))
    near = [set().union(asked, *stems[max(0, number - 1) : number + 2]) for number in range(len(texts))]
    # A name says what the talk is about: the sentence that answers is often the one after it, with "she" or "they".
    names = {stem for found in named_stems(archive, question).values() for stem in found}
    plain = {stem: weight for stem, weight in word_weights.items() if stem not in names}
    cover = np.asarray([_share(plain, own) for own in stems])
    near_cover = np.asarray([_share(word_weights, own) for own in near])
    meaning = candidate.sentence_scores
    shape = np.asarray([_shape(question, text, weights) for text in texts])
    score: FloatVector = (
        weights.meaning * meaning
        + weights.cover * cover
        + weights.near_cover * near_cover
        + weights.passage * candidate.score
        + shape
    )
    if candidate.reading is not None:
        score = score + weights.answer * np.asarray(
            [clipped_log_odds(each) for each in candidate.reading.sentences], np.float32
        )
    return score


def _share(weights: dict[str, float], held: set[str]) -> float:
    """
    >>> _share({"bridge": 3.0, "toll": 1.0}, {"bridge", "river"})
    0.75
    """
    return sum(weight for stem, weight in weights.items() if stem in held) / (sum(weights.values()) or 1.0)


def _shape(question: str, text: str, weights: ReadingWeights) -> float:
    """What a sentence's form adds: the kind of thing asked for, its length, being a question itself."""
    score = weights.length * min(len(text.split()), 40) / 40
    if _NUMBER_ASKED.search(question) and _NUMBER.search(text):
        score += weights.number
    if _TIME_ASKED.search(question) and _TIME.search(text):
        score += weights.time
    if _NAME_ASKED.search(question) and _NAME.search(text):
        score += weights.name
    if text.rstrip("\"'”’»)").endswith("?"):
        score += weights.asks
    return score


def _choose(scored: Sequence[tuple[float, Candidate, int]], max_quotes: int, weights: ReadingWeights) -> list[Sentence]:
    """The best sentences, each with the neighbours it needs, none twice."""
    runs: list[_Run] = []
    taken: set[tuple[int, int]] = set()
    by_place = {(candidate.stored.row, number): score for score, candidate, number in scored}
    for score, candidate, number in scored:
        if len(runs) == max_quotes or (runs and score < weights.keep * runs[0].score):
            break
        stored = candidate.stored
        if (stored.row, number) in taken:
            continue
        free = {n: by_place[stored.row, n] for n in range(len(stored.spans)) if (stored.row, n) not in taken}
        first, last = _with_neighbours(stored, number, free, weights.join)
        taken |= {(stored.row, n) for n in range(first, last + 1)}
        run = _Run(stored, first, last, score)
        # What leans on the end of a quote that is there already goes on with it, and is no quote of its own.
        at = next(
            (n for n, other in enumerate(runs) if other.stored.row == stored.row and other.last == first - 1), None
        )
        if at is not None and _leans(stored, first) and _length(stored, runs[at].first, last) <= MAX_QUOTE_CHARS:
            runs[at] = replace(runs[at], last=last)
        else:
            runs.append(run)
    return [run.quote() for run in runs]


@dataclass(frozen=True, slots=True)
class _Run:
    """Sentences `first` to `last` of a passage."""

    stored: StoredPassage
    first: int
    last: int
    score: float

    def quote(self) -> Sentence:
        passage, spans = self.stored.passage, self.stored.spans
        start, end = spans[self.first][0], spans[self.last][1]
        return Sentence(passage, passage.start + start, passage.start + end, passage.text[start:end], self.score)


def _with_neighbours(stored: StoredPassage, number: int, free: dict[int, float], join: float) -> tuple[int, int]:
    """The run of sentences to quote for one: what it leans on, and neighbours that answer almost as well."""

    def supported(first: int, last: int) -> int:
        """Two sentences further back at most, while the first one leans on the one before it."""
        for _ in range(2):
            if first - 1 in free and _leans(stored, first) and _length(stored, first - 1, last) <= MAX_QUOTE_CHARS:
                first -= 1
        return first

    first, last = supported(number, number), number
    while last - first < MAX_QUOTE_SENTENCES - 1:
        beside = [n for n in (first - 1, last + 1) if n in free and free[n] >= join * free[number]]
        beside = [n for n in beside if _length(stored, min(first, n), max(last, n)) <= MAX_QUOTE_CHARS]
        if not beside:
            break
        best = max(beside, key=lambda n: free[n])
        first, last = min(first, best), max(last, best)
    return supported(first, last), last


def _length(stored: StoredPassage, first: int, last: int) -> int:
    return stored.spans[last][1] - stored.spans[first][0]


def _leans(stored: StoredPassage, number: int) -> bool:
    """Whether a sentence is not understood without the one before it: it begins with a word for it, or is very short."""
    text = stored.passage.text[slice(*stored.spans[number])]
    words = re.findall(r"[^\W\d_]+", text[:40])
    leaning = _LEANING_WORDS.get(stored.passage.language or "en", _LEANING_WORDS["en"])
    return bool(words) and (words[0].lower() in leaning or len(text.split()) < 4)


def _signals(
    archive: Archive,
    candidates: Sequence[Candidate],
    quotes: Sequence[Sentence],
    word_weights: dict[str, float],
    named: set[str],
    searched: int,
) -> Signals:
    total = sum(word_weights.values()) or 1.0

    def cover(text: str) -> float:
        return _share(word_weights, set(archive.stems(text)))

    unknown = sum(weight for stem, weight in word_weights.items() if not archive.knows(stem)) / total
    top = candidates[:READ_PASSAGES]
    near = [candidate.stored.passage for candidate in top[:3]]
    held = {stem for p in near for stem in archive.stems(f"{p.text} {p.asked} {p.title} {p.speaker}")}
    missing = [stem for stem in named if stem not in held]
    readings = [candidate.reading for candidate in top if candidate.reading is not None]
    return Signals(
        dense=max(candidate.dense for candidate in top),
        sentence=max(candidate.sentence for candidate in top),
        cover=max(cover(candidate.stored.passage.text) for candidate in top[:3]),
        quote_cover=cover(quotes[0].text) if quotes else 0.0,
        unknown=unknown,
        names_unknown=sum(not archive.knows(stem) for stem in missing) / max(len(named), 1),
        names_missing=len(missing) / max(len(named), 1),
        relevance=max((clipped_log_odds(reading.relevance) / CLIP - 1 for reading in readings), default=0.0),
        answer=max(
            (clipped_log_odds(reading.sentences.max(initial=-CLIP)) / CLIP - 1 for reading in readings), default=0.0
        ),
        size=size_of(searched),
    )


def named_stems(archive: Archive, text: str) -> dict[str, list[str]]:
    """A text's names and numbers with their stems: words with a digit, or with a capital that no sentence begins with."""
    found = re.findall(r"(?<![.?!] )(?<!^)\b(?:[^\W\d_]*\d[\w.,]*\w|\d|(?!I\b)[A-ZÀ-ÞА-ЯІЇЄҐ][\w’'-]*\w)", text.strip())
    return {word: archive.stems(word.removesuffix("'s").removesuffix("’s")) for word in found}
