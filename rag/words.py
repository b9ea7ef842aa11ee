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

from rag.types import Passage, Scope

_HEAP_BYTES = 64_000_000
ASKED_WEIGHT = 0.5  # the question names what the answer takes for granted, but is not the answer
FUNCTION_WORDS = frozenset(
    "a about after again all also am an and any are as at be because been before being but by can could did do does doing "
    "don't down during each few for from further had has have having he her here hers him his how i if in into is it its "
    "just me might more most my no nor not now of off on once only or other our out over own said same say says she should "
    "so some such than that the their them then there these they this those through to too under until up very was we "
    "were what when where which while who whom whose why will with would you your tell told think thinks talk talked "
    "anything something".split()
)


def content_words(text: str) -> list[str]:
    """The words of a text that carry its matter; all of them where there are no others.

    >>> content_words("What did she say about the harbour?")
    ['harbour']
    """
    words = [word for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower())]
    return [word for word in words if word not in FUNCTION_WORDS] or words


class WordIndex:
    """BM25 over one folder. Rows are the archive's passage rows."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        self._index: Any = tantivy.Index(self._schema, path=str(folder), reuse=True)
        self._index.register_tokenizer("stemmed", _analyzer())

    def write(self, added: Iterable[tuple[int, Passage]], removed_documents: Sequence[str] = ()) -> None:
        """Remove and add passages in one commit."""
        import tantivy

        writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for document_id in removed_documents:
            writer.delete_documents_by_term("document", document_id)
        for row, passage in added:
            writer.add_document(
                tantivy.Document(
                    row=row,
                    body=passage.text,
                    asked=passage.asked,
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

        terms = " ".join(re.findall(r"[^\W_]+", " ".join(content_words(text))))
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

    def analyze(self, text: str) -> list[str]:
        """The stems of a text's words, as they are indexed."""
        stems: list[str] = _analyzer().analyze(text)
        return stems

    def frequency(self, stem: str) -> int:
        """In how many passages a stem occurs."""
        return int(self._index.searcher().doc_freq("body", stem))

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)


def copy_words(source: Path, target: Path) -> None:
    """A new generation that begins as the old one: hard links where the file system has them, copies elsewhere."""
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
    builder.add_text_field("body", tokenizer_name="stemmed")
    builder.add_text_field("asked", tokenizer_name="stemmed")
    builder.add_text_field("document", tokenizer_name="raw")
    builder.add_text_field("speaker", tokenizer_name="raw")
    builder.add_text_field("role", tokenizer_name="raw")
    builder.add_integer_field("date", indexed=True, fast=True)
    return builder.build()


_ANALYZERS: list[Any] = []


def _analyzer() -> Any:
    if not _ANALYZERS:
        import tantivy

        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        builder = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
        _ANALYZERS.append(builder.filter(tantivy.Filter.stemmer("english")).build())
    return _ANALYZERS[0]


def _day_number(iso: str | None) -> int:
    """2024-03-28 → 20240328; 0 where there is no date, which no range of dates includes."""
    return int(iso.replace("-", "")) if iso else 0
