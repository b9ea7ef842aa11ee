"""Training material in lists: a question with the passage that answers it and with those that look as if they did.

A reader is asked to put sentences of several passages in order, so it is trained on that order: the right passage and the
right sentence against those that the encoder finds nearest to the question in the same article or the same document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.types import FloatMatrix, Span
from rag.passages import gist, split_sentences
from rag.reading.data import MIN_ANSWERED, MIN_ASKED, Paragraph
from rag.types import Document

if TYPE_CHECKING:
    from rag.reading.train import Recipe

Encode = Callable[[list[str]], FloatMatrix]  # texts → unit vectors (texts, dimensions)


@dataclass(frozen=True, slots=True)
class Listed:
    """A question with passages. Where `answered`, the first one answers it, and the rest do not.

    `sentences` are the first passage's, `gold` the one of them that holds the answer; both are empty where nobody said
    where the answer stands. `span` is the answer itself, in characters of the first passage.
    """

    question: str
    passages: tuple[str, ...]
    answered: bool
    gold: int | None = None
    span: Span | None = None


def squad_lists(paragraphs: Sequence[Paragraph], encode: Encode, *, negatives: int) -> Iterator[Listed]:
    """Every question with its paragraph and the nearest other paragraphs of its article that do not hold its answer."""
    by_article: dict[str, list[Paragraph]] = {}
    for paragraph in paragraphs:
        by_article.setdefault(paragraph.article, []).append(paragraph)
    for group in by_article.values():
        rows = [(number, item) for number, paragraph in enumerate(group) for item in paragraph.questions]
        if not rows:
            continue
        scores = encode([question for _, (_, question, _) in rows]) @ encode([each.text for each in group]).T
        for (own, (_, question, spans)), score in zip(rows, scores, strict=True):
            text = group[own].text
            if not spans:
                yield Listed(question, (text,), False)
                continue
            start, end = spans[0]
            answer = text[start:end].lower()
            order = [int(n) for n in np.argsort(-score, kind="stable")]
            others = [group[n].text for n in order if group[n].text != text and answer not in group[n].text.lower()]
            gold = [number for number, (a, z) in enumerate(split_sentences(text)) if a <= start < z]
            yield Listed(question, (text, *others[:negatives]), True, gold[0] if gold else None, (start, end))


def talk_lists(
    documents: Iterable[Document],
    passages: Callable[[Document], list[tuple[str, str]]],
    encode: Encode,
    *,
    negatives: int,
    seed: int,
) -> Iterator[Listed]:
    """Each question that was asked with the first passage of its answer and the nearest ones of other answers that day.

    `passages` gives a document's (question asked, passage) pairs in order. Half of the others are drawn at random, since
    the nearest ones sometimes do answer.
    """
    draw = Random(seed)
    for document in documents:
        pairs = [(asked, text) for asked, text in passages(document) if len(text.split()) >= MIN_ANSWERED]
        questions = {asked: gist(asked) for asked, _ in pairs}
        asked_well = [a for a, q in questions.items() if len(q.split()) >= MIN_ASKED and "?" in q]
        if not asked_well:
            continue
        scores = encode([questions[asked] for asked in asked_well]) @ encode([text for _, text in pairs]).T
        for asked, score in zip(asked_well, scores, strict=True):
            own = next(text for other, text in pairs if other == asked)
            rest = [n for n in np.argsort(-score, kind="stable").tolist() if pairs[n][0] != asked]
            nearest = rest[: (negatives + 1) // 2]
            drawn = draw.sample(rest[len(nearest) :], min(negatives // 2, len(rest) - len(nearest)))
            if rest:
                yield Listed(questions[asked], (own, *(pairs[n][1] for n in (*nearest, *drawn))), True)


@dataclass(frozen=True, slots=True)
class Read:
    """Question and one passage as tokens. `sentence_of` numbers each token's sentence, -1 outside the passage."""

    ids: list[int]
    types: list[int]
    sentence_of: list[int]
    start: int  # first token of the answer; 0: there is none, -1: not known
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """A list as tokens. `gold` is the first passage's sentence that answers; None: not known, or cut off."""

    reads: tuple[Read, ...]
    answered: bool
    gold: int | None


def tokens_of(tokenizer: Any, item: Listed, max_tokens: int) -> Group:
    """A list as tokens; what is too long loses its end."""
    reads = []
    for number, passage in enumerate(item.passages):
        found = tokenizer.encode(item.question, passage)
        keep = min(len(found.ids), max_tokens)
        ends = [end for _, end in split_sentences(passage)]
        own = [
            sequence == 1 and place[1] > place[0]
            for sequence, place in zip(found.sequence_ids[:keep], found.offsets[:keep], strict=True)
        ]
        sentence_of = [
            int(np.searchsorted(ends, place[0], side="right")) if inside else -1
            for inside, place in zip(own, found.offsets[:keep], strict=True)
        ]
        start = end = -1
        if item.span and number == 0:
            covered = [
                at
                for at, (inside, (a, z)) in enumerate(zip(own, found.offsets[:keep], strict=True))
                if inside and a < item.span[1] and z > item.span[0]
            ]
            start, end = (covered[0], covered[-1]) if covered else (-1, -1)
        elif item.span or not item.answered:
            start = end = 0
        ids = found.ids if keep == len(found.ids) else [*found.ids[: keep - 1], found.ids[-1]]
        reads.append(Read(list(ids), list(found.type_ids[:keep]), sentence_of, start, end))
    gold = item.gold if item.gold is not None and item.gold in reads[0].sentence_of else None
    return Group(tuple(reads), item.answered, gold)


def batches(
    recipe: Recipe, paragraphs: Sequence[Paragraph], talks: Sequence[Any], *, kept_apart: set[str]
) -> list[list[Group]]:
    """All lists as batches; a question that two files have is taken once."""
    from embeddings.encoders import load_encoder
    from rag.reading.train import batched, tokenizer_of, transcripts

    encoder = load_encoder()
    squad = [paragraph for paragraph in paragraphs if paragraph.article not in kept_apart]
    found = [*squad_lists(squad, encoder.encode_passages, negatives=recipe.negatives)]
    if talks:
        documents, passages = transcripts(talks)
        found += talk_lists(
            documents, passages, encoder.encode_passages, negatives=min(recipe.negatives, 2), seed=recipe.seed
        )
    tokenizer = tokenizer_of(recipe)
    groups = [
        tokens_of(tokenizer, item, recipe.max_tokens)
        for item in {(each.question, each.passages[0]): each for each in found}.values()
    ]

    return list(batched(groups, recipe, length=lambda group: max(len(read.ids) for read in group.reads)))


def loss(network: Any, batch: Sequence[Group], device: str) -> Any:
    """The right passage among its list, the right sentence among all of the list's, each alone, and the span."""
    import torch

    from rag.reading.train import span_loss, tensors

    functional = torch.nn.functional
    reads = [read for group in batch for read in group.reads]
    ids, mask, types = (part.to(device) for part in tensors(reads))
    with torch.autocast(device, torch.bfloat16):
        relevance, start, end, tokens = network(ids, mask, types)
    relevance, tokens = relevance.float(), tokens.float()
    starts, ends = (torch.tensor([getattr(read, name) for read in reads]).to(device) for name in ("start", "end"))
    answers = torch.tensor([float(group.answered and n == 0) for group in batch for n in range(len(group.reads))])
    total = 0.5 * functional.binary_cross_entropy_with_logits(relevance, answers.to(device))
    total = total + 0.5 * span_loss(start, end, starts, ends, outside=(types == 0) | (mask == 0))
    listed, chosen, alone, wanted = [], [], [], []
    at = 0
    for group in batch:
        rows = range(at, at + len(group.reads))
        at += len(group.reads)
        if group.answered and len(rows) > 1:
            listed.append(functional.cross_entropy(relevance[rows.start : rows.stop][None], _first(device)))
        if group.answered and group.gold is None:
            continue
        scores, gold = [], None
        for row, read in zip(rows, group.reads, strict=True):
            numbers = sorted({number for number in read.sentence_of if number >= 0})
            of = torch.tensor(read.sentence_of).to(device)
            for number in numbers:
                if row == rows.start and group.answered and number == group.gold:
                    gold = len(scores)
                scores.append(relevance[row] + tokens[row, : len(read.ids)][of == number].mean())
        together = torch.stack(scores)
        right = torch.zeros(len(scores), device=device)
        if gold is not None:
            right[gold] = 1.0
            chosen.append(functional.cross_entropy(together[None], torch.tensor([gold]).to(device)))
        alone.append(together)
        wanted.append(right)
    if listed:
        total = total + torch.stack(listed).mean()
    if chosen:
        total = total + torch.stack(chosen).mean()
    if alone:
        total = total + 0.5 * functional.binary_cross_entropy_with_logits(torch.cat(alone), torch.cat(wanted))
    return total


def _first(device: str) -> Any:
    import torch

    return torch.zeros(1, dtype=torch.long, device=device)
