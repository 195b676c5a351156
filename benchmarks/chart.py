"""Charts as SVG for light and dark pages.

Our own hundred lines: what is packaged brings a plotting stack, or draws ids by chance, so that every run
would change every file.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from benchmarks.scale import Axis, Scale

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 690, 78, 344
_BAR, _LABEL, _GAP = 20, 190, 12
_LETTER = 7.4
_LIGHT = ("#2a78d6", "#d9622b", "#6a5acd", "#808080", "#12936a")
_DARK = ("#5aa2f2", "#f08a55", "#a79bf5", "#a0a0a0", "#36c293")
_STYLE = """
.page { fill: #ffffff; }
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.title { font-size: 16px; font-weight: 600; }
.soft { fill: #57606a; font-size: 12px; }
.grid { stroke: #d8dee4; }
path { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.dashed { stroke-dasharray: 6 5; }
"""
_DARK_STYLE = (
    ".page { fill: #0d1117; } text { fill: #e6edf3; } .soft { fill: #9198a1; } .grid { stroke: #30363d; }"
)


class Line(NamedTuple):
    """A series: points from left to right, one of the colours by number."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: int
    dashed: bool = False

    @property
    def classes(self) -> str:
        """How it is drawn."""
        return f"c{self.colour} dashed" if self.dashed else f"c{self.colour}"


class Bar(NamedTuple):
    """A labelled length."""

    label: str
    value: float
    colour: int


def lines(title: str, across: Axis, up: Axis, series: Sequence[Line]) -> str:
    """A line chart with its legend above it."""
    x = Scale(across, (point[0] for line in series for point in line.points), _LEFT, _RIGHT)
    y = Scale(up, (point[1] for line in series for point in line.points), _BOTTOM, _TOP)
    upright = f'<g transform="translate(18 {(_TOP + _BOTTOM) / 2}) rotate(-90)">'
    parts = [
        *_legend(series),
        _text((_LEFT + _RIGHT) / 2, _HEIGHT - 12, across.title, "soft", "middle"),
        upright + _text(0, 0, up.title, "soft", "middle") + "</g>",
    ]
    for tick in y.ticks:
        level = f"{y.at(tick):.1f}"
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{level}" y2="{level}"/>')
        parts.append(_text(_LEFT - 8, y.at(tick) + 4, f"{tick:,g}", "soft", "end"))
    parts += [_text(x.at(tick), _BOTTOM + 20, f"{tick:,g}", "soft", "middle") for tick in x.apart()]
    for line in series:
        parts += _drawn(line, [(x.at(a), y.at(b)) for a, b in line.points])
    return _document(title, _HEIGHT, parts)


def _drawn(line: Line, places: Sequence[tuple[float, float]]) -> Iterable[str]:
    way = " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    yield f'<path class="{line.classes}" d="M{way}"/>'
    for x, y in places:
        yield f'<circle class="dot c{line.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def _legend(series: Sequence[Line]) -> Iterable[str]:
    x = float(_LEFT)
    for line in series:
        yield f'<path class="{line.classes}" d="M{x:.0f} 52 h26"/>' + _text(x + 32, 56, line.name)
        x += 54 + _LETTER * len(line.name)


def bars(title: str, unit: str, groups: Mapping[str, Sequence[Bar]]) -> str:
    """Horizontal bars in groups, each with its figure at its end."""
    most = max(bar.value for group in groups.values() for bar in group)
    y, parts = 68, [_text(24, 52, unit, "soft")]
    for name, group in groups.items():
        parts.append(_text(24, y + 14, name, "soft"))
        y += 22
        for bar in group:
            length = max(bar.value / most * (_WIDTH - _LABEL - 90), 1)
            size = f'width="{length:.1f}" height="{_BAR - 4}"'
            parts += [
                _text(_LABEL - 8, y + 13, bar.label, anchor="end"),
                f'<rect class="dot c{bar.colour}" x="{_LABEL}" y="{y}" {size} rx="2"/>',
                _text(_LABEL + length + 8, y + 13, f"{bar.value:,.{0 if bar.value >= 100 else 1}f}"),
            ]
            y += _BAR
        y += _GAP
    return _document(title, y + 4, parts)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} class="{kind}">{escape(words)}</text>'


def _colours(chosen: Sequence[str]) -> str:
    rules = (
        f".c{n} {{ stroke: {c}; }} .dot.c{n} {{ fill: {c}; stroke: none; }}" for n, c in enumerate(chosen)
    )
    return "\n".join(rules)


def _document(title: str, height: int, parts: Iterable[str]) -> str:
    size = f'width="{_WIDTH}" height="{height}"'
    dark = f"@media (prefers-color-scheme: dark) {{\n{_DARK_STYLE}\n{_colours(_DARK)}\n}}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}{_colours(_LIGHT)}\n{dark}\n</style>",
            f'<rect class="page" {size} rx="6"/>',
            _text(24, 30, title, "title"),
            *parts,
            "</svg>\n",
        ]
    )
