"""How well each sentence of a passage answers a question.

A sentence's score is a weighted sum of its own meaning, the question's words that it and its neighbours hold, the score of
its passage, what a reranker says of it, and its form. The weights were chosen on the bundled questions and those about one
real interview; the held-out questions in `tests/sets` were not used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embeddings.types import FloatVector
from rag.evidence.kinds import NAME, NUMBER, TIME, VERDICT
from rag.evidence.question_terms import QuestionTerms, StemsOf, term_overlap
from rag.rerankers.protocol import clipped_log_odds
from rag.retrieval.fusion import Candidate
from rag.text.sentences import is_question

LONG = 40  # words; a longer sentence gains nothing more
VERDICT_SENTENCES = 2  # of an answer, in which its yes or no stands
NEAR_CHARS = 60  # on each side of a number


@dataclass(frozen=True, slots=True)
class ReadingWeights:
    """What each part of a sentence's score counts, and what a quote needs."""

    meaning: float = 1.0  # cosine of the sentence with the question
    cover: float = 0.3  # share of the question's words but its names, by rarity, that the sentence holds
    near_cover: float = 0.75  # of all its words, what the sentence, its neighbours and the question it answers hold
    passage: float = 1.25  # the passage's fused score
    number: float = 0.4  # it holds a number, and the question asks for one
    time: float = 0.2  # a date or a duration
    name: float = 0.25  # a name
    figure_near: float = 0.4  # a number, by the share of the question's words but its names that stand near it
    verdict: float = 0.3  # it begins with a yes or a no, and the question asks for one
    verdict_asked: float = 1.0  # the same at the beginning of an answer, by the share of the question in what was asked
    latest: float = 0.5  # of the newest day among the candidates, and the question asks for the last time
    length: float = 0.25  # up to forty words: longer sentences hold more
    asks: float = -0.4  # it is a question itself
    answer: float = 0.1  # how far a reranker finds that it answers, as `clipped_log_odds`
    keep: float = 0.75  # a quote needs this share of the best one's score to be shown beside it
    join: float = 0.75  # a neighbour with this share of the best sentence's score is quoted with it


READING = ReadingWeights()


def score_sentences(
    candidate: Candidate, terms: QuestionTerms, stems_of: StemsOf, weights: ReadingWeights = READING
) -> FloatVector:
    """The score of each sentence of a candidate, shape (sentences,).

    Without a reranker, the best sentences of the bundled questions have 1.0 to 3.9; a reranker adds up to 6.5. Scores compare
    within one question only.
    """
    passage, spans = candidate.stored.passage, candidate.stored.spans
    texts = [passage.text[start:end] for start, end in spans]
    stems = [stems_of(text) for text in texts]
    asked = stems_of(passage.asked)
    near = [asked.union(*stems[max(0, number - 1) : number + 2]) for number in range(len(texts))]
    # A name says what the talk is about: the sentence that answers is often the one after it, with "she" or "they".
    cover = np.asarray([term_overlap(terms.plain_weights, own) for own in stems])
    near_cover = np.asarray([term_overlap(terms.weights, own) for own in near])
    form = np.asarray([_form(text, terms, stems_of, weights) for text in texts])
    if VERDICT in terms.kinds:
        # "No." holds no word of the question: it lives by the one that was put to the speaker.
        opens = [number < VERDICT_SENTENCES and bool(VERDICT.held.search(text)) for number, text in enumerate(texts)]
        form = form + weights.verdict_asked * term_overlap(terms.weights, asked) * np.asarray(opens)
    score: FloatVector = (
        weights.meaning * candidate.sentence_scores
        + weights.cover * cover
        + weights.near_cover * near_cover
        + weights.passage * candidate.score
        + form
    )
    if candidate.rerank_scores is not None:
        answers = [clipped_log_odds(each) for each in candidate.rerank_scores.sentences]
        score = score + weights.answer * np.asarray(answers, np.float32)
    return score


def _form(text: str, terms: QuestionTerms, stems_of: StemsOf, weights: ReadingWeights) -> float:
    """What a sentence's form adds: its length, the kind of thing asked for, and being a question itself."""
    score = weights.length * min(len(text.split()), LONG) / LONG
    for kind, weight in (
        (NUMBER, weights.number),
        (TIME, weights.time),
        (NAME, weights.name),
        (VERDICT, weights.verdict),
    ):
        if kind in terms.kinds and kind.held.search(text):
            score += weight
    if NUMBER in terms.kinds:
        score += weights.figure_near * _near_a_number(text, terms, stems_of)
    if is_question(text):
        score += weights.asks
    return score


def _near_a_number(text: str, terms: QuestionTerms, stems_of: StemsOf) -> float:
    """The share of the question's words, without its names, that stand near one number of a sentence: "six" of what?"""
    around = (
        text[max(0, match.start() - NEAR_CHARS) : match.end() + NEAR_CHARS] for match in NUMBER.held.finditer(text)
    )
    return max((term_overlap(terms.plain_weights, stems_of(words)) for words in around), default=0.0)
