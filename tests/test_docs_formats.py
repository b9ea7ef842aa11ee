"""The page of formats names what is read and the languages that are known: neither more nor less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.readers import READABLE
from rag.readers.detect import REFUSED_SUFFIXES
from rag.text.lexicon import LEXICONS

DOCS = (Path(__file__).parents[1] / "docs" / "formats.md").read_text()
LISTED = DOCS[DOCS.index("| format |") : DOCS.index("A citation says")]
# Suffixes that the page knows by another name.
NAMED = {
    ".txt": "text", ".text": "text", ".md": "Markdown", ".markdown": "Markdown", ".htm": "HTML", ".xhtml": "HTML", ".ssa": "ASS",
    ".jsonl": "JSON Lines", ".ndjson": "JSON Lines", ".cha": "CHAT",
}  # fmt: skip
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "ru": "Russian", "uk": "Ukrainian",
    "zh": "Chinese", "it": "Italian", "nl": "Dutch", "sv": "Swedish", "ja": "Japanese", "pl": "Polish", "tr": "Turkish",
    "ar": "Arabic", "he": "Hebrew", "ko": "Korean", "hi": "Hindi",
}  # fmt: skip


@pytest.mark.parametrize("suffix", sorted(READABLE))
def test_every_suffix_that_is_read_is_in_the_table_of_formats(suffix: str) -> None:
    assert re.search(rf"\b{NAMED.get(suffix, suffix.removeprefix('.').upper())}\b", LISTED)


@pytest.mark.parametrize("suffix", sorted(REFUSED_SUFFIXES - {".ods", ".odt", ".rtf"}))
def test_every_suffix_that_is_refused_with_advice_is_named(suffix: str) -> None:
    assert f"`{suffix}`" in DOCS


def test_the_languages_on_the_page_are_those_that_have_a_lexicon() -> None:
    told = DOCS[DOCS.index("## Languages") : DOCS.index("## Twice the same")]
    assert {code for code, name in LANGUAGES.items() if name in told} == set(LEXICONS)


def test_a_language_without_words_to_index_is_not_said_to_have_them() -> None:
    told = DOCS[DOCS.index("words are known in") : DOCS.index("labels, months and the ends")]
    indexed = {LANGUAGES[code] for code, lexicon in LEXICONS.items() if lexicon.function_words or code == "zh"}
    assert {name for name in LANGUAGES.values() if name in told} == indexed
