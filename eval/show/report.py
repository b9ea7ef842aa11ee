"""A run as one HTML page that needs nothing else: no request, no script, every word of it escaped.

Transcripts and questions are written by others and may hold anything, so the page runs no code (its policy forbids it)
and filters wrong answers with radio buttons and CSS. It works in print, in light and dark, and on a phone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path

from eval.measures.registry import GROUPS
from eval.runs.causes import CAUSES, FAILED
from eval.runs.files import REPORT_FILE
from eval.runs.model import Row, Run, TextRange
from eval.show.figures import BY_TAG, Figure, by_tag, figures_of, reliability, risk_coverage, shown, stage_times
from eval.show.plots import Point, count_plot, interval_bar, line_plot, milliseconds, reliability_plot, time_plot
from rag.errors import InputError
from rag.text.files import write_whole
from rag.text.wording import shortened

LinkTo = Callable[[int, str, int], str]  # (row, "gold" or "quote", which) → where the transcript opens there
SHOWN_CHARS = 420
HEADLINES = {
    "Success@1": "the first passage answers",
    "R@5": "of what is relevant is in five passages",
    "first_quote": "the first quote answers",
    "wrongly_refused": "called silent, wrongly",
    "refused": "unanswerable, and refused",
}


def write_report(run: Run, folder: Path) -> Path:
    """Write `report.html` beside the run; its path. Raises InputError if it cannot be written."""
    path = folder / REPORT_FILE
    try:
        write_whole(path, render(run).encode("utf-8", "replace"))
    except OSError as error:
        raise InputError(f"the report cannot be written to {folder} ({error.strerror or error})") from error
    return path


def render(run: Run, *, link_to: LinkTo | None = None) -> str:
    """The page. `link_to` gives each gold and each quote a link to its place in the transcript."""
    figures = figures_of(run)
    wrong = [(number, row) for number, row in enumerate(run.rows) if row.cause]
    body = "".join(
        [
            _header(run, len(wrong)),
            _tiles(figures),
            _measures(figures),
            _tags(run),
            _plots(run),
            _wrong_answers(wrong, link_to),
            _settings(run),
        ]
    )
    return page(f"Evaluation: {_names(run)}", body)


def page(title: str, body: str) -> str:
    """An HTML page with the report's style; `body` is HTML in which all text is escaped."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="referrer" content="no-referrer"><title>{_text(title)}</title><style>{_style()}</style></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _header(run: Run, wrong: int) -> str:
    asked = len(run.rows)
    settings = run.settings
    facts = [
        f"{run.archive.documents:,} documents, {run.archive.passages:,} passages",
        f"retrieval {settings.retrieval}, k {settings.k}",
        f"generator {settings.generator}",
        f"reader {settings.reader}",
        run.archive.encoder,
        run.started[:16].replace("T", " ") + " UTC",
    ]
    items = "".join(f"<li>{_text(fact)}</li>" for fact in facts)
    return (
        f'<header><p class="kicker">onrecord evaluation</p><h1>{_text(_names(run))}</h1>'
        f'<p class="lead">{asked - wrong:,} of {asked:,} questions answered rightly: the first quote answers, or '
        f'nothing could and nothing was quoted.</p><ul class="facts">{items}</ul></header>'
    )


def _tiles(figures: Sequence[Figure]) -> str:
    by_name = {figure.name: figure for figure in figures}
    tiles = "".join(
        f'<div class="tile"><span class="name">{_text(name)}</span><strong>{by_name[name].value:.2f}</strong>'
        f'<span class="about">{_text(about)}</span></div>'
        for name, about in HEADLINES.items()
        if name in by_name
    )
    return f'<section class="tiles" aria-label="Main figures">{tiles}</section>'


def _measures(figures: Sequence[Figure]) -> str:
    parts = []
    for group in GROUPS:
        rows = "".join(_measure_row(figure) for figure in figures if figure.measure.group == group)
        if rows:
            parts.append(
                f'<tbody><tr class="group"><th colspan="5" scope="rowgroup">{_text(group)}</th></tr>{rows}</tbody>'
            )
    return (
        "<section><h2>Measures</h2><p>With 95 % bootstrap intervals over the questions; a question without a result "
        'counts 0. ↓ marks measures of which less is better.</p><div class="scroll"><table class="measures"><thead><tr>'
        '<th scope="col">measure</th><th scope="col" class="number">value</th><th scope="col" class="wide">0 … 1</th>'
        '<th scope="col" class="number">95 %</th><th scope="col" class="number">n</th></tr></thead>'
        f"{''.join(parts)}</table></div></section>"
    )


def _measure_row(figure: Figure) -> str:
    bar = interval_bar(figure.value, figure.low, figure.high) if figure.measure.unit == "share" else ""
    arrow = "" if figure.measure.higher_is_better else ' <span class="down" title="less is better">↓</span>'
    return (
        f'<tr><th scope="row">{_text(figure.name)}{arrow}</th>'
        f'<td class="number">{shown(figure.name, figure.value)}</td>'
        f'<td class="wide">{bar}</td><td class="number">{shown(figure.name, figure.low)} – '
        f'{shown(figure.name, figure.high)}</td><td class="number">{figure.n:,}</td></tr>'
    )


def _tags(run: Run) -> str:
    """The main measures by tag, if the questions have any."""
    tags = by_tag(run.rows)
    if not tags:
        return ""
    heads = "".join(f'<th scope="col" class="number">{_text(name)}</th>' for name in ("n", *BY_TAG))
    rows = "".join(
        f'<tr><th scope="row">{_text(tag)}</th><td class="number">{values["n"]:,.0f}</td>'
        + "".join(f'<td class="number">{shown(name, values[name]) if name in values else "–"}</td>' for name in BY_TAG)
        + "</tr>"
        for tag, values in tags.items()
    )
    return (
        '<section><h2>By tag</h2><div class="scroll"><table class="measures"><thead><tr><th scope="col">tag</th>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _plots(run: Run) -> str:
    figures = "".join(
        f"<figure><h3>{_text(title)}</h3>{svg}<figcaption>{_text(caption)}</figcaption></figure>"
        for title, svg, caption in filter(None, (each(run) for each in (_risk, _confidence, _causes, _times)))
    )
    return f'<section><h2>Plots</h2><div class="plots">{figures}</div></section>' if figures else ""


_Plot = tuple[str, str, str]  # title, SVG, caption


def _risk(run: Run) -> _Plot | None:
    curve = risk_coverage(run.rows)
    if not curve:
        return None
    coverage, risk = curve[-1]
    svg = line_plot(
        [Point(*point) for point in curve],
        title="Share of wrong answers over the share of questions answered, the surest first",
        x_label="share of questions answered",
        y_label="share of wrong answers",
        marked=Point(coverage, risk),
    )
    caption = (
        f"The surest answers first. The dot is where this run stood: {coverage:.0%} of the questions were answered, "
        f"and {risk:.0%} of these answers were wrong."
    )
    return "Risk and coverage", svg, caption


def _confidence(run: Run) -> _Plot | None:
    bins = reliability(run.rows)
    if not bins:
        return None
    caption = (
        "On the dashed line an answer given with confidence 0.7 is right seven times in ten; the larger the circle, "
        "the more answers."
    )
    return "Confidence", reliability_plot(bins, title="Share of right answers over the confidence given"), caption


def _causes(run: Run) -> _Plot | None:
    causes = [(cause, count) for cause in CAUSES if (count := sum(row.cause == cause for row in run.rows))]
    if not causes:
        return None
    svg = count_plot(causes, title="Number of wrong answers by cause")
    return "Where answers were lost", svg, "Each wrong answer counts at the first stage that lost it."


def _times(run: Run) -> _Plot | None:
    times = stage_times(run.rows)
    if not times:
        return None
    slowest = max(times, key=lambda stage: stage[1])
    caption = f"p50 dark, p95 light. Half of the questions took {milliseconds(slowest[1])} or less."
    return "Time per stage", time_plot(times, title="Time per stage: p50 and p95 in milliseconds"), caption


def _wrong_answers(wrong: Sequence[tuple[int, Row]], link_to: LinkTo | None) -> str:
    if not wrong:
        return "<section><h2>Wrong answers</h2><p>None.</p></section>"
    counts = {cause: sum(row.cause == cause for _, row in wrong) for cause in CAUSES}
    found = [(number, cause) for number, cause in enumerate(CAUSES) if counts[cause]]
    radios = '<input type="radio" name="cause" id="cause-all" checked aria-label="all causes">' + "".join(
        f'<input type="radio" name="cause" id="cause-{number}" aria-label="{_text(cause)}">' for number, cause in found
    )
    chips = f'<label for="cause-all">all <b>{len(wrong)}</b></label>' + "".join(
        f'<label for="cause-{number}" title="{_text(CAUSES[cause])}">{_text(cause)} <b>{counts[cause]}</b></label>'
        for number, cause in found
    )
    legend = "".join(f"<dt>{_text(cause)}</dt><dd>{_text(CAUSES[cause])}</dd>" for _, cause in found)
    numbers = {cause: number for number, cause in enumerate(CAUSES)}
    items = "".join(_wrong(row, place, numbers[row.cause], link_to) for place, row in wrong)
    return (
        f'<section class="answers"><h2>Wrong answers</h2><dl class="legend">{legend}</dl>'
        f'{radios}<div class="chips">{chips}</div>{items}</section>'
    )


def _wrong(row: Row, place: int, cause: int, link_to: LinkTo | None) -> str:
    tags = "".join(f"<span>{_text(tag)}</span>" for tag in row.tags)
    history = f'<p class="history">after: {_text(" · ".join(row.history))}</p>' if row.history else ""
    gold = "".join(_place(each, "gold", link_to and link_to(place, "gold", n)) for n, each in enumerate(row.gold))
    quoted = "".join(_place(each, "quote", link_to and link_to(place, "quote", n)) for n, each in enumerate(row.quotes))
    if row.cause == FAILED:
        quoted = f"<p>{_text(row.error)}</p>"
    elif not row.quotes:
        quoted = f"<p>{_text(row.text or 'Nothing.')}</p>"
    rank = next((number for number, found in enumerate(row.passages, start=1) if found.relevant), None)
    notes = [f"confidence {row.confidence:.2f}"]
    if row.answerable:
        notes.append(f"gold at rank {rank}" if rank else f"gold not among the {len(row.passages)} passages found")
    if row.answerable and row.measures.get("all_quotes", 0.0) == 1.0:
        notes.append("a later quote answers")
    answers = f'<p class="expected">Expected: {_text(" or ".join(row.answers))}</p>' if row.answers else ""
    gold = gold or "<p>Nothing in the record answers this.</p>"
    return (
        f'<article class="wrong" data-cause="{cause}" id="q{place}"><p class="cause">{_text(row.cause)}</p>'
        f"<h3>{_text(row.question)}</h3>{history}"
        f'<p class="notes">{_text(row.id)} · {_text(" · ".join(notes))} {tags}</p>'
        f'<div class="sides"><div><h4>The record</h4>{answers}{gold}</div><div><h4>Quoted</h4>{quoted}</div></div>'
        "</article>"
    )


def _place(place: TextRange, kind: str, link: str | None) -> str:
    where = f"{place.source}, {place.start}–{place.end}"
    cited = f'<a href="{_text(link)}">{_text(where)}</a>' if link else _text(where)
    who = f"{_text(place.speaker)}, " if place.speaker else ""
    text = _text(shortened(place.text, SHOWN_CHARS))
    return f'<blockquote class="{kind}"><p>{text}</p><footer>{who}{cited}</footer></blockquote>'


def _settings(run: Run) -> str:
    archive = run.archive
    facts = {
        **{f"question set {each.name}": f"SHA-256 {each.sha256}" for each in run.sets},
        "archive": f"{archive.url} · SHA-256 {archive.sha256}",
        "model": f"{archive.encoder} · {archive.fingerprint}",
        "threshold": f"{archive.threshold:g} · calibration: {archive.calibration}",
        "settings": f"retrieval {run.settings.retrieval}, k {run.settings.k}, generator {run.settings.generator}, "
        f"reader {run.settings.reader}" + (f", variants {run.settings.variants}" if run.settings.variants else ""),
        "versions": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
        "asked": f"{run.started}, {len(run.rows):,} questions in {run.seconds:.1f} s",
    }
    items = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in facts.items())
    return f'<section><h2>What was run</h2><dl class="run">{items}</dl></section>'


def _names(run: Run) -> str:
    names = [Path(each.name).stem for each in run.sets] or ["questions"]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _text(value: str) -> str:
    return escape(value, quote=True)


@lru_cache(maxsize=1)
def _style() -> str:
    """The page's CSS, with the rules by which the radio buttons choose among wrong answers."""
    css = files("eval.show").joinpath("report.css").read_text(encoding="utf-8")
    hidden = "".join(
        f'#cause-{number}:checked ~ .wrong:not([data-cause="{number}"]) {{ display: none }}\n'
        for number in range(len(CAUSES))
    )
    chosen = "".join(
        f'#cause-{name}:checked ~ .chips label[for="cause-{name}"] {{ background: var(--ink); color: var(--paper) }}\n'
        for name in ("all", *range(len(CAUSES)))
    )
    return f"\n{css}{hidden}{chosen}"
