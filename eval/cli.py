"""`onrecord eval …`: question sets in, verdicts out. Commands import what they need when they run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from eval.questions.model import Question
    from eval.runs.run import Progress, Run
    from rag.archive import Archive
    from rag.config import Settings

MISSED = 100  # exit status of a gate whose bar was missed

app = typer.Typer(
    help="Measure the answers: run question sets, compare runs, hold them to bars, calibrate.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

SetsArgument = Annotated[list[Path], typer.Argument(metavar="QUESTIONS…", help="Question sets: files or folders")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run")]
ArchiveOption = Annotated[
    str | None, typer.Option("--archive", metavar="URL", help="The archive's folder [default: archive]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on stdout, nothing else")]
IngestOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--ingest",
        metavar="PATH",
        help="Transcripts to read into the archive first (repeatable); without --archive, into one of the run's own",
    ),
]
MinOption = Annotated[
    list[str] | None, typer.Option("--min", metavar="MEASURE=X", help="The least a measure may be (repeatable)")
]
MaxOption = Annotated[
    list[str] | None, typer.Option("--max", metavar="MEASURE=X", help="The most a measure may be (repeatable)")
]


def register(root: typer.Typer) -> None:
    """Hang the commands on the root."""
    root.add_typer(app, name="eval")


@app.command("run")
def run_command(
    questions: SetsArgument,
    archive: ArchiveOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the run goes [default: runs/NAME-TIME]")
    ] = None,
    as_json: JsonOption = False,
    ingest: IngestOption = None,
    retrieval: Annotated[str, typer.Option("--retrieval", metavar="NAME", help="fusion, dense or bm25")] = "fusion",
    k: Annotated[int, typer.Option("-k", metavar="N", help="How many passages")] = 10,
    generator: Annotated[str | None, typer.Option("--generator", metavar="NAME", help="What writes the answer")] = None,
    reader: Annotated[
        str | None,
        typer.Option("--reader", metavar="NAME", help="What reads the passages: trained, heuristic, a model"),
    ] = None,
    encoder: Annotated[str | None, typer.Option("--encoder", metavar="NAME", help="The model of a new archive")] = None,
) -> None:
    """Ask every question of the sets and measure the answers; writes run.json and report.html into one folder."""
    from eval.runs.run import RunSettings, run
    from eval.show.figures import figures_of
    from eval.show.report import write_report
    from eval.show.tables import print_run, run_to_json

    settings = RunSettings(retrieval, k, generator or _settings().generator, reader or _settings().reader)
    folder = out or _new_folder(questions, settings.retrieval)
    opened = _archive(archive, ingest or (), folder, encoder)
    found = _questions(questions, opened)
    with _Progress() as progress:
        done = run(opened, found, settings=settings, sets=questions, progress=progress)
    done.save(folder)
    write_report(done, folder)
    figures = figures_of(done)
    if as_json:
        _print_json(run_to_json(done, figures, folder))
    else:
        print_run(done, figures)
        print(f"{folder / 'run.json'} · {folder / 'report.html'}")
    failed = [row for row in done.rows if row.error]
    if failed:
        _complain(f"{len(failed)} of {len(done.rows)} questions failed and score 0, the first: {failed[0].error}")
        if len(failed) == len(done.rows):
            raise typer.Exit(1)


@app.command("compare")
def compare_command(
    a: Annotated[Path, typer.Argument(metavar="A", help="The folder of a run")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The folder of another run over the same sets")],
    as_json: JsonOption = False,
) -> None:
    """Say what changed from run A to run B: paired differences, and the questions that flipped."""
    from dataclasses import asdict

    from eval.runs.compare import compare
    from eval.runs.run import load_run
    from eval.show.tables import print_comparison

    found = compare(load_run(a), load_run(b))
    if as_json:
        _print_json({"a": str(a), "b": str(b), **asdict(found)})
    else:
        print_comparison(found, str(a), str(b))


@app.command("gate")
def gate_command(
    run: RunArgument,
    minimum: MinOption = None,
    maximum: MaxOption = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the verdicts as JUnit XML")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a run to bars. Exit status 0: all met; 100: one missed; 1: a bar or a run that cannot be used."""
    from dataclasses import asdict

    from eval.runs.gate import check, parse_bar, write_junit
    from eval.runs.run import load_run
    from eval.show.figures import figures_of
    from eval.show.tables import print_verdicts

    bars = [parse_bar("min", text) for text in minimum or ()] + [parse_bar("max", text) for text in maximum or ()]
    verdicts = check(figures_of(load_run(run), resamples=0), bars)
    if junit:
        write_junit(verdicts, junit)
    if as_json:
        _print_json({"met": all(v.met for v in verdicts), "bars": [asdict(v) for v in verdicts]})
    else:
        print_verdicts(verdicts)
    if not all(verdict.met for verdict in verdicts):
        raise typer.Exit(MISSED)


@app.command("sweep")
def sweep_command(
    questions: SetsArgument,
    archive: ArchiveOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Keep every run in a folder of its own in DIR")
    ] = None,
    as_json: JsonOption = False,
    ingest: IngestOption = None,
    retrieval: Annotated[
        list[str] | None, typer.Option("--retrieval", metavar="NAME", help="fusion, dense, bm25 [default: all three]")
    ] = None,
    k: Annotated[list[int] | None, typer.Option("-k", metavar="N", help="How many passages [default: 10]")] = None,
    generator: Annotated[
        list[str] | None, typer.Option("--generator", metavar="NAME", help="What writes the answer")
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="NAME", help="What reads the passages: trained, heuristic, a model"),
    ] = None,
    encoder: Annotated[
        list[str] | None,
        typer.Option("--encoder", metavar="NAME", help="The model [default: the archive's]; others take their time"),
    ] = None,
) -> None:
    """Run the sets under every combination of settings, in one table. Every option can be repeated."""
    import tempfile

    from eval.runs.run import RETRIEVALS
    from eval.runs.sweep import sweep, variants
    from eval.show.figures import figures_of
    from eval.show.report import write_report
    from eval.show.tables import print_sweep, run_to_json

    wanted = variants(
        retrieval or list(RETRIEVALS),
        k or [10],
        generator or [_settings().generator],
        encoder or [None],
        reader or [_settings().reader],
    )
    with tempfile.TemporaryDirectory(prefix="onrecord-", ignore_cleanup_errors=True) as temporary:
        opened = _archive(archive, ingest or (), out or Path(temporary), None)
        found = _questions(questions, opened)
        with _Progress() as progress:
            runs = sweep(opened, found, wanted, sets=questions, progress=progress)
    rows = []
    for variant, done in runs:
        folder = out / variant.label.replace("/", "-").replace(" ", "-") if out else None
        if folder:
            done.save(folder)
            write_report(done, folder)
        rows.append((variant.label, done, figures_of(done), folder))
    if as_json:
        _print_json([{"name": label, **run_to_json(done, figures, folder)} for label, done, figures, folder in rows])
    else:
        print_sweep([(label, figures) for label, _, figures, _ in rows])


@app.command("calibrate")
def calibrate_command(
    questions: SetsArgument,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    max_wrongly_refused: Annotated[
        float,
        typer.Option("--max-wrongly-refused", metavar="SHARE", help="The share of the answerable that may be refused"),
    ] = 0.05,
    balanced: Annotated[
        bool, typer.Option("--balanced", help="Instead, weigh refusing wrongly and answering wrongly alike")
    ] = False,
    reader: Annotated[
        str | None,
        typer.Option("--reader", metavar="NAME", help="What reads the passages: trained, heuristic, a model"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fit and print, and store nothing")] = False,
) -> None:
    """Fit the confidence and its threshold on question sets, and keep both with the archive for its model."""
    from eval.runs.calibrate import examples_of, fit_calibration
    from eval.show.tables import fit_to_json, print_fit
    from rag.assistant import Assistant
    from rag.evidence.calibration import default_calibration
    from rag.rerankers import HEURISTIC, fingerprint_of, load_reranker

    opened = _archive(archive, (), Path(), None)
    # How sure it is decides whether what a speaker said suffices: by the default, so that a second fit is as the first.
    loaded = load_reranker(reader or _settings().reader)
    shipped = default_calibration(loaded.name if loaded else None)
    assistant = Assistant(opened, reader=loaded or HEURISTIC, calibration=shipped)
    found = _questions(questions, opened)
    with _Progress() as progress:
        examples = examples_of(assistant, found, progress=progress)
    named = ", ".join(path.name for path in questions)
    fit = fit_calibration(
        examples,
        before=opened.calibration(reader=fingerprint_of(loaded)) or shipped,
        max_wrongly_refused=None if balanced else max_wrongly_refused,
        fitted_on=f"{len(examples)} questions: {named}",
    )
    if not dry_run:
        opened.set_calibration(fit.calibration, reader=fingerprint_of(loaded))
    if as_json:
        _print_json(fit_to_json(fit))
    else:
        print_fit(fit)
        print(f"{opened.url}: {'nothing stored' if dry_run else f'calibrated for {opened.encoder.name}'}")


@app.command("validate")
def validate_command(questions: SetsArgument, archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Name the line and field of every fault of question sets; exit status 1 where there is one."""
    from dataclasses import asdict

    from eval.questions.load import load_questions
    from eval.questions.validation import validate

    documents = list(_archive(archive, (), Path(), None).documents())
    faults = validate(questions, documents)
    if as_json:
        _print_json([asdict(fault) for fault in faults])
    else:
        for fault in faults:
            print(fault)
        if not faults:
            print(f"sound: {len(load_questions(questions, documents=documents)):,} questions")
    if faults:
        raise typer.Exit(1)


@app.command("view")
def view_command(
    run: RunArgument,
    archive: ArchiveOption = None,
    port: Annotated[int, typer.Option("--port", metavar="P", help="[default: a free one]")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address")] = False,
) -> None:
    """Show a run's report, with each wrong answer opened at its place in the transcript, until Ctrl+C."""
    from eval.runs.run import load_run
    from eval.show.viewer import make_server

    done = load_run(run)
    with make_server(done, _archive_of(done, run, archive), port=port) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"{address}  (Ctrl+C ends it)", flush=True)
        if not no_browser:
            import webbrowser

            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def _questions(paths: Sequence[Path], archive: Archive) -> list[Question]:
    """The questions of sound sets. Raises InputError with the first fault: on broken gold no figure means anything."""
    from eval.questions.load import load_questions
    from eval.questions.validation import validate
    from rag.errors import InputError

    documents = list(archive.documents())
    faults = validate(paths, documents)
    if faults:
        more = f" (and {len(faults) - 1:,} more; run: onrecord eval validate)" if len(faults) > 1 else ""
        raise InputError(f"{faults[0]}{more}")
    return load_questions(paths, documents=documents)


def _archive(url: str | None, ingest: Sequence[Path], folder: Path, encoder: str | None) -> Archive:
    """The archive to ask, after reading `ingest` into it: a new one in `folder` where none is named."""
    from rag.archive import open_archive
    from rag.config import load_settings
    from rag.errors import InputError

    if not ingest:
        settings = load_settings(archive=url, encoder=encoder)
        return open_archive(settings.archive, encoder=settings.encoder, create=False)
    archive = open_archive(url or folder / "archive", encoder=encoder)
    with _Progress("reading") as progress:
        report = archive.ingest(
            [_transcripts(path, folder) for path in ingest], progress=lambda done, total, _: progress(done, total)
        )
    for path, reason in report.failed:
        _complain(f"{path}: {reason}")
    if not archive.exists:
        raise InputError("nothing could be read; give transcripts with --ingest")
    return archive


def _transcripts(path: Path, folder: Path) -> Path:
    """What to ingest: the path itself, or the texts that a BEIR folder or a SQuAD file brings, written as transcripts."""
    from eval.questions.formats import write_transcripts

    if path.suffix.lower() != ".json" and not (path / "corpus.jsonl").is_file():
        return path
    texts = folder / "transcripts" / path.stem
    texts.mkdir(parents=True, exist_ok=True)
    write_transcripts(path, texts)
    return texts


def _archive_of(run: Run, path: Path, url: str | None) -> Archive:
    """The archive that a run asked, or the one in its own folder."""
    from rag.archive import open_archive

    own = (path if path.is_dir() else path.parent) / "archive"
    return open_archive(url or (own if own.is_dir() else run.archive.url), create=False)


def _settings() -> Settings:
    from rag.config import load_settings

    return load_settings()


def _new_folder(sets: Sequence[Path], retrieval: str) -> Path:
    from datetime import datetime

    return Path("runs") / f"{sets[0].stem}-{retrieval}-{datetime.now():%Y%m%d-%H%M%S}"


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _complain(message: str) -> None:
    print(f"onrecord: {' '.join(message.split())}", file=sys.stderr)


class _Progress:
    """A bar on stderr; nothing where stderr is no terminal."""

    def __init__(self, what: str = "asking") -> None:
        self._what = what
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self._update

    def _update(self, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=total)
        self._bar.update(self._task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
