"""A question as its evidence is measured by: the stems that carry its matter, its names, and the kind of thing it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import cache

from rag.evidence.kinds import Kind, kinds_asked
from rag.query.named import names_and_numbers
from rag.storage.protocol import Snapshot
from rag.text.names import last_name
from rag.types import Query

StemsOf = Callable[[str], frozenset[str]]  # a text → the stems of its words


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """What a question holds, computed once for all sentences.

    Speaker names in the question select speakers and are not counted as query terms: they are in none of these.
    """

    weights: Mapping[str, float]  # stem → inverse document frequency, of the query's fullest variant
    plain_weights: Mapping[str, float]  # those without the names and numbers of the literal question
    names: frozenset[str]  # the stems of the literal question's names and numbers
    kinds: tuple[Kind, ...]  # what the literal question asks for


def question_terms(snapshot: Snapshot, query: Query, stems_of: StemsOf) -> QuestionTerms:
    """The terms of a query, as the archive weighs them."""
    speakers = {stem for name in query.speakers for stem in stems_of(last_name(name))}
    weights = {stem: weight for stem, weight in snapshot.word_weights(query.text).items() if stem not in speakers}
    names = frozenset(stem for name in names_and_numbers(query.question) for stem in stems_of(name)) - speakers
    plain = {stem: weight for stem, weight in weights.items() if stem not in names}
    return QuestionTerms(weights, plain, names, kinds_asked(query.question))


def remembered_stems(snapshot: Snapshot) -> StemsOf:
    """`snapshot.stems` as sets, each text stemmed once; to be made anew for each question."""
    return cache(lambda text: frozenset(snapshot.stems(text)))


def term_overlap(weights: Mapping[str, float], held: Set[str]) -> float:
    """The share of a question's word weight that a text holds, in [0, 1].

    >>> term_overlap({"bridge": 3.0, "toll": 1.0}, {"bridge", "river"})
    0.75
    """
    return sum(weight for stem, weight in weights.items() if stem in held) / (sum(weights.values()) or 1.0)
