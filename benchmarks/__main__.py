"""`./dev bench`: starts the service and a mock upstream, loads them, prints what a request costs."""

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks import proxy
from benchmarks.loads import CHUNKS, make_loads
from benchmarks.native import CannotMeasureError, build
from benchmarks.processes import Cores, first_line, running
from benchmarks.report import OURS, REFERENCE, document, table, wrong
from benchmarks.rounds import CONNECTIONS, Bench, Measured, Server
from benchmarks.service import serving

_NOTES = f"""
{CONNECTIONS} connections on loopback, {CHUNKS} chunks a stream. CPU: user and system time of all processes.
A job's creation is measured without its generation (the upstream holds such jobs back), a poll on a
job that is done.
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write every round to FILE")
    parser.add_argument("--seconds", metavar="N", type=_seconds, default=3.0, help="of each load (3)")
    parser.add_argument("--quick", action="store_true", help="one second of each load, in one round")
    return parser.parse_args()


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.5 <= seconds <= 60:
        raise argparse.ArgumentTypeError("from 0.5 to 60")
    return seconds


def _measure(cores: Cores, seconds: float, rounds: int) -> Measured:
    programs = {name: build(name) for name in ("mock_upstream", "load")}
    with contextlib.ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="slovomat-bench-")))
        os.sched_setaffinity(0, cores.others)
        mock = started.enter_context(
            running([programs["mock_upstream"], str(CHUNKS)], cores.others, folder / "mock.log")
        )
        upstream_port = int(first_line(mock))
        service = started.enter_context(serving(folder, upstream_port, cores.tested))
        servers = [Server(OURS, service.pid, service.port)]
        nginx = proxy.installed()
        if nginx:
            reference = proxy.proxying(nginx, folder, upstream_port, cores.tested)
            servers.append(Server(REFERENCE, *started.enter_context(reference)))
        else:
            _tell("nginx is not installed: no reference in this run")
        return Bench(programs["load"], folder, seconds).rounds(servers, make_loads(service), rounds, _tell)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """0 when every answer was right, 1 when one was not or nothing could be measured."""
    asked = _arguments()
    if not sys.platform.startswith("linux"):
        _tell("the benchmark reads /proc and pins cores: it needs Linux")
        return 1
    # So that what was started is ended when this process is asked to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cores = Cores()
    if not cores.pinned:
        _tell("one core for everything: requests/s and latencies mean little here, CPU a request does")
    seconds, rounds = (1.0, 1) if asked.quick else (asked.seconds, 3)
    try:
        found = _measure(cores, seconds, rounds)
    except CannotMeasureError as error:
        _tell(f"cannot measure: {error}")
        return 1
    print(table(found) + "\n" + _NOTES)
    if asked.json:
        asked.json.write_text(json.dumps(document(found, seconds, cores.pinned), indent=1) + "\n", "utf-8")
    return 1 if wrong(found) else 0


if __name__ == "__main__":
    sys.exit(main())
