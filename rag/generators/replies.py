"""What a language model replied → the texts to search with, or the numbers of sentences.

Models add a preamble, number lines in their own way, or think aloud. Whatever they write, what comes out has the
form that was asked for, or is empty.
"""

from __future__ import annotations

import re

from rag.errors import GeneratorError
from rag.generators.prompts import NONE_ANSWERS

MAX_VARIANTS = 6  # the question in full, rewordings, and a made-up answer: one more than is asked for
MAX_REPLY_CHARS = 8_000

# "2.3", or a range: "2.3-2.5", "2.3–5".
PLACES = re.compile(
    r"(?<![\d.])(\d{1,3})\.(\d{1,3})(?!\d|\.\d)(?:\s*(?:[-–—]|to)\s*(?:(\d{1,3})\.)?(\d{1,3})(?!\d|\.\d))?"
)
_NUMBERED = re.compile(r"^\s*(?:\*\*)?[(\[]?(\d{1,2})\s*[.):\]]\s*(?:\*\*)?\s*(.*)$")
_BULLET = re.compile(r"^\s*[-*•–]\s+")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.S | re.I)
_AROUND = ' \t*_`"“”«»'


def parse_variants(reply: str) -> list[str]:
    """The lines of a reply that can be searched with: the numbered ones, or all if none is numbered.

    >>> parse_variants("Here you are:\\n1. Where is her house?\\n2. **Address of Ann Reed**\\n3. “By the harbour.”")
    ['Where is her house?', 'Address of Ann Reed', 'By the harbour.']
    >>> parse_variants('Sure:\\n- "Where is it?"\\n\\nOn the hill.'), parse_variants("[1.1] 42")
    (['Where is it?', 'On the hill.'], [])
    """
    lines = _THOUGHT.sub("", reply[:MAX_REPLY_CHARS]).splitlines()
    numbered = [match[2] for line in lines if (match := _NUMBERED.match(line))]
    found = numbered or [_BULLET.sub("", line) for line in lines if not line.rstrip().endswith(":")]
    texts = [" ".join(line.split()).strip(_AROUND) for line in found]
    return [text for text in dict.fromkeys(texts) if re.search(r"[^\W\d_]", text)][:MAX_VARIANTS]


def parse_choice(reply: str) -> list[str]:
    """The numbers of a reply that chooses sentences, as they stand in it; empty if it says that none answers.

    Raises GeneratorError for a reply that says neither.

    >>> parse_choice("2.3, [4.1]-[4.3] and 2.9"), parse_choice("**None.**")
    (['2.3', '4.1-4.3', '2.9'], [])
    """
    said = _THOUGHT.sub("", reply[:MAX_REPLY_CHARS]).replace("[", "").replace("]", "")
    numbers = [match[0] for match in PLACES.finditer(said)]
    if not numbers and not re.search(rf"\b{NONE_ANSWERS}\b", said, re.I):
        raise GeneratorError("it chose no sentence, and did not say that none answers")
    return numbers


def parse_questions(reply: str) -> list[str]:
    """The questions of a reply, without markers of citations.

    >>> parse_questions("Here:\\n1. Who paid? [1.1]\\n2. What did it cost?\\nThat is all.")
    ['Who paid?', 'What did it cost?']
    """
    texts = (re.sub(r"\s*\[[\d., ]+\]", "", text) for text in parse_variants(reply))
    return [text for text in texts if text.endswith(("?", "？", "؟", ";"))]
