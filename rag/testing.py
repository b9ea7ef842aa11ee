"""Fakes for tests: an encoder without a model, and a generator that yields given text.

Both are real objects that are passed in place of a model: `open_archive(url, encoder=FakeEncoder())` and
`Assistant(archive, generator=ScriptedGenerator("…"))`. They need no files, and give the same result on every machine.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from embeddings.types import FloatMatrix, FloatVector, Span
from rag.generators.protocol import GenerationRequest, NumberedPassage

Script = Callable[[GenerationRequest], str | Iterable[str]]
Chooses = Callable[[str, Sequence[NumberedPassage]], Sequence[str]]

_TOKEN = re.compile(r"\w+|[^\w\s]")


class FakeEncoder:
    """Vectors made of the hashes of words: texts that share words are near each other, and no meaning is known.

    A token is a word or a punctuation mark. Encoders are interchangeable if they have the same name, `dim`, `max_tokens` and
    `seed`; any other one has another fingerprint.

    >>> encoder = FakeEncoder()
    >>> encoder.encode_query("The gates move in 2028.").shape
    (8,)
    >>> gates, harbour = encoder.encode_passages(["the gates", "a harbour"])
    >>> round(float(gates @ encoder.encode_query("The gates!")), 3), bool(gates @ harbour < 0.5)
    (1.0, True)
    >>> encoder.count_tokens("The gates move in 2028.")
    6
    """

    backend = "fake"

    def __init__(self, dim: int = 8, *, name: str = "fake", max_tokens: int = 256, seed: int = 0) -> None:
        self.name = name
        self.dim = dim
        self.max_tokens = max_tokens
        self.fingerprint = hashlib.sha256(f"{name} {dim} {max_tokens} {seed}".encode()).hexdigest()
        self._seed = seed
        self._vectors: dict[str, FloatVector] = {}

    def count_tokens(self, text: str) -> int:
        """The number of words and punctuation marks, not cut off."""
        return len(_TOKEN.findall(text))

    def encode_query(self, text: str) -> FloatVector:
        """The unit vector of one text, (dim,) float32; a query is encoded as a passage is."""
        return self._sum(self._words(text))

    def encode_passages(self, texts: Sequence[str], *, threads: int | None = None) -> FloatMatrix:
        """One unit row per text, (texts, dim) float32; `threads` makes no difference."""
        rows = [self.encode_query(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], *, threads: int | None = None
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """The rows of `encode_passages`, and for each text one row per span, (spans, dim) float32.

        A span's row is the vector of the span alone, or zeros if none of its tokens is read.
        """
        found: list[FloatMatrix] = []
        for text, ranges in zip(texts, spans, strict=True):
            words = self._words(text)
            rows = np.zeros((len(ranges), self.dim), np.float32)
            for row, (start, end) in zip(rows, ranges, strict=True):
                if inside := [word for word in words if start <= word.start() and word.end() <= end]:
                    row[:] = self._sum(inside)
            found.append(rows)
        return self.encode_passages(texts), found

    def _words(self, text: str) -> list[re.Match[str]]:
        """The words among the tokens that are read; the tokens themselves if there is no word."""
        tokens = list(_TOKEN.finditer(text))[: self.max_tokens]
        return [token for token in tokens if token[0][0].isalnum()] or tokens

    def _sum(self, words: Sequence[re.Match[str]]) -> FloatVector:
        total = np.zeros(self.dim, np.float32)
        for word in words:
            total += self._vector(word[0].casefold())
        length = float(np.linalg.norm(total))
        # Nothing to read, or words that cancel out: a unit vector all the same.
        return total / np.float32(length) if length > 1e-6 else np.eye(1, self.dim, dtype=np.float32)[0]

    def _vector(self, word: str) -> FloatVector:
        if word not in self._vectors:
            data = hashlib.shake_128(f"{self._seed} {word}".encode("utf-8", "surrogatepass")).digest(self.dim)
            self._vectors[word] = np.frombuffer(data, np.uint8).astype(np.float32) - np.float32(127.5)
        return self._vectors[word]


class ScriptedGenerator:
    """A generator that yields the text it was made with, whatever the evidence.

    `script` is one text for every question, a list of texts, one a question and the last for all that follow, or a function
    from the request to a text or its pieces. A text comes in pieces of `piece_length` characters, so that markers break
    anywhere. `requests` keeps what it was asked. With `variants` it proposes these to search with, whatever the question;
    with `choose` it chooses sentences, those of the numbers given or those that a function finds.

    >>> generator = ScriptedGenerator(["They move in 2028. [1]", "NOT_ON_RECORD"])
    >>> request = GenerationRequest("When do the gates move?", history=(), evidence=())
    >>> list(generator.generate(request))
    ['They mo', 've in 2', '028. [1', ']']
    >>> "".join(generator.generate(request))
    'NOT_ON_RECORD'
    >>> [request.question for request in generator.requests]
    ['When do the gates move?', 'When do the gates move?']
    >>> ScriptedGenerator("", choose=["2.1"]).choose("When do the gates move?", [])
    ['2.1']
    """

    def __init__(
        self,
        script: str | Sequence[str] | Script,
        *,
        numbering: str = "evidence",
        piece_length: int = 7,
        variants: Sequence[str] | None = None,
        choose: Sequence[str] | Chooses | None = None,
    ) -> None:
        self.numbering = numbering
        self.piece_length = piece_length
        self.requests: list[GenerationRequest] = []
        self._script = script
        # A generator shows by its methods what it can do.
        if variants is not None:
            self.variants = lambda question, history: list(variants)
        if choose is not None:
            self.choose = choose if callable(choose) else lambda question, passages: list(choose)

    def generate(self, request: GenerationRequest) -> Iterator[str]:
        """The pieces of the next text of the script."""
        self.requests.append(request)
        said = self._next(request)
        if isinstance(said, str):
            yield from (said[i : i + self.piece_length] for i in range(0, len(said), self.piece_length))
        else:
            yield from said

    def _next(self, request: GenerationRequest) -> str | Iterable[str]:
        if callable(self._script):
            return self._script(request)
        if isinstance(self._script, str):
            return self._script
        return self._script[min(len(self.requests), len(self._script)) - 1]
