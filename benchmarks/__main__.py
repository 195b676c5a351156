"""`./dev bench`: starts the service and a mock upstream, loads them, prints what a request costs.

Sections: throughput, added, latency, streams, memory, start (all of them when none is named), growth,
nodes, peers. `./dev bench store [--help]` measures the store by itself; `./dev bench page` draws
docs/benchmarks.md anew from the results in docs/benchmarks/.
"""

import argparse
import contextlib
import json
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import growth, latency, memory, nodes, page, peers, quick, start, store, streams, throughput
from benchmarks.goals import Results
from benchmarks.native import CannotMeasureError
from benchmarks.processes import Cores
from benchmarks.report import table, taken, wrong
from benchmarks.section import Effort, Section
from benchmarks.stage import Stage

SECTIONS = (
    throughput.SECTION,
    latency.QUIET,
    latency.RISING,
    streams.SECTION,
    memory.SECTION,
    start.SECTION,
    growth.SECTION,
    nodes.SECTION,
    peers.SECTION,
)
_LONG = (growth.SECTION, nodes.SECTION, peers.SECTION)
_PAGE = "page"
_DESCRIPTORS = 65_536


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", type=_section)
    parser.add_argument("--all", action="store_true", help="every section: about forty minutes")
    parser.add_argument("--peers", action="store_true", help="other gateways: installs and measures them")
    parser.add_argument("--quick", action="store_true", help="holds the floors, within two minutes")
    parser.add_argument("--write", action="store_true", help="keep the results, draw docs/benchmarks.md")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write every round to FILE")
    parser.add_argument("--seconds", metavar="N", type=_seconds, default=3.0, help="of each load (3)")
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="of all (3)")
    parser.add_argument(
        "--generations", metavar="N", type=int, default=10_000_000, help="in the grown database (10 million)"
    )
    return parser.parse_args()


def _section(name: str) -> str:
    names = [*(section.name for section in SECTIONS), _PAGE]
    if name not in names:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(names)}")
    return name


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.5 <= seconds <= 60:
        raise argparse.ArgumentTypeError("from 0.5 to 60")
    return seconds


def _asked(arguments: argparse.Namespace) -> list[Section]:
    """The sections to measure, in the page's order."""
    if arguments.all:
        return list(SECTIONS)
    named = {*arguments.sections, *([peers.SECTION.name] if arguments.peers else [])}
    return [one for one in SECTIONS if one.name in named or not (named or one in _LONG)]


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _measure(stage: Stage, sections: Sequence[Section], effort: Effort, results: Results) -> int:
    """How many answers were wrong, -1 for a section that could not be measured."""
    mistakes = 0
    for section in sections:
        _tell(f"--- {section.name}")
        try:
            rows = section.measure(stage, effort)
        except CannotMeasureError as error:
            _tell(f"cannot measure {section.name}: {error}")
            mistakes += 1
            continue
        results[section.name] = taken(rows, stage.cores.pinned)
        print(table(section, rows), flush=True)
        mistakes += wrong(rows)
    return mistakes


def _run(arguments: argparse.Namespace) -> int:
    cores = Cores()
    if not cores.pinned:
        _tell("one core for everything: requests/s and latencies mean little here, CPU a request does")
    with Stage(cores, _tell) as stage:
        if arguments.quick:
            return quick.held(stage)
        effort = Effort(arguments.seconds, arguments.rounds, arguments.generations)
        results: Results = {}
        mistakes = _measure(stage, _asked(arguments), effort, results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if arguments.write:
        page.keep(results)
        page.write(SECTIONS)
    return 1 if mistakes else 0


def main() -> int:
    """0 when every answer was right, 1 when one was not, a floor gave way or nothing could be measured."""
    if sys.argv[1:2] == ["store"]:
        return store.main(sys.argv[2:], _tell)
    arguments = _arguments()
    if arguments.sections == [_PAGE]:
        page.write(SECTIONS)
        return 0
    if not sys.platform.startswith("linux"):
        _tell("the benchmark reads /proc and pins cores: it needs Linux")
        return 1
    # So that what was started is ended when this process is asked to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.suppress(OSError, ValueError):  # ten thousand streams take two descriptors each
        resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
    try:
        return _run(arguments)
    except CannotMeasureError as error:
        _tell(f"cannot measure: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
