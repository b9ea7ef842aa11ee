"""How many tokens a text is to a language model: by tiktoken if its table is on this machine, else by an estimate.

tiktoken fetches its table from the network at first use. onrecord never does that behind its user's back: the table
is used only if an earlier use or the user has put it into tiktoken's cache folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

ENCODING = "cl100k_base"
_TABLE_URL = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
# Byte-pair tables cut Latin words at about four letters; other scripts cost a token a letter or more.
_LETTERS_PER_TOKEN = 4


def count_tokens(text: str) -> int:
    """Tokens of a text; without a table an estimate that is rather too high.

    >>> estimate_tokens("The gates move in 2028.")
    8
    """
    encoding = _encoding()
    return len(encoding.encode_ordinary(text)) if encoding else estimate_tokens(text)


def estimate_tokens(text: str) -> int:
    """A token for every four Latin letters of a word, every three digits, and every other character that is no space."""
    total = 0
    for word in re.findall(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]", text):
        size = _LETTERS_PER_TOKEN if word[0].isascii() and word[0].isalpha() else 3
        total += -(-len(word) // size)
    return total


@lru_cache(maxsize=1)
def _encoding() -> Any:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    cache = Path(folder) if folder else Path(tempfile.gettempdir()) / "data-gym-cache"
    # tiktoken's own name for the file
    if not (cache / hashlib.sha1(_TABLE_URL.encode(), usedforsecurity=False).hexdigest()).is_file():
        return None
    import tiktoken

    try:
        return tiktoken.get_encoding(ENCODING)
    except Exception:  # a damaged table is as good as none
        return None
