"""docs/benchmarks.md and its plots, drawn wholly of the results in docs/benchmarks/results.json."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.goals import GOALS, Goal, Results, slowness
from benchmarks.plots import PLOTS
from benchmarks.report import markdown
from benchmarks.section import Section

_DOCS = Path(__file__).parents[1] / "docs"
_PAGE, _FOLDER = "benchmarks.md", "benchmarks"
_RESULTS = "results.json"
_DIGITS = 4
_HEAD = """# What a request costs: the benchmark

Made by `./dev bench --all --write` of what it measured ([results.json](benchmarks/results.json), every round
in it); do not edit. How the figures come about is in [`benchmarks/`](../benchmarks): a load tool and a mock
upstream in C, and a module for each section below.

- `./dev bench`: throughput, added latency, latency against load, streams, memory, start; about 15 minutes
- `./dev bench SECTION ...`: one or several of them; `growth`, `nodes` and `peers` (or `--peers`, which
  installs other gateways in a cache folder) are asked for by name, or all with `--all`: 40 minutes
- `./dev bench --quick`: two minutes; holds the floors below, exit code 1 when one gives way
- `--write` keeps the results and draws this page anew, `--json FILE` saves them elsewhere; `--seconds` and
  `--rounds` set the effort. `./dev bench page` only draws, `./dev bench store` measures the store by itself
- Needed: Linux, two cores, a C compiler; nginx (Debian: `nginx-light`) for the reference, npm for one peer

## How to read it

The program under test has one core for itself (PostgreSQL, where there is one, is on the other with the load
tool and the upstream). Servers are asked in turn, in rounds, so that a slow minute of the machine falls on
all of them; a figure is the median of the rounds. **CPU time a request is what to reckon with**: on a shared
machine it moves by 15 % from run to run, requests a second and latencies by two to four times. The reference
beside every figure is nginx, one worker, relaying the same bytes to the same upstream with keep-alive: the
nearest thing to a limit for a relay on one core. Every answer is checked: its status, the number of its
events, its `[DONE]`; *wrong* counts those that were not as expected. Keys, limits, durable hold and
settlement, headers and metrics are on.
"""


def keep(results: Results, folder: Path = _DOCS) -> None:
    """Puts the sections into the kept results, in place of what was there of them."""
    file = folder / _FOLDER / _RESULTS
    kept: Results = json.loads(file.read_text("utf-8")) if file.exists() else {}
    file.parent.mkdir(parents=True, exist_ok=True)
    taken = json.loads(json.dumps(results), parse_float=lambda figure: round(float(figure), _DIGITS))
    file.write_text(json.dumps(kept | taken, indent=1, ensure_ascii=False) + "\n", "utf-8")


def write(sections: Sequence[Section], folder: Path = _DOCS) -> None:
    """Draws the page and its plots."""
    results: Results = json.loads((folder / _FOLDER / _RESULTS).read_text("utf-8"))
    parts = [_HEAD, _goals(results)]
    for section in sections:
        if section.name in results:
            parts.append(_section(section, results, folder))
    (folder / _PAGE).write_text("\n".join(parts), "utf-8")


def _goals(results: Results) -> str:
    lines = ["## Goals\n", *_speed(results), "| | goal | floor | measured | |", "|---|---:|---:|---:|---|"]
    return "\n".join([*lines, *(_goal(goal, goal.read(results)) for goal in GOALS)]) + "\n"


def _speed(results: Results) -> Iterable[str]:
    slower = slowness(results)
    if slower:
        yield (
            f"The goals were set on a machine where nginx takes 10 µs a chat call; here it takes "
            f"{slower * 10:.1f}. Where a row says *nginx 10 µs*, the figure is brought to that speed; times "
            "and latencies are as measured here.\n"
        )


def _goal(goal: Goal, value: float | None) -> str:
    sign = "≤" if goal.at_most else "≥"
    floor = "" if goal.floor is None else f"{sign} {goal.floor:{goal.form}}"
    measured = "" if value is None else format(value, goal.form)
    fate = "not measured" if value is None else "reached" if goal.held(value, goal.goal) else "**missed**"
    return f"| {goal.what} | {sign} {goal.goal:{goal.form}} | {floor} | {measured} | {fate} |"


def _section(section: Section, results: Results, folder: Path) -> str:
    found = results[section.name]
    parts = [f"## {section.title}\n", section.notes + "\n"]
    plot = PLOTS.get(section.name)
    if plot:
        (folder / _FOLDER / plot.file).write_text(plot.draw(found["rows"]), "utf-8")
        parts.append(f"![{plot.says}]({_FOLDER}/{plot.file})\n")
    parts.append(markdown(section, found["rows"]) + "\n")
    shared = "" if found["pinned"] else ", **one core for everything**"
    parts.append(
        f"*{found['on']} UTC, version `{found['commit']}`, {found['cores']} cores of {found['machine']}, "
        f"Python {found['python']}{shared}.*\n"
    )
    return "\n".join(parts)
