"""Plots as inline SVG: a few shapes need no plotting library, and follow the page's colours in light and dark.

Colours come from the page's classes. Every plot has its title and figures as text, for screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 420, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 14, 46


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a plot whose axes both run from 0 to 1."""

    x: float
    y: float


def line_plot(
    points: Sequence[Point],
    *,
    title: str,
    x_label: str,
    y_label: str,
    marked: Point | None = None,
    diagonal: bool = False,
) -> str:
    """A line through points on axes from 0 to 1, perhaps with one of them marked, perhaps with the diagonal."""
    path = " ".join(f"{'L' if number else 'M'}{_x(p.x):.1f} {_y(p.y):.1f}" for number, p in enumerate(points))
    parts = [_axes(x_label, y_label)]
    if diagonal:
        parts.append(f'<path class="guide" d="M{_x(0):.1f} {_y(0):.1f} L{_x(1):.1f} {_y(1):.1f}"/>')
    parts.append(f'<path class="line" d="{path}"/>')
    if marked:
        parts.append(f'<circle class="dot" cx="{_x(marked.x):.1f}" cy="{_y(marked.y):.1f}" r="5"/>')
    return _svg(title, "".join(parts), WIDTH, HEIGHT)


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose confidence lies in one range."""

    confidence: float  # mean
    right: float  # share
    count: int


def reliability_plot(bins: Sequence[Bin], *, title: str) -> str:
    """Share of right answers over confidence; on the diagonal the confidence says what it means."""
    most = max((each.count for each in bins), default=1)
    parts = [
        _axes("confidence", "share of right answers"),
        f'<path class="guide" d="M{_x(0):.1f} {_y(0):.1f} L{_x(1):.1f} {_y(1):.1f}"/>',
    ]
    for each in bins:
        x, y, radius = _x(each.confidence), _y(each.right), 4 + 8 * (each.count / most) ** 0.5
        said = f"confidence {each.confidence:.2f}: {each.right:.0%} right, of {each.count}"
        parts.append(
            f'<circle class="bubble" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{said}</title></circle>'
        )
    return _svg(title, "".join(parts), WIDTH, HEIGHT)


def time_plot(stages: Sequence[tuple[str, float, float]], *, title: str) -> str:
    """(stage, p50, p95) in milliseconds as bars: the middle of the questions dark, the slow ones light."""
    longest = max((p95 for _, _, p95 in stages), default=0.0) or 1.0
    row, left, right = 40, 84, 120
    height = row * len(stages) + 12
    scale = (WIDTH - left - right) / longest
    parts = []
    for number, (stage, p50, p95) in enumerate(stages):
        y = 8 + number * row
        parts.append(
            f'<text x="{left - 8}" y="{y + 17}" text-anchor="end">{escape(stage)}</text>'
            f'<rect class="slow" x="{left}" y="{y + 4}" width="{max(p95 * scale, 1):.1f}" height="18" rx="2"/>'
            f'<rect class="bar" x="{left}" y="{y + 4}" width="{max(p50 * scale, 1):.1f}" height="18" rx="2"/>'
            f'<text class="figure" x="{left + p95 * scale + 8:.1f}" y="{y + 17}">'
            f"{milliseconds(p50)} / {milliseconds(p95)}</text>"
        )
    return _svg(title, "".join(parts), WIDTH, height)


def count_plot(counts: Sequence[tuple[str, int]], *, title: str) -> str:
    """(label, count) as bars, in the order given."""
    most = max((count for _, count in counts), default=0) or 1
    row, left, right = 36, 170, 44
    parts = []
    for number, (label, count) in enumerate(counts):
        y, width = 8 + number * row, (WIDTH - left - right) * count / most
        parts.append(
            f'<text x="{left - 8}" y="{y + 17}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="bar" x="{left}" y="{y + 4}" width="{max(width, 1):.1f}" height="18" rx="2"/>'
            f'<text class="figure" x="{left + width + 8:.1f}" y="{y + 17}">{count:,}</text>'
        )
    return _svg(title, "".join(parts), WIDTH, row * len(counts) + 12)


def interval_bar(value: float, low: float, high: float) -> str:
    """A value and its interval on a line from 0 to 1, for a table's cell."""
    x, a, b = (6 + 308 * min(max(each, 0.0), 1.0) for each in (value, low, high))
    return (
        '<svg class="interval" viewBox="0 0 320 16" aria-hidden="true"><path class="axis" d="M6 8H314"/>'
        f'<path class="span" d="M{a:.1f} 8H{b:.1f}"/><circle class="dot" cx="{x:.1f}" cy="8" r="4.5"/></svg>'
    )


def milliseconds(value: float) -> str:
    """A time in three digits or fewer, with its unit.

    >>> milliseconds(0.214), milliseconds(11.3), milliseconds(2300.0)
    ('0.2 ms', '11 ms', '2.3 s')
    """
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _axes(x_label: str, y_label: str) -> str:
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(
            f'<path class="grid" d="M{_x(0):.1f} {_y(tick):.1f}H{_x(1):.1f}"/>'
            f'<text class="tick" x="{_x(0) - 6:.1f}" y="{_y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
            f'<text class="tick" x="{_x(tick):.1f}" y="{_y(0) + 17:.1f}" text-anchor="middle">{tick:g}</text>'
        )
    middle_x, middle_y = _x(0.5), _y(0.5)
    parts.append(f'<text x="{middle_x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>')
    parts.append(
        f'<text x="12" y="{middle_y:.1f}" text-anchor="middle" transform="rotate(-90 12 {middle_y:.1f})">'
        f"{escape(y_label)}</text>"
    )
    return "".join(parts)


def _svg(title: str, body: str, width: int, height: int) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )
