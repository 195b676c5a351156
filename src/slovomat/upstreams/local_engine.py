"""The child process that runs a model: `python -m slovomat.upstreams.local_engine`.

It reads one JSON line (EngineOrder) from its standard input and answers one (EngineReport) on its standard
output; then it serves until its standard input ends, or its parent dies. The key comes that way because
arguments and environment can be read by other processes.
"""

import ctypes
import os
import signal
import sys
import threading
from typing import Any

import msgspec

_NICENESS = 5
_PR_SET_PDEATHSIG = 1


class EngineOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. `context_tokens` is what one slot holds, prompt and answer together."""

    model_path: str
    model_name: str
    key: str
    parent_pid: int
    slots: int
    threads: int
    context_tokens: int
    answer_tokens: int
    cache_ram_mib: int


class EngineReport(msgspec.Struct, frozen=True, kw_only=True):
    """Where it listens, or why it does not."""

    url: str = ""
    fault: str = ""


def main() -> None:
    """Serve one model until the parent is gone."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=EngineOrder)
    _die_with(order.parent_pid)
    reports = os.dup(1)
    os.dup2(2, 1)  # what the engine prints is a log, never a report
    os.nice(_NICENESS)  # the service answers first, the model uses what is left
    report = _serve(order)
    os.write(reports, msgspec.json.encode(report) + b"\n")
    if report.url:
        threading.Event().wait()


def _die_with(parent_pid: int) -> None:
    """Leave no orphan, not even after `kill -9` of the parent."""
    for stop in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # they go to the whole group: the parent drains, then ends us
        signal.signal(stop, signal.SIG_IGN)
    threading.Thread(target=_exit_at_end_of_input, daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(0)


def _exit_at_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


_servers: list[object] = []
"""The running server: it stops when it is collected."""


def _serve(order: EngineOrder) -> EngineReport:
    """Load the model; returns once it answers."""
    try:
        import xllamacpp

        server = xllamacpp.Server(_params(order, xllamacpp.CommonParams()))
    except ImportError as error:
        return EngineReport(fault=f"no engine: {error}")
    except Exception as error:
        return EngineReport(fault=f"the model could not be loaded: {error}")
    _servers.append(server)
    return EngineReport(url=server.listening_address)


def _params(order: EngineOrder, params: Any) -> Any:
    """llama.cpp's settings: one port on the loopback, one kind of request, bounded memory."""
    params.model.path = order.model_path
    params.model_alias = {order.model_name}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order.key]
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.cors_origins = ""
    params.cors_credentials = False
    params.verbosity = 0
    params.offline = True
    params.n_parallel = order.slots
    params.n_ctx = order.context_tokens * order.slots  # divided among the slots: none starves another
    params.fit_params = False
    params.n_predict = order.answer_tokens
    params.cache_ram_mib = order.cache_ram_mib
    params.cpuparams.n_threads = order.threads
    params.cpuparams_batch.n_threads = order.threads
    return params


if __name__ == "__main__":
    main()
