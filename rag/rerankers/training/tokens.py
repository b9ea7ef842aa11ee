"""Examples as token ids, in batches; and the recipe, which holds the settings of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from embeddings.types import Span
from rag.rerankers.training.data import Example
from rag.text.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run. They are kept in its checkpoint, and a run can be resumed only with the same ones."""

    base: str
    epochs: float = 1.5
    batch_size: int = 16
    learning_rate: float = 3e-5
    head_learning_rate: float = 1e-3  # of the tokens' weights, which are learnt from nothing
    warmup: float = 0.08  # share of the steps
    weight_decay: float = 0.01
    max_question_tokens: int = 64
    max_tokens: int = 200
    held_out: float = 0.1  # share of the articles
    seed: int = 7
    checkpoint_every: int = 50  # steps


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as token ids, special tokens included."""

    question: list[int]
    passage: list[int]
    sentences: list[Span]  # ranges of the passage's tokens
    gold: list[int]  # the numbers of the sentences that hold the answer
    others: list[list[int]]  # passages that do not answer


def load_tokenizer(base: Path) -> Any:
    """The base model's tokenizer, which neither truncates nor pads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Any, example: Example, recipe: Recipe) -> Encoded:
    """An example as token ids. A long question keeps its end, a long passage its beginning."""
    question = tokenizer.encode(example.question).ids
    if len(question) > recipe.max_question_tokens:
        question = [question[0], *question[1 - recipe.max_question_tokens :]]
    passage = tokenizer.encode(example.passage)
    offsets = passage.offsets[: recipe.max_tokens - 1]
    sentences: list[Span] = []
    gold: list[int] = []
    for start, end in split_sentences(example.passage) if example.spans else []:
        inside = [row for row, (a, z) in enumerate(offsets) if a >= start and z <= end and z > a]
        if inside:
            if any(start <= a and z <= offsets[inside[-1]][1] for a, z in example.spans or ()):
                gold.append(len(sentences))
            sentences.append((inside[0], inside[-1] + 1))
    others = [_truncated(tokenizer.encode(text).ids, recipe.max_tokens) for text in example.others]
    return Encoded(question, _truncated(passage.ids, recipe.max_tokens), sentences, gold, others)


def _truncated(ids: list[int], most: int) -> list[int]:
    """At most `most` ids, of which the last is the special token at the end."""
    return ids if len(ids) <= most else [*ids[: most - 1], ids[-1]]


def batches_of(encoded: Sequence[Encoded], recipe: Recipe) -> Iterator[list[Encoded]]:
    """Full batches of `batch_size` examples, in an order drawn by the seed, epoch after epoch."""
    left = recipe.epochs
    epoch = 0
    while left > 0:
        order = list(range(len(encoded)))
        Random(recipe.seed + epoch).shuffle(order)
        order = order[: round(min(left, 1.0) * len(order))]
        yield from (
            [encoded[row] for row in order[at : at + recipe.batch_size]]
            for at in range(0, len(order) - recipe.batch_size + 1, recipe.batch_size)
        )
        left, epoch = left - 1, epoch + 1
