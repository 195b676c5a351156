"""The disk of a PostgreSQL server fails, under load."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.postgres import PostgresServer
from tests.servers.processes import children_of
from tests.wire.deadline import until

from faults.disk import strace
from faults.disk.small import Fill, mountable, small_disk
from faults.reckoned import Fault, Scene

_DISK_MB = 160
_TOLD_S = 20
_PATIENCE_S, _UP_S = 5, 30
_REFUSALS = 6


def _seen(what: str, scene: Scene) -> None:
    """A load balancer is told, and the service lives."""
    until(lambda: scene.load.customer.get("/readyz").status_code == 503, _TOLD_S, f"/readyz: {what}")
    scene.outcome.check(
        scene.load.customer.get("/healthz").status_code == 200, f"{what}: /healthz is not well"
    )


def _refused(what: str, scene: Scene) -> None:
    """Callers are told 503."""
    before = scene.load.refused()
    until(lambda: scene.load.refused() > before + _REFUSALS, _TOLD_S, f"refusals: {what}")


def _up(scene: Scene) -> None:
    """The operator starts what did not survive, and ends what neither lives nor dies.

    PostgreSQL 18 may stand still after a failed sync, its recovery over and its workers waiting.
    """
    try:
        _taken(scene, _PATIENCE_S)
    except AssertionError:
        scene.database.kill()
        _taken(scene, _UP_S)


def _taken(scene: Scene, within_s: float) -> None:
    before = scene.load.accepted()

    def taken() -> bool:
        if not scene.database.running:
            scene.database.start()
        return scene.load.accepted() > before

    until(taken, within_s, "calls once the disk is well")


def _full(scene: Scene) -> None:
    if not mountable():
        scene.outcome.notes.append("no disk was filled: nothing may be mounted here")
        return
    with _on_small_disk(scene.database) as fill:
        with fill(0):
            _refused("a full disk", scene)
        _up(scene)
        until(lambda: scene.load.customer.get("/readyz").status_code == 200, 10, "room again")


@contextmanager
def _on_small_disk(database: PostgresServer) -> Iterator[Fill]:
    data, aside = database.folder / "data", database.folder / "aside"
    database.stop()
    data.rename(aside)
    with small_disk(data, _DISK_MB) as fill:
        _copy(aside, data)
        database.start()
        yield fill
        database.stop()
        shutil.rmtree(aside)
        _copy(data, aside)
    data.rmdir()
    aside.rename(data)
    database.start()


def _copy(source: object, target: object) -> None:
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)  # noqa: S607


def _calls_fail(what: str, calls: str, error: str) -> Fault:
    def play(scene: Scene) -> None:
        database = scene.database
        database.execute("ALTER SYSTEM SET fsync = on")
        database.execute("SELECT pg_reload_conf()")
        with strace.failing([database.pid, *children_of(database.pid)], calls, error):
            _seen(what, scene)  # callers wait meanwhile: what became of their commits can be asked soon
        _up(scene)

    return play


def _read_only(scene: Scene) -> None:
    """As a server is that has become a standby, or whose operator says so."""
    _set_read_only(scene.database, "on")
    _refused("a read-only server", scene)
    _seen("a read-only server", scene)
    _set_read_only(scene.database, "off")


def _set_read_only(database: PostgresServer, answer: str) -> None:
    change = f"ALTER SYSTEM SET default_transaction_read_only = {answer}"
    database.execute(f"SET default_transaction_read_only = off; {change}")
    database.execute("SELECT pg_reload_conf()")


FAULTS: dict[str, Fault] = {
    "full": _full,
    "read-only": _read_only,
    "fsync": _calls_fail("a failing sync", "fsync,fdatasync", "EIO"),
    "write": _calls_fail("a failing write", "pwrite64,pwritev", "EIO"),
}
