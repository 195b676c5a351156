"""What a user would pick instead: other gateways on the same core, load and upstream."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping

from benchmarks.loads import CHAT, STREAM, Load, chat, stream_of
from benchmarks.native import CannotMeasureError
from benchmarks.peer_programs import KEY, PEERS, Peer
from benchmarks.processes import free_port, running
from benchmarks.rounds import OURS, Loop, Measured, Server, in_rounds, rows
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.service import Service
from benchmarks.stage import Stage
from benchmarks.throughput import reference

_START_S = 180


def _measure(stage: Stage, effort: Effort) -> list[Row]:
    missing: list[Row] = []
    with contextlib.ExitStack() as started:
        (node,) = started.enter_context(stage.nodes(1))
        loads = [Load(CHAT, [chat(node.key)]), stream_of(node, [node.key])]
        servers = [Server(OURS, [(node.pid, node.port)], loads), *reference(stage, loads)]
        for peer in PEERS:
            asked: list[Load] = []
            try:
                service, headers = started.enter_context(_serving(stage, peer))
                asked.append(Load(CHAT, [chat(KEY, headers=headers)]))
                servers.append(Server(peer.name, [(service.pid, service.port)], asked))
                asked.append(stream_of(service, [KEY], headers))
            except CannotMeasureError as error:
                stage.tell(f"{peer.name} cannot be measured: {error}")
                load = STREAM if asked else "every"
                missing.append({"load": load, "server": peer.name, "reason": f"not measured: {error}"})
        found = in_rounds(stage, servers, Loop(effort.seconds), effort.rounds)
    return [*_compared(found), *missing]


@contextlib.contextmanager
def _serving(stage: Stage, peer: Peer) -> Iterator[tuple[Service, Mapping[str, str]]]:
    """The peer on the tested core, once it answers, and the headers of its callers."""
    stage.tell(f"starting {peer.name} (installed first, when it is not yet)")
    port = free_port()
    run = peer.start(peer.ready(), port, stage.upstream[1])
    log = stage.folder / f"{port}.log"
    with running(run.command, stage.cores.tested, log, {**os.environ, **run.env}, quiet=True) as process:
        service = Service(process.pid, port, KEY)
        _wait(service, chat(KEY, headers=run.headers), peer.name)
        yield service, run.headers


def _wait(service: Service, request: bytes, name: str) -> None:
    """Returns when a call is answered."""
    deadline_s, said = time.monotonic() + _START_S, ""
    while time.monotonic() < deadline_s:
        try:
            status, body = service.call(request)
            if status == 200:
                return
            said = f"{status}: {body[:200]!r}"
        except OSError as error:
            said = str(error)
        time.sleep(0.2)
    raise CannotMeasureError(f"{name} did not answer within {_START_S} s ({said})")


def _compared(found: Measured) -> list[Row]:
    """With each row how many times our CPU time a request it takes."""
    made = rows(found)
    ours = {row["load"]: row["cpu_us"] for row in made if row["server"] == OURS}
    return [row | {"times": row["cpu_us"] / ours[row["load"]]} for row in made]


SECTION = Section(
    name="peers",
    title="What a user would pick instead",
    columns=(
        Column("load", "load"),
        Column("server", "server"),
        Column("requests_per_s", "requests/s", ",.0f"),
        Column("p50_ms", "p50 ms", ".1f"),
        Column("p99_ms", "p99 ms", ".1f"),
        Column("cpu_us", "CPU µs a request", ",.0f"),
        Column("times", "times ours", ",.2f"),
        Column("rss_mb", "memory MB", ".0f"),
        Column("wrong", "wrong", "d"),
        Column("reason", ""),
    ),
    measure=_measure,
    notes="""The same load, upstream and core for all. Slovomat checks the key, keeps limits, and makes two
durable entries for each call (hold and settlement); nginx, smg and Portkey know no customers here, LiteLLM
checks its master key and has no database. Each peer as its own documentation starts it, with its log quiet:
smg as a router to one worker, Portkey with the upstream as custom host, LiteLLM with one model.
LiteLLM 1.82.7 and 1.82.8 were poisoned (24 March 2026, a thief of credentials); 1.106 is from half a year
later, and the installer refuses an environment that has the thief's file.""",
)
