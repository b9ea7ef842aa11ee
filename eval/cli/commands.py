"""The commands of `onrecord eval`, a function each. A command imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.opening import archive_of_run, archive_to_ask, new_folder, sound_questions
from rag.cli.options import AnswerOption, ArchiveOption, EncoderOption, GeneratorOption, JsonOption, ReaderOption
from rag.cli.printing import complain, print_json
from rag.cli.progress import ProgressBar
from rag.config import load_settings

MISSED = 100  # exit status of a gate whose bar was missed

SetsArgument = Annotated[list[Path], typer.Argument(metavar="QUESTIONS…", help="Question sets: files or folders")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run")]
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
    generator: GeneratorOption = None,
    reader: ReaderOption = None,
    encoder: EncoderOption = None,
    variants: Annotated[
        Path | None,
        typer.Option("--variants", metavar="FILE", help="Search with a model's recorded variants, without the model"),
    ] = None,
    answer: AnswerOption = None,
) -> None:
    """Ask every question of the sets and measure the answers; writes run.json and report.html into one folder."""
    from eval.runs.files import save_run
    from eval.runs.model import RunSettings
    from eval.runs.replay import load_variants
    from eval.runs.run import run
    from eval.show.figures import figures_of
    from eval.show.report import write_report
    from eval.show.tables import print_run, run_to_json
    from rag.errors import InputError
    from rag.generators import DEFAULT_GENERATOR

    known = load_settings()
    if variants and generator not in (None, DEFAULT_GENERATOR):
        raise InputError("--variants takes the place of a model; leave out --generator")
    writer = DEFAULT_GENERATOR if variants else generator or known.generator
    settings = RunSettings(
        retrieval, k, writer, reader or known.reader, answer or known.answer, variants.name if variants else ""
    )
    folder = out or new_folder(questions, settings.retrieval)
    opened = archive_to_ask(archive, ingest or (), folder, encoder)
    found = sound_questions(questions, opened)
    recorded = load_variants(variants, found) if variants else None
    with ProgressBar("asking") as progress:
        done = run(opened, found, settings=settings, generator=recorded, sets=questions, progress=progress.update)
    save_run(done, folder)
    write_report(done, folder)
    figures = figures_of(done)
    if as_json:
        print_json(run_to_json(done, figures, folder))
    else:
        print_run(done, figures)
        print(f"{folder / 'run.json'} · {folder / 'report.html'}")
    failed = [row for row in done.rows if row.error]
    if failed:
        complain(f"{len(failed)} of {len(done.rows)} questions failed and score 0, the first: {failed[0].error}")
        if len(failed) == len(done.rows):
            raise typer.Exit(1)


def compare_command(
    a: Annotated[Path, typer.Argument(metavar="A", help="The folder of a run")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The folder of another run over the same sets")],
    as_json: JsonOption = False,
) -> None:
    """Say what changed from run A to run B: paired differences, and the questions that flipped."""
    from dataclasses import asdict

    from eval.runs.compare import compare
    from eval.runs.files import load_run
    from eval.show.tables import print_comparison

    found = compare(load_run(a), load_run(b))
    if as_json:
        print_json({"a": str(a), "b": str(b), **asdict(found)})
    else:
        print_comparison(found, str(a), str(b))


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

    from eval.measures import summarise
    from eval.runs.files import load_run
    from eval.runs.gate import check, parse_bar, write_junit
    from eval.show.tables import print_verdicts

    bars = [parse_bar("min", text) for text in minimum or ()] + [parse_bar("max", text) for text in maximum or ()]
    verdicts = check(summarise([row.measures for row in load_run(run).rows]), bars)
    if junit:
        write_junit(verdicts, junit)
    if as_json:
        print_json({"met": all(v.met for v in verdicts), "bars": [asdict(v) for v in verdicts]})
    else:
        print_verdicts(verdicts)
    if not all(verdict.met for verdict in verdicts):
        raise typer.Exit(MISSED)


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

    from eval.runs.files import save_run
    from eval.runs.model import RETRIEVALS
    from eval.runs.sweep import sweep, variants
    from eval.show.figures import figures_of
    from eval.show.report import write_report
    from eval.show.tables import print_sweep, run_to_json

    wanted = variants(
        retrieval or list(RETRIEVALS),
        k or [10],
        generator or [load_settings().generator],
        encoder or [None],
        reader or [load_settings().reader],
    )
    with tempfile.TemporaryDirectory(prefix="onrecord-", ignore_cleanup_errors=True) as temporary:
        opened = archive_to_ask(archive, ingest or (), out or Path(temporary), None)
        found = sound_questions(questions, opened)
        with ProgressBar("asking") as progress:
            runs = sweep(opened, found, wanted, sets=questions, progress=progress.update)
    rows = []
    for variant, done in runs:
        folder = out / variant.label.replace("/", "-").replace(" ", "-") if out else None
        if folder:
            save_run(done, folder)
            write_report(done, folder)
        rows.append((variant.label, done, figures_of(done), folder))
    if as_json:
        print_json([{"name": label, **run_to_json(done, figures, folder)} for label, done, figures, folder in rows])
    else:
        print_sweep([(label, figures) for label, _, figures, _ in rows])


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
    reader: ReaderOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fit and print, and store nothing")] = False,
) -> None:
    """Fit the confidence and its threshold on question sets, and keep both with the archive for its model."""
    from eval.runs.calibrate import examples_of, fit_calibration
    from eval.show.tables import fit_to_json, print_fit
    from rag.assistant import Assistant
    from rag.evidence.calibration import default_calibration
    from rag.rerankers import HEURISTIC, fingerprint_of, load_reranker

    opened = archive_to_ask(archive, (), Path(), None)
    # The confidence decides whether the named speaker's own words suffice. It is the shipped one here, whatever the
    # archive holds, so that fitting a second time gives the same result.
    loaded = load_reranker(reader or load_settings().reader)
    shipped = default_calibration(loaded.name if loaded else None)
    assistant = Assistant(opened, reader=loaded or HEURISTIC, calibration=shipped)
    found = sound_questions(questions, opened)
    with ProgressBar("asking") as progress:
        examples = examples_of(assistant, found, progress=progress.update)
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
        print_json(fit_to_json(fit))
    else:
        print_fit(fit)
        print(f"{opened.url}: {'nothing stored' if dry_run else f'calibrated for {opened.encoder.name}'}")


def validate_command(questions: SetsArgument, archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Name the line and field of every fault of question sets; exit status 1 where there is one."""
    from dataclasses import asdict

    from eval.questions.load import load_questions
    from eval.questions.validation import validate

    documents = list(archive_to_ask(archive, (), Path(), None).documents())
    faults = validate(questions, documents)
    if as_json:
        print_json([asdict(fault) for fault in faults])
    else:
        for fault in faults:
            print(fault)
        if not faults:
            print(f"sound: {len(load_questions(questions, documents=documents)):,} questions")
    if faults:
        raise typer.Exit(1)


def view_command(
    run: RunArgument,
    archive: ArchiveOption = None,
    port: Annotated[int, typer.Option("--port", metavar="P", help="[default: a free one]")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address")] = False,
) -> None:
    """Show a run's report, with each wrong answer opened at its place in the transcript, until Ctrl+C."""
    from eval.runs.files import load_run
    from eval.show.viewer import make_server

    done = load_run(run)
    with make_server(done, archive_of_run(done, run, archive), port=port) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"{address}  (Ctrl+C ends it)", flush=True)
        if not no_browser:
            import webbrowser

            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
