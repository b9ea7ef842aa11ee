"""History + question → query, without a language model.

The literal question is always one leg. Where there is a conversation, the question before and the question together are
a second one: "And who pays for it?" finds nothing, "What does the barrier cost? And who pays for it?" does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.speakers import fold, last_name
from rag.types import Query


def build_query(question: str, history: Sequence[str] = (), *, speakers: Iterable[str] = ()) -> Query:
    """The legs to search with, and which of the archive's `speakers` the question names.

    >>> build_query("And what did Brandt say?", ["What does it cost?"], speakers=["Ilse Brandt", "Pell Aronsen"])
    Query(question='And what did Brandt say?', legs=(('And what did Brandt say?', 1.0), ('What does it cost? And what did Brandt say?', 1.0)), speakers=('Ilse Brandt',))
    """
    # A terminal can hand over bytes that are no UTF-8; no tokenizer takes what Python makes of them.
    question = question.encode("utf-8", "replace").decode("utf-8")
    earlier = [text.encode("utf-8", "replace").decode("utf-8").strip() for text in history if text.strip()]
    legs = [(question, 1.0)]
    if earlier:
        legs.append((f"{earlier[-1]} {question}", 1.0))
    words = set(re.findall(r"[^\W_]+(?:-[^\W_]+)*", fold(question)))
    named = tuple(name for name in speakers if (last := last_name(name)) and last in words)
    return Query(question, tuple(legs), named)


def with_rewrite(query: Query, rewritten: str) -> Query:
    """The query with one more leg: the question as a language model put it. The literal question stays the first.

    >>> with_rewrite(build_query("And hers?", ["Where is his house?"]), "Where is her house?").legs
    (('And hers?', 1.0), ('Where is his house? And hers?', 1.0), ('Where is her house?', 1.0))
    """
    text = " ".join(rewritten.split())
    if not text or text in (leg for leg, _ in query.legs):
        return query
    return replace(query, legs=(*query.legs, (text, 1.0)))
