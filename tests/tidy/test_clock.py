"""The machine's clock is read, and its dice are thrown, by env.py alone."""

import ast
import re

import pytest
from tests.tidy.imported import Imported
from tests.tidy.source import PACKAGE, Module, modules, planted

AMBIENT = re.compile(
    r"(time\.(?!sleep$)\w+|datetime\.(datetime|date)\.(now|utcnow|today)|random\.\w+|secrets\.\w+"
    r"|os\.(urandom|getrandom)|uuid\.uuid[14]|numpy\.random.*)"
)
REASONS = {
    "env.py": "it is the door to both",
    "client/blocking.py": "the client is a library of its own, with a clock as an argument",
    "client/nonblocking.py": "the client is a library of its own, with a clock as an argument",
    "client/entropy.py": "the client is a library of its own",
    "storage/sqlite_writer.py": "how long a thread asks a locked file again; no rule sees it",
    "simulation/dice.py": "numbers from a seed",
    "testing/fakepay/clock.py": "a payment provider has a clock of its own, which the shop cannot set",
}
"""Who may, and why."""
CLOCKS_OF_SQL = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid"
    r"|randomblob|unixepoch|julianday|strftime)\s*\(|\bcurrent_(timestamp|time|date)\b|\blocaltime(stamp)?\b",
    re.IGNORECASE,
)
CLOCK_QUERIES = {
    "clock": "leases are by one clock where nodes share them",
    "job_add": "a node whose clock is ahead must not keep its jobs from the others",
    "commit_mark": "says when a connection was last used, for those that are long gone",
    "commit_marked": "the same",
    "commit_marks_bury": "the same",
    "node_name": "drawn by the database, for it must be no other node's",
    "nodes_live": "an operator's command asks whether a lease is in force, by the clock that it was given by",
    "server_state": "doctor compares it with the node's",
}
"""Which may ask the database for the time, and why."""


def ambient(module: Module) -> list[str]:
    """Every mention of the clock or of chance."""
    imported = Imported(module.tree)
    nodes = [node for node in ast.walk(module.tree) if isinstance(node, ast.Attribute | ast.Name)]
    return [f"line {node.lineno}: {path}" for node in nodes if AMBIENT.fullmatch(path := imported.path(node))]


def clocks_in_queries(text: str) -> set[str]:
    """The named queries (or "" for a file without names) that read a clock."""
    bare = re.sub(r"--(?! name:).*", "", text)
    parts = re.split(r"^-- name: (\w+).*$", bare, flags=re.MULTILINE)
    named = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    return {name for name, query in named if CLOCKS_OF_SQL.search(query)}


def test_the_clock_and_the_dice_have_one_door() -> None:
    """Who else uses them has a reason, and nobody stands in the list without need."""
    found = {module.name: ambient(module) for module in modules()}
    assert {name: where for name, where in found.items() if where and name not in REASONS} == {}
    assert {name for name in REASONS if (PACKAGE / name).exists() and not found[name]} == set()


def test_queries_are_told_the_time() -> None:
    """None reads a clock but those that have a reason."""
    found = {
        f"{file.name}: {query}"
        for file in PACKAGE.rglob("*.sql")
        for query in clocks_in_queries(file.read_text("utf-8"))
        if query not in CLOCK_QUERIES
    }
    assert found == set()


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.time()",
        "import time as t\nt.monotonic_ns()",
        "from time import perf_counter as tick\ntick()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import date\ndate.today()",
        "from random import random\nrandom()",
        "import os\nos.urandom(4)",
        "from uuid import uuid4\nuuid4()",
    ],
)
def test_the_rule_bites(text: str) -> None:
    """On each way to get at them."""
    assert ambient(planted(text)) != []


@pytest.mark.parametrize("clock", ["now()", "CURRENT_TIMESTAMP", "datetime(1) + random()", "unixepoch ( )"])
def test_the_rule_bites_in_sql(clock: str) -> None:
    """In a query, not in its comment."""
    late = f"-- name: late\nSELECT {clock}; -- now()\n"
    assert clocks_in_queries(f"-- name: good\n-- {clock}\nSELECT 1;\n{late}") == {"late"}
