"""SQuAD 1.1 and 2.0, and sets of the same form, such as XQuAD: each paragraph is a text of its own.

A question that is marked impossible is unanswerable. Each of the annotators' answers is kept once, with all its places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from eval.questions.formats.transcripts import canonical, file_name_of
from eval.questions.record import Fault, Record, shown
from rag.errors import InputError

_Paragraph = tuple[str, str, str, list[Any]]  # place, file name, context, questions


def is_set(content: Any) -> bool:
    """Whether a JSON value has SQuAD's shape."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("data"), list)
        and all(isinstance(article, dict) and "paragraphs" in article for article in content["data"][:1])
    )


def read(name: str, content: Any) -> Iterator[Record | Fault]:
    """A record for each question."""
    for paragraph in _paragraphs(name, content):
        if isinstance(paragraph, Fault):
            yield paragraph
            continue
        place, source, context, questions = paragraph
        for number, asked in enumerate(questions):
            yield from _question(f"{place}.qas[{number}]", source, context, asked)


def texts(name: str, content: Any) -> Iterator[tuple[str, str]]:
    """(file name, text) of each paragraph. Raises InputError for one that has no text."""
    for paragraph in _paragraphs(name, content):
        if isinstance(paragraph, Fault):
            raise InputError(str(paragraph))
        yield paragraph[1], paragraph[2]


def _paragraphs(name: str, content: Any) -> Iterator[_Paragraph | Fault]:
    for n, article in enumerate(content["data"]):
        paragraphs = article.get("paragraphs") if isinstance(article, dict) else None
        if not isinstance(paragraphs, list):
            yield Fault(f"{name}:data[{n}]", "paragraphs", f"expected a list, found {shown(paragraphs)}")
            continue
        title = re.sub(r"\W+", "_", str(article.get("title") or "article"))
        for m, paragraph in enumerate(paragraphs):
            place = f"{name}:data[{n}].paragraphs[{m}]"
            if not isinstance(paragraph, dict) or not isinstance(paragraph.get("context"), str):
                yield Fault(place, "context", "expected a text")
            elif not isinstance(paragraph.get("qas"), list):
                yield Fault(place, "qas", f"expected a list of questions, found {shown(paragraph.get('qas'))}")
            else:
                yield place, file_name_of(f"{title}-{n + 1}-{m + 1}"), canonical(paragraph["context"]), paragraph["qas"]


def _question(place: str, source: str, context: str, asked: Any) -> Iterator[Record | Fault]:
    if not isinstance(asked, dict):
        yield Fault(place, "", f"expected a question, found {shown(asked)}")
        return
    given = asked.get("answers", [])
    impossible = asked.get("is_impossible", False)
    if not isinstance(given, list) or not isinstance(impossible, bool):
        field, value = ("is_impossible", impossible) if isinstance(given, list) else ("answers", given)
        yield Fault(
            place, field, f"expected {'true or false' if field == 'is_impossible' else 'a list'}, found {shown(value)}"
        )
        return
    ranges: dict[tuple[int, int], str] = {}
    for number, answer in enumerate(() if impossible else given):
        at = f"answers[{number}]"
        text, start = (answer.get("text"), answer.get("answer_start")) if isinstance(answer, dict) else (None, None)
        if not isinstance(text, str) or isinstance(start, bool) or not isinstance(start, int):
            yield Fault(place, at, f"expected text and answer_start, found {shown(answer)}")
        elif start < 0 or context[start : start + len(text)] != canonical(text):
            yield Fault(place, f"{at}.answer_start", f"{shown(text)} does not stand at {start}")
        else:
            ranges[start, start + len(text)] = text
    fields = {
        "id": asked.get("id"),
        "question": asked.get("question"),
        "answerable": not impossible,
        "relevant": [{"source": source, "start": start, "end": end} for start, end in ranges],
        "answers": list(dict.fromkeys(ranges.values())),
    }
    yield Record(place, {name: value for name, value in fields.items() if value is not None})
