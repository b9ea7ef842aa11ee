"""History + question → what is searched, without a language model.

The literal question is always one leg. Where there is a conversation, the question before and the question together are
a second one: "And who pays for it?" finds nothing, "What does the barrier cost? And who pays for it?" does.
"""

from __future__ import annotations

from collections.abc import Sequence


def search_legs(question: str, history: Sequence[str]) -> list[tuple[str, float]]:
    """The texts to search with, and the weight of each.

    >>> search_legs("And who pays?", ["What does it cost?"])
    [('And who pays?', 1.0), ('What does it cost? And who pays?', 1.0)]
    """
    earlier = [text.strip() for text in history if text.strip()]
    legs = [(question, 1.0)]
    if earlier:
        legs.append((f"{earlier[-1]} {question}", 1.0))
    return legs
