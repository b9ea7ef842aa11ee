"""What the terminal shows, at 80 columns and up, and the JSON forms of the same. Prints through rich, never markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.measures.registry import GROUPS
from eval.runs.causes import CAUSES
from eval.show.figures import BY_TAG, Figure, by_tag, shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from eval.runs.calibrate import Fit, Reached
    from eval.runs.compare import Comparison
    from eval.runs.gate import Verdict
    from eval.runs.model import Run

_TAG_HEADS = dict(zip(BY_TAG, ("S@1", "S@5", "first", "all", "wrongly ↓", "refused"), strict=True))
MOST_FLIPS = 10  # of each kind on the terminal; --json has all


def print_run(run: Run, figures: Sequence[Figure]) -> None:
    """Every measure with its interval and n, then the causes of wrong answers."""
    table = _table("measure", "value", "95 % interval", "n")
    for group in GROUPS:
        own = [figure for figure in figures if figure.measure.group == group]
        for number, figure in enumerate(own):
            table.add_row(
                _named(figure),
                shown(figure.name, figure.value),
                f"{shown(figure.name, figure.low)} – {shown(figure.name, figure.high)}",
                f"{figure.n:,}",
                end_section=number == len(own) - 1,
            )
    console = _console()
    console.print(table)
    counts = _causes(run)
    right = len(run.rows) - sum(counts.values())
    console.print(f"{right:,} of {len(run.rows):,} right; ↓ marks measures of which less is better", style=None)
    for cause, count in counts.items():
        console.print(f"{count:>6,}  {cause}", style=None)
    if tags := by_tag(run.rows):
        console.print(_tag_table(tags))


def _tag_table(tags: Mapping[str, Mapping[str, float]]) -> Table:
    """The main measures by tag, a dash where one does not apply; narrow headings, so that 80 columns hold it."""
    table = _table("tag", "n", *_TAG_HEADS.values())
    for tag, values in tags.items():
        shared = (shown(name, values[name]) if name in values else "–" for name in _TAG_HEADS)
        table.add_row(_printable(tag), f"{values['n']:,.0f}", *shared)
    return table


def run_to_json(run: Run, figures: Sequence[Figure], folder: Path | None) -> dict[str, Any]:
    """A run's figures under the names of its measures."""
    return {
        "run": str(folder) if folder else None,
        "questions": len(run.rows),
        "seconds": round(run.seconds, 3),
        "settings": asdict(run.settings),
        "measures": {
            figure.name: {"value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n}
            for figure in figures
        },
        "by_tag": by_tag(run.rows),
        "causes": _causes(run),
    }


def print_comparison(found: Comparison, a: str, b: str) -> None:
    """Differences with intervals and corrected p, then the questions that flipped."""
    table = _table("measure", "A", "B", "B − A", "95 % interval", "p", "")
    for each in found.differences:
        table.add_row(
            each.name,
            shown(each.name, each.a),
            shown(each.name, each.b),
            f"{each.difference:+.3f}",
            f"{each.low:+.3f} – {each.high:+.3f}",
            f"{each.p:.3f}",
            each.verdict,
        )
    console = _console()
    _say(console, f"A {a}")
    _say(console, f"B {b}")
    console.print(table)
    _say(console, "p from a paired permutation test, corrected by Holm's method over the measures")
    for by in dict.fromkeys(flip.by for flip in found.flips):
        for won, title in ((True, "won"), (False, "lost")):
            flips = [flip for flip in found.flips if flip.by == by and flip.won == won]
            if flips:
                _say(console, f"\n{by}: {len(flips)} {title}")
            for flip in flips[:MOST_FLIPS]:
                _say(console, f"  {flip.id}: {flip.question}")
                _say(console, f"      {flip.before} → {flip.after}")
            if len(flips) > MOST_FLIPS:
                _say(console, f"  and {len(flips) - MOST_FLIPS} more; --json has all")
    if not found.flips:
        _say(console, "No question flipped.")


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """One line for each bar."""
    console = _console()
    for verdict in verdicts:
        value = shown(verdict.bar.measure, verdict.value)
        _say(console, f"{'met' if verdict.met else 'MISSED':>6}  {verdict.bar}: {value}")


def print_sweep(rows: Sequence[tuple[str, Sequence[Figure]]]) -> None:
    """A column for each variant, a row for each measure; a dash for a measure that looks deeper than a variant's k."""
    names = list(dict.fromkeys(figure.name for _, figures in rows for figure in figures))
    arrows = {figure.name: _named(figure) for _, figures in rows for figure in figures}
    console = _console()
    for start in range(0, len(rows), 4):  # four columns fit 80 characters
        block = rows[start : start + 4]
        table = _table("measure", *(label for label, _ in block))
        values = [{figure.name: figure.value for figure in figures} for _, figures in block]
        for name in names:
            table.add_row(arrows[name], *(shown(name, each[name]) if name in each else "–" for each in values))
        console.print(table)


def print_fit(fit: Fit) -> None:
    """What the new calibration reaches, beside what was there."""
    table = _table("", "before", "now, on questions not seen")
    before, now = _reached(fit.before), _reached(fit.reached)
    for name in now:
        table.add_row(name, before[name], now[name])
    table.add_row("threshold", "", f"{fit.calibration.threshold:.3f}")
    console = _console()
    console.print(table)
    curve = _table("answering the surest", "would be wrong", "with threshold")
    for share in (0.25, 0.5, 0.75, 1.0):
        point = min(fit.calibration.curve, key=lambda point: abs(point.coverage - share))
        curve.add_row(f"{point.coverage:.0%}", f"{point.risk:.0%}", f"{point.threshold:.3f}")
    console.print(curve)
    _say(console, f"fitted on {fit.questions:,} questions; ↓ less is better")


def fit_to_json(fit: Fit) -> dict[str, Any]:
    """The calibration with its curve, and what it reached."""
    return asdict(fit)


def _reached(reached: Reached) -> dict[str, str]:
    return {
        "AUROC": f"{reached.auroc:.3f}",
        "Brier ↓": f"{reached.brier:.3f}",
        "refused": "–" if reached.refused is None else f"{reached.refused:.3f}",
        "wrongly_refused ↓": f"{reached.wrongly_refused:.3f}",
    }


def _causes(run: Run) -> dict[str, int]:
    counts = {cause: sum(row.cause == cause for row in run.rows) for cause in CAUSES}
    return {cause: count for cause, count in counts.items() if count}


def _named(figure: Figure) -> str:
    return figure.name if figure.measure.higher_is_better else f"{figure.name} ↓"


def _table(first: str, *others: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _console() -> Console:
    from rich.console import Console

    # Questions and file names are shown as they are: no markup, no emoji codes, no colours for numbers.
    return Console(markup=False, emoji=False, highlight=False)


def _say(console: Console, text: str) -> None:
    """A line without control characters, which a question could use to control the terminal."""
    console.print(_printable(text), soft_wrap=True)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
