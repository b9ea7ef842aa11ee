"""What a generator proposes to search with: asked for in the background, within a time limit, and remembered.

A failure costs an answer nothing but the words that would have been searched: it is logged, and the literal question is
searched in any case.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from rag.generators.calls import Call
from rag.generators.cancel import CancelToken
from rag.generators.capabilities import Propose

log = logging.getLogger(__name__)

REMEMBERED = 256  # questions
AT_ONCE_S = 0.01  # a model that answers within this has its answers recorded: there is nothing to do meanwhile

Key = tuple[str, tuple[str, ...]]  # a question and those before it
Texts = tuple[object, ...]  # as the generator gave them: whoever searches them looks at what they are


class Proposals:
    """A generator's variants of questions, each asked for once while it is among the last `most`."""

    def __init__(self, propose: Propose, *, timeout_s: float, most: int = REMEMBERED) -> None:
        self._propose = propose
        self._timeout_s = timeout_s
        self._most = most
        self._remembered: OrderedDict[Key, Texts] = OrderedDict()
        self._guard = threading.Lock()

    def begin(self, question: str, history: Sequence[str], cancel: CancelToken) -> Proposal:
        """Asks the generator, or remembers what it said; does not wait for it."""
        key = (question, tuple(history))
        with self._guard:
            known = self._remembered.get(key)
        call = Call(lambda token: known or _texts(self._propose(*key, token)), timeout_s=self._timeout_s, cancel=cancel)
        return Proposal(call, cancel, lambda texts: self._remember(key, texts))

    def _remember(self, key: Key, texts: Texts) -> None:
        """Keep what was proposed for a question, in place of the one that was asked longest ago."""
        with self._guard:
            self._remembered[key] = texts
            self._remembered.move_to_end(key)
            while len(self._remembered) > self._most:
                self._remembered.popitem(last=False)


class Proposal:
    """What a generator proposes for one question, soon."""

    def __init__(self, call: Call[Texts], cancel: CancelToken, remember: Callable[[Texts], None]) -> None:
        self._call = call
        self._cancel = cancel
        self._remember = remember

    @property
    def is_there(self) -> bool:
        """Whether it is there at once, so that nothing else need be done meanwhile."""
        return self._call.is_over(within_s=AT_ONCE_S)

    def texts(self) -> Texts:
        """The texts, waited for as long as the time limit allows; none if the generator fails. Raises Cancelled."""
        try:
            texts = self._call.result()
        except Exception as error:  # the literal question is searched in any case
            self._cancel.raise_if_cancelled()
            log.warning("the model proposed nothing to search with: %s", error)
            return ()
        self._remember(texts)
        return texts


def _texts(proposed: object) -> Texts:
    """What a generator returned, as a tuple; a single text is taken for one variant, and what is no sequence for none."""
    if isinstance(proposed, str):
        return (proposed,)
    return tuple(proposed) if isinstance(proposed, Sequence) else ()
