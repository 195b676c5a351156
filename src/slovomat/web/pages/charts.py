"""Charts as SVG, made here: no script, no inline style; colours come from the style sheet's classes.

Each has a title that a screen reader speaks, and each value can be read by pointing at it.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from slovomat.web.pages.figures import grouped

WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 12, 26
_STEPS = 4
_LABEL_PX = 64
"""Room that the longest label of the lower axis takes."""

Series = Sequence[int]
Shown = Callable[[int], str]


def bars(
    labels: Sequence[str], *series: Series, title: str, names: Sequence[str] = (), shown: Shown = grouped
) -> Markup:
    """Columns, one a label; several series are stacked. `names`: what the series are, for the tips."""
    top = ceiling(max((sum(column) for column in zip(*series, strict=True)), default=0))
    pieces = [_grid(top, shown), _labels(labels)]
    slot = _slot(len(labels))
    for index, label in enumerate(labels):
        column = [one[index] for one in series]
        pieces.append(_column(_LEFT + index * slot, slot, column, top, _tip(label, column, names, shown)))
    return _svg(title, pieces)


def lines(
    labels: Sequence[str], *series: Series, title: str, names: Sequence[str] = (), shown: Shown = grouped
) -> Markup:
    """A line for each series over the labels."""
    top = ceiling(max((value for one in series for value in one), default=0))
    slot = _slot(len(labels))
    pieces = [_grid(top, shown), _labels(labels)]
    for number, one in enumerate(series):
        points = [(_LEFT + (index + 0.5) * slot, _y(value, top)) for index, value in enumerate(one)]
        pieces.append(_path(points, number))
    for index, label in enumerate(labels):
        tip = _tip(label, [one[index] for one in series], names, shown)
        dots = [_dot(_LEFT + (index + 0.5) * slot, _y(one[index], top), n) for n, one in enumerate(series)]
        pieces.append(_group(_area(_LEFT + index * slot, slot), *dots, tip=tip))
    return _svg(title, pieces)


def ceiling(highest: int) -> int:
    """The axis' upper end: the least 1, 2, 4, 6 or 8 of a power of ten (4 at least) that is not below."""
    size = 1
    while True:
        for digit in (1, 2, 4, 6, 8):
            if digit * size >= max(highest, _STEPS) and digit * size % _STEPS == 0:
                return digit * size
        size *= 10


def _svg(title: str, pieces: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img">{}{}</svg>').format(
        WIDTH, HEIGHT, _title(title), Markup("").join(pieces)
    )


def _title(text: str) -> Markup:
    return Markup("<title>{}</title>").format(text)


def _slot(count: int) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(count, 1)


def _y(value: int, top: int) -> float:
    return HEIGHT - _BOTTOM - value * (HEIGHT - _TOP - _BOTTOM) / top


def _grid(top: int, shown: Shown) -> Markup:
    """Lines across, each with its value at the left."""
    made = []
    for step in range(_STEPS + 1):
        value = top * step // _STEPS
        y = _y(value, top)
        made.append(
            Markup('<path class="grid-line" d="M{} {:.1f}H{}"/>').format(_LEFT, y, WIDTH - _RIGHT)
            + _text(_LEFT - 8, y + 4, "end", shown(value), "value")
        )
    return Markup("").join(made)


def _labels(labels: Sequence[str]) -> Markup:
    """As many of them as there is room for, the last one always; a phone leaves out the spare ones."""
    slot = _slot(len(labels))
    every = max(1, -(-_LABEL_PX // int(max(slot, 1))))
    rightmost = WIDTH - _RIGHT - (_LABEL_PX / 2 if every > 1 else 0)
    made = []
    for place, index in enumerate(range(len(labels) - 1, -1, -every)):
        x = min(_LEFT + (index + 0.5) * slot, rightmost)
        made.append(_text(x, HEIGHT - 6, "middle", labels[index], "spare" if place % 2 else "label"))
    return Markup("").join(reversed(made))


def _column(x: float, slot: float, values: Sequence[int], top: int, tip: str) -> Markup:
    wide = min(slot * 0.7, 48)
    left, below, made = x + (slot - wide) / 2, 0, []
    for number, value in enumerate(values):
        y = _y(below + value, top)
        below += value
        made.append(
            Markup(
                '<rect class="bar-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"/>'
            ).format(number, left, y, wide, value * (HEIGHT - _TOP - _BOTTOM) / top)
            if value
            else Markup("")
        )
    return _group(_area(x, slot), *made, tip=tip)


def _area(x: float, slot: float) -> Markup:
    """What the pointer meets: the whole height of a label's place."""
    return Markup('<rect class="hover-area" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
        x, _TOP, slot, HEIGHT - _TOP - _BOTTOM
    )


def _group(*pieces: Markup, tip: str) -> Markup:
    return Markup("<g>{}{}</g>").format(_title(tip), Markup("").join(pieces))


def _path(points: Sequence[tuple[float, float]], number: int) -> Markup:
    if not points:
        return Markup("")
    steps = "".join(f"L{x:.1f} {y:.1f}" for x, y in points[1:])
    return Markup('<path class="line-{}" d="M{:.1f} {:.1f}{}"/>').format(number, *points[0], steps)


def _dot(x: float, y: float, number: int) -> Markup:
    return Markup('<circle class="dot-{}" cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(number, x, y)


def _text(x: float, y: float, anchor: str, words: str, kind: str) -> Markup:
    shape = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return shape.format(kind, x, y, anchor, words)


def _tip(label: str, values: Sequence[int], names: Sequence[str], shown: Shown) -> str:
    """`22 Nov: 14`, or with names `22 Nov: text 14, chat 3`."""
    told = [shown(value) for value in values]
    if names:
        told = [f"{name} {value}" for name, value in zip(names, told, strict=True)]
    return f"{label}: {', '.join(told)}"
