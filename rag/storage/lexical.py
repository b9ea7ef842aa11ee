"""The word index: BM25 over passages, the questions they answer and their speakers, by Tantivy.

A derived thing: it can be thrown away and made again from the archive's passages. Each generation lies in a folder of
its own; a new one begins as hard links to the old one's files, which Tantivy never changes, so that adding a document to
a large archive does not copy it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag.errors import ArchiveError
from rag.text.lexicon import DEFAULT_LANGUAGE
from rag.text.terms import LANGUAGES, content_words, known_language, readings_of, terms_of
from rag.types import Passage, Scope

_HEAP_BYTES = 64_000_000
ASKED_WEIGHT = 0.5  # the question names what the answer takes for granted, but is not the answer
FORMAT = 3  # raised when what is written here changes: older indexes are made again


class LexicalIndex:
    """BM25 over one folder. Rows are the archive's passage rows."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        try:
            self._index: Any = tantivy.Index(self._schema, path=str(folder), reuse=True)
        except ValueError as error:
            raise ArchiveError(f"the word index in {folder}: {error}") from error
        self._index.register_tokenizer("terms", _splitter())
        self._languages: tuple[str, ...] | None = None

    def write(self, added: Iterable[tuple[int, Passage]], removed_documents: Sequence[str] = ()) -> None:
        """Remove and add passages in one commit. Raises ArchiveError if the files cannot be written."""
        try:
            self._write(added, removed_documents)
        except ValueError as error:  # what Tantivy raises when a disk is full
            raise ArchiveError(f"the word index: {error}") from error
        self._languages = None

    def _write(self, added: Iterable[tuple[int, Passage]], removed_documents: Sequence[str]) -> None:
        import tantivy

        writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for document_id in removed_documents:
            writer.delete_documents_by_term("document", document_id)
        for row, passage in added:
            language = known_language(passage.language)
            writer.add_document(
                tantivy.Document(
                    row=row,
                    body=" ".join(terms_of(passage.text, language)),
                    asked=" ".join(terms_of(passage.asked, language)),
                    language=language,
                    document=passage.document_id,
                    speaker=passage.speaker,
                    role=passage.role,
                    date=_day_number(passage.date),
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(
        self,
        text: str,
        *,
        k: int,
        scope: Scope,
    ) -> list[tuple[int, float]]:
        """(row, BM25 score) of the best k passages that hold at least one of the words."""
        import tantivy

        words = re.findall(r"[^\W_]+", " ".join(self.content_words(text)))
        terms = " ".join(term for word in words for reading in readings_of(word, self.languages) for term in reading)
        if not terms:
            return []
        query, _ = self._index.parse_query_lenient(
            terms, default_field_names=["body", "asked"], field_boosts={"asked": ASKED_WEIGHT}
        )
        clauses = [(tantivy.Occur.Must, query)]
        for field, values in (("document", scope.documents), ("speaker", scope.speakers), ("role", scope.roles)):
            if values is not None:
                wanted = tantivy.Query.term_set_query(self._schema, field, list(values))
                clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(wanted, 0.0)))
        if scope.after or scope.before:
            days = tantivy.Query.range_query(
                self._schema,
                "date",
                tantivy.FieldType.Integer,
                _day_number(scope.after) if scope.after else 1,
                _day_number(scope.before) if scope.before else 99_999_999,
            )
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(days, 0.0)))
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.boolean_query(clauses), limit=k, count=False)
        return [(int(searcher.doc(address)["row"][0]), float(score)) for score, address in found.hits]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the indexed passages are analysed in, the default one if there are none."""
        if self._languages is None:
            searcher = self._index.searcher()
            found = tuple(code for code in LANGUAGES if searcher.doc_freq("language", code))
            self._languages = found or (DEFAULT_LANGUAGE,)
        return self._languages

    def content_words(self, text: str) -> list[str]:
        """The words of a question that carry its matter, in whichever of the index's languages it is."""
        return content_words(text, self.languages)

    def analyze(self, text: str) -> list[str]:
        """The stems of a text's words, as they are indexed; of several languages' stems those that occur."""
        if self.languages == (DEFAULT_LANGUAGE,):
            return terms_of(text)
        stems: list[str] = []
        for reading in readings_of(text, self.languages):
            stems += [stem for stem in reading if len(reading) == 1 or self.frequency(stem)] or reading[:1]
        return stems

    def frequency(self, stem: str) -> int:
        """In how many passages a stem occurs."""
        return int(self._index.searcher().doc_freq("body", stem))

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)


def copy_index(source: Path, target: Path) -> None:
    """A new generation that begins as the old one: hard links if the file system has them, copies otherwise."""
    target.mkdir(parents=True)
    for file in source.iterdir():
        if file.name.startswith(".tantivy-"):
            continue  # locks
        # Tantivy replaces its two lists of files by renaming; copies keep the old generation's own safe all the same.
        if file.suffix == ".json":
            shutil.copy2(file, target / file.name)
            continue
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copy2(file, target / file.name)


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=True)
    builder.add_text_field("body", tokenizer_name="terms")
    builder.add_text_field("asked", tokenizer_name="terms")
    builder.add_text_field("language", tokenizer_name="raw")
    builder.add_text_field("document", tokenizer_name="raw")
    builder.add_text_field("speaker", tokenizer_name="raw")
    builder.add_text_field("role", tokenizer_name="raw")
    builder.add_integer_field("date", indexed=True, fast=True)
    return builder.build()


def _splitter() -> Any:
    """Terms are made by `rag.text.terms`; the index only takes them apart again."""
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _day_number(iso: str | None) -> int:
    """2024-03-28 → 20240328; 0 without a date, which no range of dates includes."""
    return int(iso.replace("-", "")) if iso else 0
