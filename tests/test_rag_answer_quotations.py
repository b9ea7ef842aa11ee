"""Quotations are found in the passages whatever the typography, in whole words, at the place where they are."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.quotations import locate, normalise

ALPHABET = "abİ ſKé’'\u00a0\u00ad–-\u2009.,12\u0301\n…ﬁ漢"
texts = st.text(alphabet=ALPHABET, max_size=24)


def slow(part: str, text: str) -> tuple[int, int] | None:
    """The first place of a part in a text, by comparing it with every range, the shortest first at each place."""
    wanted = normalise(part.strip())[0].strip()
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            plain = normalise(text[start:end])[0]
            if plain == wanted and wanted:
                return start, end
    return None


@given(texts)
def test_a_normalised_text_keeps_the_place_of_every_character(text: str) -> None:
    plain, origin = normalise(text)
    assert len(plain) == len(origin)
    assert list(origin) == sorted(origin)
    for char, place in zip(plain, origin, strict=True):
        same = unicodedata.normalize("NFKC", text[place])
        assert char in same or char in " '\"-"
    assert "  " not in plain


@given(texts, st.integers(0, 24), st.integers(0, 24))
def test_words_that_are_copied_are_found_where_they_are(text: str, first: int, last: int) -> None:
    part = text[min(first, last) : max(first, last)]
    place = locate([part], text)
    if place is not None:
        (start, end), *more = place
        assert more == []
        assert normalise(text[start:end])[0].strip() == normalise(part.strip())[0].strip()
        found = slow(part, text)
        assert found is not None
        assert found[0] <= start


@given(st.lists(st.sampled_from(["pay", "unwilling", "will", "it's", "12", "500"]), max_size=8))
def test_only_whole_words_are_found(words: list[str]) -> None:
    text = " ".join(words)
    for word in ("will", "pay", "it's", "12"):
        assert (locate([word], text) is not None) == bool(re.search(rf"(?<!\S){re.escape(word)}(?!\S)", text))
