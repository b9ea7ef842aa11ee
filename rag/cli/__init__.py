"""The `onrecord` command: settings in, text or JSON out. The only module of `rag` that prints.

Commands import what they need when they run, so that `--help` is instant and a question loads no more than it uses.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rag.archive import Archive
    from rag.config import Settings
    from rag.types import Answer, Citation, Document, Filters, IngestReport, ScoredPassage
    from rag.watch import Look

app = typer.Typer(
    name="onrecord",
    help="Answers about interviews, press conferences and hearings, in the speaker's own words, with the exact place.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

ArchiveOption = Annotated[
    str | None, typer.Option("--archive", metavar="URL", help="The archive's folder [default: archive]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on stdout, nothing else")]
KOption = Annotated[int | None, typer.Option("-k", metavar="N", help="How many passages")]
SpeakerOption = Annotated[
    list[str] | None, typer.Option("--speaker", metavar="NAME", help="Only what NAME says (repeatable)")
]
DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", metavar="ID", help="Only this document (repeatable)")
]
AfterOption = Annotated[
    str | None, typer.Option("--after", metavar="DATE", help="On or after a date: 2024-03-28, 2024-03 or 2024")
]
RoleOption = Annotated[
    list[str] | None, typer.Option("--role", metavar="ROLE", help="Only a respondent, or other (repeatable)")
]
BeforeOption = Annotated[str | None, typer.Option("--before", metavar="DATE", help="On or before a date")]


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders, read recursively")],
    archive: ArchiveOption = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Threads that encode")] = None,
    encoder: Annotated[str | None, typer.Option("--encoder", metavar="NAME", help="The model of a new archive")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read and encode everything again")] = False,
    speakers: Annotated[
        Path | None,
        typer.Option("--speakers", metavar="TOML", help="Corrections: rename, merge, role, drop; they are kept"),
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option("--meta", metavar="KEY=VALUE", help="The files' title, date, place or language (repeatable)"),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep the archive in step with folders until Ctrl+C")] = False,
) -> None:
    """Read transcripts into the archive; what is there already is left alone."""
    from rag.archive import open_archive
    from rag.transcript.corrections import load_corrections, meta_correction

    settings = _settings(archive=archive, encoder=encoder)
    opened = open_archive(settings.archive, encoder=settings.encoder, rebuild=rebuild)
    given = load_corrections(speakers) if speakers else None
    set_by_hand = meta_correction(meta) if meta else None

    def read(files: Iterable[Path]) -> IngestReport:
        nonlocal given
        with _Progress() as progress:
            report = opened.ingest(
                files, workers=workers, progress=progress.update, corrections=given, meta=set_by_hand
            )
        given = None  # the archive keeps them now; another run need not have every file that they are about
        return report

    if watch:
        _make_reader(settings.reader)
        _watch(opened, paths, read)
        return
    report = read(paths)
    _print_report(report)
    documents, passages = opened.counts()
    print(f"{settings.archive}: {_count(documents, 'document')}, {_count(passages, 'answer passage')}")
    complaints = _complain_of(report)
    if report.added or report.replaced:
        _make_reader(settings.reader)
    if complaints:
        raise typer.Exit(1)


def _make_reader(name: str) -> None:
    """A reader is made at its first use, which nobody should wait for who asks."""
    from rag.rerankers import is_made, load_reranker

    if not is_made(name):
        load_reranker(name)


@app.command()
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
    generator: Annotated[str | None, typer.Option("--generator", metavar="NAME", help="What writes the answer")] = None,
    reader: Annotated[
        str | None,
        typer.Option("--reader", metavar="NAME", help="What reads the passages: trained, heuristic, a model"),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="The generator's model, where it has one")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="An OpenAI-compatible server")
    ] = None,
    timeout: Annotated[
        int | None, typer.Option("--timeout", metavar="S", help="Seconds that a generator has [default: 60]")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Keep only sentences that their citations bear out")] = False,
) -> None:
    """Answer a question with verbatim, located quotes."""
    from rag.assistant import Assistant

    settings = _settings(
        archive=archive,
        generator=generator,
        reader=reader,
        k=k,
        model=model,
        base_url=base_url,
        timeout_s=timeout,
        strict=strict or None,
    )
    assistant = Assistant(_open(settings), **settings.for_assistant())
    answer = assistant.ask(
        question, history=history or (), k=settings.k, filters=_filters(speaker, document, after, before, role)
    )
    if as_json:
        from rag.json_forms import answer_to_json

        _print_json(answer_to_json(answer))
    else:
        _print_answer(answer)


@app.command()
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
) -> None:
    """List the passages that fit a query best."""
    from rag.errors import InputError
    from rag.json_forms import passage_to_json

    settings = _settings(archive=archive, k=k)
    if not query.strip():
        raise InputError("the query is empty; type some words")
    filters = _filters(speaker, document, after, before, role)
    hits = _open(settings).search(query, k=settings.k, filters=filters)
    if as_json:
        _print_json({"query": query, "passages": [passage_to_json(hit) for hit in hits]})
    else:
        _print_passages(hits)


@app.command()
def documents(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """List the documents of the archive."""
    opened = _open(_settings(archive=archive))
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
        _print_json(rows)
        return
    for row in rows:
        _say(f"{row['id']}  {row['date'] or 'no date   '}  {row['source']}  ({row['answers']} answer passages)")
        _say(f"{row['title']}", indent=4)
        _say(f"{', '.join(row['speakers'][:8]) or 'no speakers'}", indent=4)


@app.command()
def show(
    document_id: Annotated[str, typer.Argument(metavar="ID", help="A document's id, or its file name")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    text: Annotated[bool, typer.Option("--text", help="The canonical text, which offsets refer to")] = False,
) -> None:
    """Show one document."""
    from rag.json_forms import document_to_json

    document = _open(_settings(archive=archive)).document(document_id)
    if as_json:
        _print_json(document_to_json(document))
    elif text:
        sys.stdout.flush()
        sys.stdout.buffer.write(document.text.encode("utf-8", "surrogatepass"))
    else:
        _print_document(document)


@app.command()
def remove(document_ids: Annotated[list[str], typer.Argument(metavar="ID…")], archive: ArchiveOption = None) -> None:
    """Take documents out of the archive; the files they came from stay."""
    opened = _open(_settings(archive=archive))
    found_by_id = {found.id: found for found in map(opened.document, document_ids)}  # all known before the first goes
    for found in found_by_id.values():
        opened.remove(found.id)
        print(f"  removed  {found.source} ({found.id})")


@app.command()
def verify(
    archive: ArchiveOption = None,
    repair: Annotated[bool, typer.Option("--repair", help="Make damaged indexes again")] = False,
) -> None:
    """Check every file of the archive against its hash."""
    settings = _settings(archive=archive)
    opened = _open(settings)
    faults = opened.verify(repair=repair)
    documents_count, passages_count = opened.counts()
    if not faults:
        print(
            f"{settings.archive}: sound; {_count(documents_count, 'document')}, {_count(passages_count, 'answer passage')}"
        )
        return
    for fault in faults:
        _complain(fault)
    if repair:
        print(f"{settings.archive}: repaired")
        return
    _complain(f"run: onrecord verify --repair --archive {settings.archive}")
    raise typer.Exit(1)


@app.command()
def doctor(archive: ArchiveOption = None) -> None:
    """Say what works here, and what to type where something does not."""
    from rag.doctor import examine

    findings = examine(_settings(archive=archive))
    for finding in findings:
        print(f"{'ok' if finding.works else 'NOT OK':>6}  {finding.subject:<10} {finding.text}")
        if finding.remedy:
            print(f"{'':>6}  {'':<10} {finding.remedy}")
    if not all(finding.works for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; failures are one line on stderr and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    _add_commands()
    from rag.errors import sentence_of

    try:
        app()
    except BrokenPipeError:
        # The reader of our output has gone, as with `onrecord show … | head`.
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        _fail("stopped", status=130)
    except Exception as error:
        if sentence := sentence_of(error):
            _fail(sentence)
        raise


def _add_commands() -> None:
    """Commands of other packages: each entry point names a function that takes the root command and adds to it."""
    for point in entry_points(group="onrecord.commands"):
        register: Callable[[typer.Typer], None] = point.load()
        register(app)


def _settings(**flags: str | int | bool | None) -> Settings:
    from rag.config import load_settings

    return load_settings(**flags)  # type: ignore[arg-type]


def _open(settings: Settings) -> Archive:
    from rag.archive import open_archive

    return open_archive(settings.archive, encoder=settings.encoder, create=False)


def _print_report(report: IngestReport) -> None:
    for label, names in (("added", report.added), ("replaced", report.replaced), ("unchanged", report.unchanged)):
        for name in names if len(names) <= 20 else []:
            print(f"{label:>9}  {name}")
        if len(names) > 20:
            print(f"{label:>9}  {len(names)} files")
    for name, note in report.notes:
        print(f"{'note':>9}  {name}: {note}")


def _complain_of(report: IngestReport) -> bool:
    """Tell of every file that was not read; whether there was one."""
    for name, reason in report.failed:
        _complain(f"{name}: {reason}")
    return bool(report.failed)


def _watch(archive: Archive, folders: Sequence[Path], read: Callable[[Iterable[Path]], IngestReport]) -> None:
    """Follow the folders until the user interrupts, which is how it ends well."""
    from rag.watch import watch

    def told(look: Look) -> None:
        _print_report(look.report)
        for name in look.removed:
            print(f"{'removed':>9}  {name}")
        _complain_of(look.report)
        sys.stdout.flush()

    def ready() -> None:
        documents, passages = archive.counts()
        names = ", ".join(map(str, folders))
        print(f"{archive.url}: {_count(documents, 'document')}, {_count(passages, 'answer passage')}")
        print(f"watching {names}; Ctrl+C ends it", flush=True)

    try:
        watch(archive, folders, told=told, ready=ready, ingest=read)
    except KeyboardInterrupt:
        documents, passages = archive.counts()
        print(f"{archive.url}: {_count(documents, 'document')}, {_count(passages, 'answer passage')}")


def _filters(
    speaker: Sequence[str] | None,
    document: Sequence[str] | None,
    after: str | None,
    before: str | None,
    role: Sequence[str] | None,
) -> Filters:
    from rag.types import Filters

    return Filters(tuple(speaker or ()), tuple(document or ()), after, before, tuple(role or ()))  # type: ignore[arg-type]


def _fail(message: str, status: int = 1) -> NoReturn:
    _complain(message)
    sys.exit(status)


def _complain(message: str) -> None:
    print(f"onrecord: {' '.join(message.split())}", file=sys.stderr)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _say(text: str, *, indent: int = 0) -> None:
    """Paragraphs, filled to the terminal's width; as they are, line by line, where the output is no terminal."""
    import shutil
    import textwrap

    margin = " " * indent
    if not sys.stdout.isatty():
        print(textwrap.indent(text, margin))
        return
    width = max(40, min(100, shutil.get_terminal_size().columns))
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            print()
        print(textwrap.fill(paragraph, width, initial_indent=margin, subsequent_indent=margin, break_long_words=False))


def _print_answer(answer: Answer) -> None:
    _say(answer.text)
    print()
    if answer.note:
        _say(f"note: {answer.note}")
        print()
    for claim in answer.claims:
        if claim.support != "supported":
            _say(f"{claim.support}: {_shortened(answer.text[claim.start : claim.end], 60)} ({claim.reason})", indent=2)
    if answer.status == "not_on_record":
        if answer.passages:
            _say("Nearest passages. They are related, and do not answer:")
            print()
            _print_passages(answer.passages[:3])
        return
    for citation in answer.citations:
        _print_source(citation)
    _say(f"confidence {answer.confidence:.2f} · {answer.timings_ms['total']:.0f} ms · {answer.generator}")


def _print_source(citation: Citation) -> None:
    from rag.answer.citations import place_of

    place = place_of(citation.source, citation.start, citation.end, page=citation.page, seconds=citation.seconds)
    mark = "" if citation.verified else "  NOT VERIFIED"
    _say(f"[{citation.marker}] {place}{mark}")
    if citation.asked:
        _say(f"asked: {_ending(citation.asked)}", indent=4)


def _print_passages(hits: Iterable[ScoredPassage]) -> None:
    for number, hit in enumerate(hits, start=1):
        passage = hit.passage
        who = ", ".join(part for part in (passage.speaker, passage.date, passage.source) if part)
        _say(f"{number}. {who}, characters {passage.start}–{passage.end}, score {hit.score:.2f}")
        _say(_shortened(passage.text, 300), indent=3)
        print()


def _print_document(document: Document) -> None:
    from rag.answer.citations import clock
    from rag.places import page_at, words_left_out

    _say(document.title)
    _say(" · ".join(part for part in (document.date, document.place, document.source, document.id) if part))
    if document.grammar:
        _say(f"speakers: {document.grammar}, confidence {document.confidence:.2f}")
    for note in document.notes:
        _say(f"note: {note}")
    for start, end, turn in sorted(
        [
            *((turn.start, turn.end, turn) for turn in document.turns),
            *((a, z, None) for a, z in words_left_out(document)),
        ],
        key=lambda piece: piece[:2],
    ):
        print()
        if turn is None:
            _say(f"left out, characters {start}–{end}: {_shortened(document.text[start:end])}")
            continue
        stamp = f"[{clock(turn.seconds)}] " if turn.seconds is not None else ""
        page = f"p. {page_at(document, start)}, " if document.pages else ""
        _say(f"{stamp}{turn.speaker or 'no speaker'} ({turn.role}), {page}characters {start}–{end}")
        _say(document.text[start:end], indent=2)


def _shortened(text: str, most: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"


def _ending(text: str, most: int = 160) -> str:
    """The end of a text: a question is asked after its preamble."""
    text = " ".join(text.split())
    return text if len(text) <= most else "… " + text[-most + 2 :].split(" ", 1)[-1]


class _Progress:
    """A bar on stderr for work that takes more than a moment; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Progress:
        return self

    def update(self, done: int, total: int, what: str) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("reading", total=total)
        self._bar.update(self._task, completed=done, total=total, description=_shortened(what, 40))

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
