"""What a reader is trained on: questions with passages that answer them, and with passages that do not.

Two kinds of sources. SQuAD's JSON gives the answer's characters, and questions that their paragraph does not answer.
Transcripts give pairs for nothing: what a reporter asked and the answer that follows, against another answer of the same
day; they say which passage answers and not where in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rag.errors import InputError
from rag.passages import gist
from rag.types import Document, Span

# What the reader that ships was not trained on: drawn by `split_by_article` with the default seed from all its files.
KEPT_APART = frozenset({"Doctor_Who", "French_and_Indian_War", "Fresno,_California", "Prime_number", "Steam_engine"})
MIN_ASKED, MIN_ANSWERED = 5, 12  # words
PAIRS_PER_QUESTION = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A question with a passage: does it answer, and where. `spans` is None where nobody said where.

    An unanswerable pair has an empty tuple: it is known that the answer stands nowhere.
    """

    question: str
    passage: str
    answers: bool
    spans: tuple[Span, ...] | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a SQuAD file with its questions: (id, question, answer ranges)."""

    article: str
    text: str
    questions: tuple[tuple[str, str, tuple[Span, ...]], ...]


def squad_paragraphs(path: Path) -> list[Paragraph]:
    """The paragraphs of a SQuAD 1.1 or 2.0 file. Raises InputError where it is none."""
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


def squad_examples(paragraphs: Sequence[Paragraph], *, seed: int) -> Iterator[Example]:
    """Every question with its paragraph; an answerable one also with another paragraph of its article."""
    draw = Random(seed)
    by_article: dict[str, list[Paragraph]] = {}
    for paragraph in paragraphs:
        by_article.setdefault(paragraph.article, []).append(paragraph)
    for paragraph in paragraphs:
        others = [other for other in by_article[paragraph.article] if other.text != paragraph.text]
        for _, question, spans in paragraph.questions:
            yield Example(question, paragraph.text, bool(spans), spans)
            if spans and others:
                yield Example(question, draw.choice(others).text, False, ())


def talk_examples(
    documents: Iterable[Document], passages: Callable[[Document], list[tuple[str, str]]], *, seed: int
) -> Iterator[Example]:
    """Each question that was asked with the passages that follow it, and as many of other answers in the same document.

    `passages` gives a document's (question asked, passage) pairs in order.
    """
    draw = Random(seed)
    for document in documents:
        pairs = passages(document)
        answers: dict[str, list[str]] = {}
        for asked, text in pairs:
            if len(text.split()) >= MIN_ANSWERED:
                answers.setdefault(asked, []).append(text)
        for asked, texts in answers.items():
            question = gist(asked)
            others = [text for other, rest in answers.items() if other != asked for text in rest]
            if len(question.split()) < MIN_ASKED or "?" not in question or not others:
                continue
            for text in texts[:PAIRS_PER_QUESTION]:
                yield Example(question, text, True, None)
                yield Example(question, draw.choice(others), False, ())
