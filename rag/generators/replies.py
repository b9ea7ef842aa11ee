"""What a language model replied → the texts to search with, or the numbers of sentences.

Models add a preamble, number lines in their own way, or think aloud. Whatever they write, what comes out has the
form that was asked for, or is empty.
"""

from __future__ import annotations

import re

MAX_VARIANTS = 6  # the question in full, rewordings, and a made-up answer: one more than is asked for
MAX_REPLY_CHARS = 8_000

_NUMBERED = re.compile(r"^\s*(?:\*\*)?\(?(\d{1,2})\s*[.):\]]\s*(?:\*\*)?\s*(.*)$")
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
