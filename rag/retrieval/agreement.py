"""How far passages agree with what a question asks for: its days, its documents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.types import FloatVector
from rag.storage.rows import StoredPassage
from rag.types import Passage, Understood

IN_TIME = 0.3  # added to the fused score of a passage of the days asked about
IN_DOCUMENT = 0.3  # … of a document asked about


def agreement(found: Sequence[StoredPassage], understood: Understood) -> FloatVector:
    """What is added to the fused score of each passage, (passages,) float32; zeros if the question says nothing."""
    raised = np.zeros(len(found), np.float32)
    if not (understood.after or understood.before or understood.documents):
        return raised  # passages are parsed only if they must be
    for place, stored in enumerate(found):
        if is_in_time(stored.passage, understood):
            raised[place] += IN_TIME
        if stored.passage.source in understood.documents:
            raised[place] += IN_DOCUMENT
    return raised


def is_in_time(passage: Passage, understood: Understood) -> bool:
    """Whether a passage is of the days that a question asks about; False if it asks about none."""
    if passage.date is None or not (understood.after or understood.before):
        return False
    return (understood.after or "") <= passage.date <= (understood.before or "9999")
