"""`./dev bench`: starts the service and a mock upstream, loads them, prints what a request costs.

`./dev bench nodes`: the same for several nodes on one PostgreSQL. `./dev bench store`: the store by itself.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers.postgres import PostgresServer

from benchmarks import proxy, store
from benchmarks.loads import CHUNKS, make_loads
from benchmarks.native import CannotMeasureError, build
from benchmarks.processes import Cores, first_line, running
from benchmarks.report import ON_POSTGRES, OURS, REFERENCE, document, table, wrong
from benchmarks.rounds import CONNECTIONS, Bench, Measured, Server
from benchmarks.stage import Stage

_NOTES = f"""
{CONNECTIONS} connections a node on loopback, {CHUNKS} chunks a stream. CPU: user and system time.
A job's creation is measured without its generation (the upstream holds such jobs back), a poll on a
job that is done. PostgreSQL waits for the disk at every commit (fsync), as SQLite does.
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("nodes",), help="several nodes on one PostgreSQL")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write every round to FILE")
    parser.add_argument("--seconds", metavar="N", type=_seconds, default=3.0, help="of each load (3)")
    parser.add_argument("--quick", action="store_true", help="one second of each load, in one round")
    return parser.parse_args()


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.5 <= seconds <= 60:
        raise argparse.ArgumentTypeError("from 0.5 to 60")
    return seconds


@contextlib.contextmanager
def _stage(cores: Cores) -> Iterator[Stage]:
    """The folder, the upstream, and a PostgreSQL, on the cores of everything but what is measured."""
    with contextlib.ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="slovomat-bench-")))
        os.sched_setaffinity(0, cores.others)
        command: list[str | Path] = [build("mock_upstream"), str(CHUNKS)]
        mock = started.enter_context(running(command, cores.others, folder / "mock.log"))
        postgres = started.enter_context(PostgresServer(durable=True))
        yield Stage(folder, int(first_line(mock)), postgres, cores)


def _measure(stage: Stage, seconds: float, rounds: int) -> Measured:
    """One node on SQLite, one on PostgreSQL, and the reference."""
    with contextlib.ExitStack() as started:
        (on_file,) = started.enter_context(stage.nodes("sqlite", 1))
        (on_server,) = started.enter_context(
            stage.nodes("postgres", 1, stage.postgres.create_database("one"))
        )
        loads = make_loads(on_file)
        servers = [
            Server(OURS, [(on_file.pid, on_file.port)], loads),
            stage.on_postgres(ON_POSTGRES, [on_server]),
        ]
        nginx = proxy.installed()
        if nginx:
            reference = proxy.proxying(nginx, stage.folder, stage.upstream_port, stage.cores.tested)
            servers.append(Server(REFERENCE, [started.enter_context(reference)], loads))
        else:
            _tell("nginx is not installed: no reference in this run")
        return Bench(build("load"), stage.folder, seconds).rounds(servers, rounds, _tell)


def _measure_nodes(stage: Stage, seconds: float, rounds: int) -> Measured:
    """One, two and four nodes, each group by itself on a database of its own."""
    found: Measured = {}
    for turn in range(1, rounds + 1):
        for count in (1, 2, 4):
            _tell(f"round {turn} of {rounds}: {count} nodes")
            url = stage.postgres.create_database(f"round{turn}nodes{count}")
            with stage.nodes(f"round{turn}nodes{count}", count, url) as nodes:
                group = stage.on_postgres(f"{count} on PostgreSQL", nodes)
                once = Bench(build("load"), stage.folder, seconds).rounds([group], 1, _tell)
            for name, figures in once.items():
                found.setdefault(name, []).extend(figures)
    return dict(sorted(found.items()))


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """0 when every answer was right, 1 when one was not or nothing could be measured."""
    if sys.argv[1:2] == ["store"]:
        return store.main(sys.argv[2:], _tell)
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
        with _stage(cores) as stage:
            found = (_measure_nodes if asked.what else _measure)(stage, seconds, rounds)
    except CannotMeasureError as error:
        _tell(f"cannot measure: {error}")
        return 1
    print(table(found) + "\n" + _NOTES)
    if asked.json:
        asked.json.write_text(json.dumps(document(found, seconds, cores.pinned), indent=1) + "\n", "utf-8")
    return 1 if wrong(found) else 0


if __name__ == "__main__":
    sys.exit(main())
