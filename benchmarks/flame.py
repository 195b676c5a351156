"""`python -m benchmarks.flame STACKS SVG`: a flame graph of the service, of what py-spy recorded.

Record with `py-spy record --format raw --function --pid PID --output STACKS` while `./dev bench throughput`
runs. What leads to the event loop, and threads that wait, are left out.
"""

import re
import sys
from html import escape
from pathlib import Path

_WIDTH, _ROW, _LEAST = 1200.0, 17, 0.7
_LOOP, _COMMIT = "Runner.run", "_commit"
_HUES = {"storage": 205, "upstreams": 28, "dialects": 280, "web": 130, "usecases": 165, "domain": 205}


class Frame:
    """A function under its caller, and how often it was seen there."""

    def __init__(self) -> None:
        self.seen = 0
        self.below: dict[str, Frame] = {}

    def add(self, stack: list[str], seen: int) -> None:
        """A stack, from here on."""
        self.seen += seen
        if stack:
            self.below.setdefault(stack[0], Frame()).add(stack[1:], seen)

    @property
    def depth(self) -> int:
        """Rows that it takes."""
        return 1 + max((frame.depth for frame in self.below.values()), default=0)


def read(text: str) -> Frame:
    """The stacks that matter: the event loop's, and the commits'."""
    root = Frame()
    for line in text.splitlines():
        stack, _, seen = line.rpartition(" ")
        frames = stack.split(";")
        for mark, name in ((_LOOP, "event loop"), (_COMMIT, "commits")):
            found = [at for at, frame in enumerate(frames) if mark in frame]
            if found:
                root.add([name, *frames[found[0] + 1 :]], int(seen))
                break
    return root


def draw(root: Frame) -> str:
    """The SVG, roots on top."""
    height = root.depth * _ROW + 10
    boxes = _boxes("all", root, 0.0, 0, root.seen)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height}" role="img" '
        f'font-family="monospace" font-size="11"><title>Where a chat call spends its time</title>\n'
        + "\n".join(boxes)
        + "\n</svg>\n"
    )


def _boxes(name: str, frame: Frame, left: float, row: int, total: int) -> list[str]:
    width = frame.seen * _WIDTH / total
    if width < _LEAST:
        return []
    package = re.search(r"\(slovomat/([a-z]+)", name)
    hue = _HUES.get(package[1], 45) if package else 45
    fill = f"hsl({hue} {55 if package else 10}% {72 - row % 2 * 4}%)"
    label = name.partition(" (")[0]
    shown = escape(label[: int(width / 6.8)]) if width > 24 else ""
    boxes = [
        f'<g><title>{escape(name)}: {100 * frame.seen / total:.1f} %</title><rect x="{left:.1f}" '
        f'y="{row * _ROW + 4}" width="{width:.1f}" height="{_ROW - 1}" fill="{fill}"/>'
        f'<text x="{left + 3:.1f}" y="{row * _ROW + 16}">{shown}</text></g>'
    ]
    for below, child in sorted(frame.below.items()):
        boxes += _boxes(below, child, left, row + 1, total)
        left += child.seen * _WIDTH / total
    return boxes


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(read(Path(sys.argv[1]).read_text("utf-8"))), "utf-8")
