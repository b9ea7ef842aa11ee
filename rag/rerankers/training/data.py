"""The examples that a reranker is trained on: questions with the passage that answers, and near ones that do not.

There are two kinds of sources. SQuAD's JSON gives the answer's characters. Transcripts give pairs without annotation:
a reporter's question and the answer that follows, among other answers of the same day. They say which passage
answers, but not where in it. The near passages are the ones that the encoder finds first, because the reranker will
have to tell those apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from embeddings.types import Encoder
from rag.errors import InputError
from rag.text.sentences import question_tail
from rag.types import Document, Span

# Articles that the shipped reranker was not trained on; `split_by_article` drew them with the default seed.
KEPT_APART = frozenset({"Doctor_Who", "French_and_Indian_War", "Fresno,_California", "Prime_number", "Steam_engine"})
MIN_ASKED, MIN_ANSWERED = 6, 15  # words
MOST_ASKED = 60  # questions of one transcript
FIRST_ANSWERS = 3  # passages after a question among which its answer is looked for
NEAR = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A question with a passage that answers it, and `others` near in meaning that do not.

    `spans` are the answer's characters in the passage; None if they are not known.
    """

    question: str
    passage: str
    spans: tuple[Span, ...] | None
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a SQuAD file with its questions: (id, question, answer ranges)."""

    article: str
    text: str
    questions: tuple[tuple[str, str, tuple[Span, ...]], ...]


def squad_paragraphs(path: Path) -> list[Paragraph]:
    """The paragraphs of a SQuAD 1.1 or 2.0 file. Raises InputError for any other file."""
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        return [
            Paragraph(
                article.get("title", ""),
                paragraph["context"],
                tuple(
                    (
                        str(item["id"]),
                        item["question"].strip(),
                        tuple(
                            dict.fromkeys(
                                (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
                                for answer in item["answers"]
                            )
                        ),
                    )
                    for item in paragraph["qas"]
                ),
            )
            for article in articles
            for paragraph in article["paragraphs"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no SQuAD file ({type(error).__name__}: {error})") from error


def split_by_article(titles: Iterable[str], *, held_out: float, seed: int) -> set[str]:
    """The articles to keep for testing: a share of them, drawn with `seed`.

    >>> sorted(split_by_article(["a", "b", "c", "d", "e"], held_out=0.4, seed=0))
    ['b', 'c']
    """
    ordered = sorted(set(titles))
    Random(seed).shuffle(ordered)
    return set(ordered[: round(held_out * len(ordered))])


def squad_examples(paragraphs: Sequence[Paragraph], encoder: Encoder) -> Iterator[Example]:
    """Every answerable question with its paragraph; one that is in two files only once."""
    asked = {
        (question, paragraph.text): spans
        for paragraph in paragraphs
        for _, question, spans in paragraph.questions
        if spans
    }
    near = _near(encoder, [question for question, _ in asked], sorted({paragraph.text for paragraph in paragraphs}))
    for ((question, text), spans), found in zip(asked.items(), near, strict=True):
        yield Example(question, text, spans, tuple(other for other in found if other != text)[:NEAR])


def talk_examples(
    documents: Iterable[Document],
    passages: Callable[[Document], list[tuple[str, str]]],
    encoder: Encoder,
    *,
    seed: int,
) -> Iterator[Example]:
    """Each question with the passage after it that is nearest in meaning, and the nearest of the document's others.

    `passages` gives a document's (question asked, passage) pairs in order.
    """
    draw = Random(seed)
    for document in documents:
        pairs = [(asked, text) for asked, text in passages(document) if len(text.split()) >= MIN_ANSWERED]
        answers: dict[str, list[str]] = {}
        for asked, text in pairs:
            if "?" in asked and len(question_tail(asked).split()) >= MIN_ASKED:
                answers.setdefault(asked, []).append(text)
        chosen = draw.sample(sorted(answers), min(MOST_ASKED, len(answers)))
        near = _near(encoder, [question_tail(asked) for asked in chosen], [text for _, text in pairs])
        for asked, found in zip(chosen, near, strict=True):
            own = {text for other, text in pairs if other == asked}
            first = answers[asked][:FIRST_ANSWERS]
            others = tuple(text for text in found if text not in own)[:NEAR]
            if others:
                yield Example(question_tail(asked), min(first, key=found.index), None, others)


def _near(encoder: Encoder, questions: Sequence[str], texts: Sequence[str]) -> Iterator[list[str]]:
    """For each question all texts, the nearest in meaning first."""
    vectors = encoder.encode_passages(texts)
    for question in questions:
        order = np.argsort(-(vectors @ encoder.encode_query(question)), kind="stable")
        yield [texts[row] for row in order]
