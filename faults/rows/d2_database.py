"""D2: PostgreSQL restarts, crashes, fails over, or the connection is lost at the very commit."""

import time

from tests.servers.postgres import PostgresServer
from tests.wire.deadline import until

from faults.commits import Loss
from faults.reckoned import Fault, Scene, play
from faults.row import Order, Outcome, Row
from faults.stand import POSTGRES

_UNDER_LOAD_S = 0.5
_LOST_COMMITS = 5


def _restart(scene: Scene) -> None:
    scene.database.restart("fast")


def _crash(scene: Scene) -> None:
    scene.database.restart("immediate")


def _backends_end(scene: Scene) -> None:
    scene.database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'slovomat'"
    )


def _fail_over(scene: Scene) -> None:
    """The primary dies, its synchronous standby takes over."""
    standby = PostgresServer(standby_of=scene.database)
    scene.standbys.append(standby)
    standby.start()
    scene.database.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    scene.database.execute("SELECT pg_reload_conf()")
    in_sync = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    until(lambda: scene.database.execute(in_sync) == "1", 10, "the standby's sync")
    time.sleep(_UNDER_LOAD_S)
    scene.database.kill()
    standby.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
    standby.promote()
    scene.proxy.target_port = standby.port
    scene.database = standby


def _losing(loss: Loss) -> Fault:
    def play(scene: Scene) -> None:
        for _ in range(_LOST_COMMITS):
            scene.proxy.lose(loss, 1)
            until(lambda: not scene.proxy.armed, 10, "a commit to lose")

    return play


FAULTS: dict[str, Fault] = {
    "restarted": _restart,
    "crashed": _crash,
    "failed over": _fail_over,
    "connections ended": _backends_end,
    **{f"commits {loss}": _losing(loss) for loss in Loss},
}


def _run(order: Order) -> Outcome:
    return play(order, FAULTS)


ROWS = [
    Row(
        name="D2",
        fault="PostgreSQL restarts, crashes, fails over, loses the connection at the very commit",
        passes="indeterminate commits are found out, never guessed; back within 5 s",
        unit="faults",
        c=len(FAULTS),
        r=100,
        run=_run,
        set_ups=(POSTGRES,),
    )
]
