"""What a user asks, checked: a question, those before it, how many passages, and filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import InputError
from rag.types import Filters, Understood

MAX_QUESTION_CHARS = 4_000
MAX_HISTORY = 50
DEFAULT_K = 8
NOTHING = Understood()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was asked, without white space around it."""

    question: str
    history: tuple[str, ...]  # earlier questions, oldest first
    k: int  # passages that come with the answer
    filters: Filters
    understand: bool = True  # whether what the question itself asks for narrows the search
    not_meant: Understood = NOTHING  # what it was taken to ask for, and does not


def check_asked(
    question: str,
    history: Sequence[str] = (),
    *,
    k: int = DEFAULT_K,
    filters: Filters | None = None,
    understand: bool = True,
    not_meant: Understood | None = None,
) -> Asked:
    """What is asked, if it can be. Raises InputError for what is no text, empty, too long or too much.

    >>> check_asked(" Who pays? ", ["What does it cost?"]).question
    'Who pays?'
    """
    if isinstance(history, str):
        raise InputError(f"the history is {history!r}; give a list of the earlier questions")
    for what, text in (("question", question), *(("history's question", earlier) for earlier in history)):
        if not isinstance(text, str):
            raise InputError(f"the {what} is {text!r}, which is no text")
        if (length := len(text.strip())) > MAX_QUESTION_CHARS:
            raise InputError(f"the {what} has {length:,} characters, {MAX_QUESTION_CHARS:,} are allowed; shorten it")
    if not (question := question.strip()):
        raise InputError(
            'the question is empty; type one, for instance: onrecord ask "What did she say about the harbour?"'
        )
    if len(history) > MAX_HISTORY:
        raise InputError(f"the history has {len(history)} questions, {MAX_HISTORY} are allowed; leave out the oldest")
    if k < 1:
        raise InputError(f"-k is {k}; ask for at least 1 passage")
    return Asked(question, tuple(history), k, filters or Filters(), understand, not_meant or NOTHING)
