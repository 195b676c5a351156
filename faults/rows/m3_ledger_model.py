"""M3: any order of purchases, holds, closings, plan changes and clock jumps, against a small model."""

from faults.pytest_rows import in_tests
from faults.row import Row

_NODE = "tests/unit/test_ledger_machine.py"

ROWS = [
    Row(
        name="M3",
        fault="plans, packs, expiries, prices, refunds in random order",
        passes="a model of forty lines agrees at every step",
        unit="histories of 100 steps",
        c=0,
        r=20_000,
        step=40,
        run=in_tests(_NODE, LEDGER_EXAMPLES="{volume}", LEDGER_STEPS="100", LEDGER_RANDOM="1"),
        tests=(_NODE,),
    )
]
