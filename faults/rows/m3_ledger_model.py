"""M3: any order of purchases, holds, closings, plan changes and clock jumps, against a small model."""

from contextlib import ExitStack

from tests.servers.postgres import PostgresServer

from faults.pytest_rows import in_tests
from faults.row import ONE, Order, Outcome, Row
from faults.stand import POSTGRES

_NODE = "tests/unit/test_ledger_machine.py"


def run(order: Order) -> Outcome:
    """As many histories as the volume, drawn by the seed."""
    variables = {"LEDGER_EXAMPLES": "{volume}", "LEDGER_STEPS": "100" if order.release else "50"}
    with ExitStack() as stack:
        if order.set_up == POSTGRES:
            variables["LEDGER_POSTGRES"] = stack.enter_context(PostgresServer()).url()
        return in_tests(_NODE, variables=variables)(order)


def _row(set_up: str, c: int) -> Row:
    return Row(
        name="M3",
        fault="plans, packs, expiries, prices, refunds in random order",
        passes="a model of forty lines agrees at every step",
        unit="histories of 50 steps (100 before a release)",
        c=c,
        r=10_000,
        step=40,
        run=run,
        set_ups=(set_up,),
        tests=(_NODE,),
    )


ROWS = [_row(ONE, 440), _row(POSTGRES, 20)]
"""60 more are lived through by the test itself."""
