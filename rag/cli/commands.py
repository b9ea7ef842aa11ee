"""The commands that use an archive: each reads its settings, calls the package, and prints.

Commands import what they need when they run, so that `--help` is instant and a question loads no more than it uses. Their
docstrings are the help texts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rag.cli.options import (
    AfterOption,
    AnswerOption,
    ArchiveOption,
    BaseUrlOption,
    BeforeOption,
    DocumentOption,
    ExitCodeOption,
    GeneratorOption,
    JsonOption,
    KOption,
    LiteralOption,
    OrderOption,
    ReaderOption,
    RoleOption,
    SpeakerOption,
    StrictOption,
    TimeoutOption,
)
from rag.cli.printing import complain, print_answer, print_document, print_json, print_passages, say
from rag.text.wording import count_of

NOT_ON_RECORD = 3  # exit status with --exit-code; 1 is a failure, and 2 is wrong usage

if TYPE_CHECKING:
    from rag.archive import Archive
    from rag.config import Settings
    from rag.types import Filters, Role


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    k: KOption = None,
    speaker: SpeakerOption = None,
    document: DocumentOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    role: RoleOption = None,
    history: Annotated[
        list[str] | None, typer.Option("--history", metavar="QUESTION", help="An earlier question (repeatable)")
    ] = None,
    generator: GeneratorOption = None,
    reader: ReaderOption = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="The generator's model, where it has one")
    ] = None,
    base_url: BaseUrlOption = None,
    timeout: TimeoutOption = None,
    strict: StrictOption = False,
    literal: LiteralOption = False,
    answer_as: AnswerOption = None,
    order: OrderOption = "date",
    exit_code: ExitCodeOption = False,
) -> None:
    """Answer a question with verbatim, located quotes."""
    from rag.assistant import Assistant
    from rag.config import load_settings
    from rag.json_forms import answer_to_json

    settings = load_settings(
        archive=archive,
        generator=generator,
        reader=reader,
        k=k,
        model=model,
        base_url=base_url,
        timeout_s=timeout,
        strict=strict or None,
        answer=answer_as,
    )
    assistant = Assistant(
        _open(settings),
        generator=settings.generator,
        options=settings.generator_options,
        reader=settings.reader,
        timeout_s=settings.timeout_s,
        strict=settings.strict,
        answer=settings.answer,
    )
    filters = _filters(speaker, document, after, before, role)
    answer = assistant.ask(question, history=history or (), k=settings.k, filters=filters, understand=not literal)
    if as_json:
        print_json(answer_to_json(answer))
    else:
        print_answer(answer, order=order)
    if exit_code and answer.status == "not_on_record":
        raise typer.Exit(NOT_ON_RECORD)


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    k: KOption = None,
    speaker: SpeakerOption = None,
    document: DocumentOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    role: RoleOption = None,
    exit_code: ExitCodeOption = False,
) -> None:
    """List the passages that fit a query best."""
    from rag.config import load_settings
    from rag.errors import InputError
    from rag.json_forms import passage_to_json

    settings = load_settings(archive=archive, k=k)
    if not query.strip():
        raise InputError("the query is empty; type some words")
    filters = _filters(speaker, document, after, before, role)
    hits = _open(settings).search(query, k=settings.k, filters=filters)
    if as_json:
        print_json({"query": query, "passages": [passage_to_json(hit) for hit in hits]})
    else:
        print_passages(hits)
    if exit_code and not hits:
        raise typer.Exit(NOT_ON_RECORD)


def documents(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """List the documents of the archive."""
    settings = _settings(archive)
    opened = _open(settings)
    rows: list[dict[str, Any]] = [
        {
            "id": document.id,
            "title": document.title,
            "date": document.date,
            "source": document.source,
            "speakers": [name for name in document.speakers if name],
            "answers": len(opened.passages(document.id)),
        }
        for document in opened.documents()
    ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        print(f"There is nothing in {settings.archive}; run: onrecord ingest FOLDER --archive {settings.archive}")
    for row in rows:
        say(f"{row['id']}  {row['date'] or 'no date   '}  {row['source']}  ({row['answers']} answer passages)")
        say(f"{row['title']}", indent=4)
        say(f"{', '.join(row['speakers'][:8]) or 'no speakers'}", indent=4)


def show(
    document_id: Annotated[str, typer.Argument(metavar="ID", help="A document's id, or its file name")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    text: Annotated[bool, typer.Option("--text", help="The canonical text, which offsets refer to")] = False,
) -> None:
    """Show one document."""
    from rag.json_forms import document_to_json

    document = _open(_settings(archive)).document(document_id)
    if as_json:
        print_json(document_to_json(document))
    elif text:
        sys.stdout.flush()
        sys.stdout.buffer.write(document.text.encode("utf-8", "surrogatepass"))  # bytes: no line end is translated
    else:
        print_document(document)


def remove(document_ids: Annotated[list[str], typer.Argument(metavar="ID…")], archive: ArchiveOption = None) -> None:
    """Take documents out of the archive; the files they came from stay."""
    opened = _open(_settings(archive))
    found_by_id = {found.id: found for found in map(opened.document, document_ids)}  # all known before the first goes
    for found in found_by_id.values():
        opened.remove(found.id)
        print(f"  removed  {found.source} ({found.id})")


def verify(
    archive: ArchiveOption = None,
    repair: Annotated[bool, typer.Option("--repair", help="Make damaged indexes again")] = False,
) -> None:
    """Check every file of the archive against its hash."""
    settings = _settings(archive)
    opened = _open(settings)
    faults = opened.verify(repair=repair)
    documents, passages = opened.counts()
    if not faults:
        size = f"{count_of(documents, 'document')}, {count_of(passages, 'answer passage')}"
        print(f"{settings.archive}: sound; {size}")
        return
    for fault in faults:
        complain(fault)
    if repair:
        print(f"{settings.archive}: repaired")
        return
    complain(f"run: onrecord verify --repair --archive {settings.archive}")
    raise typer.Exit(1)


def doctor(archive: ArchiveOption = None) -> None:
    """Say what works here, and what to type where something does not."""
    from rag.doctor import examine

    findings = examine(_settings(archive))
    for finding in findings:
        print(f"{'ok' if finding.works else 'NOT OK':>6}  {finding.subject:<10} {finding.text}")
        if finding.remedy:
            print(f"{'':>6}  {'':<10} {finding.remedy}")
    if not all(finding.works for finding in findings):
        raise typer.Exit(1)


def _settings(archive: str | None) -> Settings:
    from rag.config import load_settings

    return load_settings(archive=archive)


def _open(settings: Settings) -> Archive:
    from rag.archive import open_archive

    return open_archive(settings.archive, encoder=settings.encoder, create=False)


def _filters(
    speaker: Sequence[str] | None,
    document: Sequence[str] | None,
    after: str | None,
    before: str | None,
    role: Sequence[str] | None,
) -> Filters:
    """Options → filters. A role is any text here: the archive refuses one that does not exist."""
    from rag.types import Filters

    roles = cast("tuple[Role, ...]", tuple(role or ()))
    return Filters(tuple(speaker or ()), tuple(document or ()), after, before, roles)
