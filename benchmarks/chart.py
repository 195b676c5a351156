"""Charts as SVG, for light and dark pages. Our own hundred lines: what is packaged either brings a plotting
stack or draws ids by chance, so that every run would change every file."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

_WIDTH, _LEFT, _RIGHT, _TOP, _HEIGHT, _BOTTOM = 720, 78, 30, 78, 400, 56
_BAR, _LABEL, _GAP = 20, 190, 14
_LIGHT = ("#2a78d6", "#d9622b", "#6a5acd", "#808080", "#12936a", "#b8860b")
_DARK = ("#5aa2f2", "#f08a55", "#a79bf5", "#a0a0a0", "#36c293", "#dbb04a")
_STYLE = """
.page { fill: #ffffff; } text { font: 13px system-ui, sans-serif; fill: #24292f; }
.title { font-size: 16px; font-weight: 600; } .soft { fill: #57606a; font-size: 12px; }
.grid { stroke: #d8dee4; } path { fill: none; stroke-width: 2.5; stroke-linejoin: round; } .dashed { stroke-dasharray: 6 5; }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; } text { fill: #e6edf3; } .soft { fill: #9198a1; } .grid { stroke: #30363d; } %s }
"""


class Line(NamedTuple):
    """A series: points from left to right, one of the colours by number."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: int
    dashed: bool = False


class Axis(NamedTuple):
    """Its title, and whether each step is a factor."""

    title: str
    log: bool = False


class Bar(NamedTuple):
    """A labelled length."""

    label: str
    value: float
    colour: int


class _Scale:
    """Places values of one axis between two pixels."""

    def __init__(self, axis: Axis, values: Iterable[float], begin_px: float, end_px: float) -> None:
        values = [value for value in values if value > 0 or not axis.log]
        self._log, self._begin_px = axis.log, begin_px
        self.ticks = _factors(min(values), max(values)) if axis.log else _steps(max(values))
        self._low, high = self._of(self.ticks[0]), self._of(self.ticks[-1])
        self._px = (end_px - begin_px) / ((high - self._low) or 1)

    def _of(self, value: float) -> float:
        return math.log10(value) if self._log else value

    def at(self, value: float) -> float:
        return self._begin_px + (self._of(value) - self._low) * self._px


def _steps(most: float) -> list[float]:
    rough = (most or 1) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough)
    return [step * n for n in range(math.ceil(round(most / step, 6)) + 1)]


def _factors(least: float, most: float) -> list[float]:
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    all_ticks = [10.0**power * n for power in powers for n in (1, 2, 5)]
    below = max(tick for tick in all_ticks if tick <= least * 1.0001)
    above = min((tick for tick in all_ticks if tick >= most * 0.9999), default=all_ticks[-1])
    return [tick for tick in all_ticks if below <= tick <= above]


def lines(title: str, across: Axis, up: Axis, series: Sequence[Line]) -> str:
    """A line chart with its legend above it."""
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    x = _Scale(across, (point[0] for line in series for point in line.points), _LEFT, right)
    y = _Scale(up, (point[1] for line in series for point in line.points), bottom, _TOP)
    parts = [
        _text(_LEFT, 52, "  ".join(()), "soft"),
        _text((_LEFT + right) / 2, _HEIGHT - 12, across.title, "soft", "middle"),
    ]
    parts.append(
        f'<g transform="translate(18 {(_TOP + bottom) / 2}) rotate(-90)">{_text(0, 0, up.title, "soft", "middle")}</g>'
    )
    for tick in y.ticks:
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y.at(tick):.1f}" y2="{y.at(tick):.1f}"/>'
        )
        parts.append(_text(_LEFT - 8, y.at(tick) + 4, f"{tick:,g}", "soft", "end"))
    parts += [_text(x.at(tick), bottom + 20, f"{tick:,g}", "soft", "middle") for tick in _apart(x)]
    for line in series:
        places = [(x.at(a), y.at(b)) for a, b in line.points if b > 0 or not up.log]
        way = " L".join(f"{a:.1f} {b:.1f}" for a, b in places)
        parts.append(f'<path class="{_classes(line)}" d="M{way}"/>')
        parts += [
            f'<circle class="dot c{line.colour}" cx="{a:.1f}" cy="{b:.1f}" r="3.5"/>' for a, b in places
        ]
    return _document(title, _HEIGHT, [*_legend(series), *parts[1:]])


def _apart(scale: _Scale) -> list[float]:
    """The ticks that leave room for each other's figures."""
    kept = [scale.ticks[0]]
    for _, tick in pairwise(scale.ticks):
        if scale.at(tick) - scale.at(kept[-1]) >= 44:
            kept.append(tick)
    return kept


def _classes(line: Line) -> str:
    return f"c{line.colour} dashed" if line.dashed else f"c{line.colour}"


def _legend(series: Sequence[Line]) -> Iterable[str]:
    x = float(_LEFT)
    for line in series:
        yield f'<path class="{_classes(line)}" d="M{x:.0f} 52 h26"/>' + _text(x + 32, 56, line.name)
        x += 32 + 7.4 * len(line.name) + 22


def bars(title: str, unit: str, groups: Mapping[str, Sequence[Bar]]) -> str:
    """Horizontal bars in groups, each with its figure at its end."""
    most = max(bar.value for group in groups.values() for bar in group)
    room, y, parts = _WIDTH - _LABEL - 110, 72.0, [_text(24, 50, unit, "soft")]
    for name, group in groups.items():
        parts.append(_text(24, y + 14, name, "soft"))
        y += 22
        for bar in group:
            length = max(bar.value / most * room, 1)
            parts.append(_text(_LABEL - 8, y + 14, bar.label, anchor="end"))
            parts.append(
                f'<rect class="dot c{bar.colour}" x="{_LABEL}" y="{y}" width="{length:.1f}" height="{_BAR - 4}" rx="2"/>'
            )
            parts.append(_text(_LABEL + length + 8, y + 13, f"{bar.value:,.{0 if bar.value >= 100 else 1}f}"))
            y += _BAR
        y += _GAP
    return _document(title, int(y) + 8, parts)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def _document(title: str, height: int, parts: Iterable[str]) -> str:
    def colours(chosen: Sequence[str]) -> str:
        return " ".join(
            f".c{n} {{ stroke: {c}; }} .dot.c{n} {{ fill: {c}; stroke: none; }}" for n, c in enumerate(chosen)
        )

    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" role="img">'
    style = f"<style>{colours(_LIGHT)}{_STYLE % colours(_DARK)}</style>"
    page = f'<rect class="page" width="{_WIDTH}" height="{height}" rx="6"/>'
    return "\n".join(
        [
            head,
            f"<title>{escape(title)}</title>",
            style,
            page,
            _text(24, 30, title, "title"),
            *parts,
            "</svg>\n",
        ]
    )
